//! The tools behind this server: a call goes on to them, and their answer comes back, piece by piece.
use std::{sync::Arc, time::Duration};

use axum::{
    Extension,
    body::Body,
    extract::{Request, State},
    response::Response,
};
use billing_core::BoxError;
use billing_tower::Meter;
use http::{StatusCode, Uri};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::crypto::aws_lc_rs;
use tokio::time::timeout;

use super::{
    answer::{Answer, Terms},
    cost,
    headers::{self, Origin, Told},
    upload::{Fault, Progress},
};
use crate::{
    App,
    client_address::Peer,
    config::{Tools, Url},
    error::{ApiError, ErrorBody},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that nobody uses is given up before the upstream does so: Node.js closes it after five seconds, and a
/// call sent at that moment would fail.
const POOL_TIMEOUT: Duration = Duration::from_secs(4);

/// Where calls go on to.
///
/// A client of plain HTTP/1.1: it neither follows redirects nor unpacks nor adds anything, asks no environment for a
/// proxy, leaves an address as it is, and passes trailers.
#[derive(Clone, Debug)]
pub(super) struct Upstream {
    http: Client<HttpsConnector<HttpConnector>, Body>,
    url: Url,
    timeout: Duration,
    idle_timeout: Duration,
}

impl Upstream {
    /// Connects nowhere yet.
    ///
    /// # Errors
    /// When the certificates that this machine trusts can't be read.
    pub(super) fn new(tools: &Tools) -> Result<Self, BoxError> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.set_nodelay(true);
        tcp.enforce_http(false);
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_platform_verifier(aws_lc_rs::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(POOL_TIMEOUT)
            .build(tls);
        let Tools { url, timeout, idle_timeout } = tools.clone();
        Ok(Self { http, url, timeout, idle_timeout })
    }

    /// The upstream's address of what was asked for here, which is in its one spelling.
    fn uri(&self, asked: &Uri) -> Result<Uri, ApiError> {
        let path = asked.path_and_query().map_or("/", |path| path.as_str());
        self.url.join(path).parse().map_err(|error: http::uri::InvalidUri| ApiError::internal(error))
    }

    /// Waits for the head of the answer.
    async fn send(&self, request: Request, upload: &Progress) -> Result<Answered, ApiError> {
        match timeout(self.timeout, self.http.request(request)).await {
            // It was not asked for, and what happens on such a connection can't be charged.
            Ok(Ok(response)) if response.status() == StatusCode::SWITCHING_PROTOCOLS => {
                Err(unavailable("it takes the connection over"))
            }
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(upload.fault().map_or_else(|| unavailable(error), ApiError::from)),
            Err(_elapsed) if !upload.has_ended() => Err(Fault::TooSlow.into()),
            Err(_elapsed) => {
                let message = "the tools did not answer in time; nothing was charged";
                Err(ApiError::new(StatusCode::GATEWAY_TIMEOUT, "UPSTREAM_TIMEOUT", message))
            }
        }
    }
}

type Answered = http::Response<Incoming>;

fn unavailable(source: impl Into<BoxError>) -> ApiError {
    let message = "the tools can't be reached; nothing was charged";
    ApiError::new(StatusCode::BAD_GATEWAY, "UPSTREAM_UNAVAILABLE", message).with_source(source)
}

/// Passes a call on in the name of its caller, and the answer back.
pub(super) async fn forward(
    State(app): State<Arc<App>>,
    Extension(upstream): Extension<Upstream>,
    Extension(peer): Extension<Peer>,
    Extension(upload): Extension<Progress>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let origin = Origin::of(&parts, peer, &app);
    let caller = Told::of(&parts)
        .ok_or_else(|| ApiError::internal(BoxError::from("nobody has found out who is calling")))?;
    headers::prepare(&mut parts.headers, caller, origin);
    let mut forwarded = Request::new(body);
    *forwarded.uri_mut() = upstream.uri(&parts.uri)?;
    *forwarded.method_mut() = parts.method;
    *forwarded.headers_mut() = parts.headers;

    let answered = upstream.send(forwarded, &upload).await?;
    let (mut head, body) = answered.into_parts();
    let meter = parts.extensions.remove::<Meter>();
    cost::record(&head.headers, meter.as_ref());
    headers::clean(&mut head.headers);
    let terms =
        Terms { meter, upload, is_paid: head.status.is_success(), idle_timeout: upstream.idle_timeout };
    let mut response = Response::new(Body::new(Answer::new(body, terms)));
    *response.status_mut() = head.status;
    *response.headers_mut() = head.headers;
    Ok(response)
}

/// The tools that there are, as they tell it. Free of charge; only where there are tools.
#[utoipa::path(
    get,
    path = "/api/tools",
    tag = "tools",
    security(("token" = []), ("api_key" = []), ("api_key_bearer" = [])),
    responses(
        (status = 200, description = "What the tools tell of themselves.", body = serde_json::Value),
        (status = 401, description = "The token is missing, expired or wrong.", body = ErrorBody),
        (status = 502, description = "The tools can't be reached.", body = ErrorBody),
        (status = 504, description = "The tools did not answer in time.", body = ErrorBody)
    )
)]
#[expect(dead_code, reason = "only its documentation is used")]
pub(super) fn list_tools() {}
