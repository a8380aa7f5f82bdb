//! What the head of a response says about its end.
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version, header};
use http_body::Body;

use crate::{
    ResponseBody,
    body::{CHARGED, Ending},
    cost_header::take_cost,
    gate::Gate,
    guard::Capturing,
    pass::Pass,
    protocol::Judge,
};

/// What of a request decides how its answer ends.
pub(crate) struct Asked {
    method: Method,
    version: Version,
    /// Whether its caller reads trailers.
    takes_trailers: bool,
}

impl Asked {
    pub(crate) fn new<B>(request: &Request<B>) -> Self {
        Self {
            method: request.method().clone(),
            version: request.version(),
            takes_trailers: takes_trailers(request.headers()),
        }
    }
}

/// What becomes of the answer to a call that money is held for.
pub(crate) enum Answer<B: Body> {
    /// It goes to the caller, and is charged when its body ends.
    Passes(Response<ResponseBody<B>>),
    /// It ends with its head and costs something, so its head waits for the capture.
    Waits(Capturing, Response<B>),
    /// It takes the connection over, which is not allowed here.
    Upgrade,
}

impl<B: Body> Answer<B> {
    pub(crate) fn new(pass: Pass, asked: &Asked, mut response: Response<B>, gate: &Gate) -> Self {
        let Pass { mut guard, headers } = pass;
        let upgrades = is_upgrade(&asked.method, &response);
        if upgrades && !gate.upgrades {
            return Self::Upgrade;
        }
        take_cost(gate.cost_header.as_ref(), response.headers_mut(), guard.meter());
        headers.write(response.headers_mut());
        let judge =
            if upgrades { Judge::Told(true) } else { Judge::new(gate.protocol, &asked.method, &response) };
        if ends(&asked.method, &response) {
            return match guard.finish(judge.delivered()) {
                Some(capturing) => Self::Waits(capturing, response),
                None => Self::Passes(response.map(ResponseBody::settled)),
            };
        }
        guard.answer(judge.begins());
        let length = announced_length(&response);
        // With it, a message of HTTP/1 ends; one of HTTP/2 may have trailers behind it.
        let length = length.filter(|_| asked.version <= Version::HTTP_11);
        let announces = asked.takes_trailers && !gate.terms().in_background && length.is_none();
        if announces {
            response.headers_mut().append(header::TRAILER, HeaderValue::from_name(CHARGED));
        }
        let cost_header = gate.cost_header.clone();
        let ending = Ending { guard, judge, bytes_left: length, cost_header, announces };
        Self::Passes(response.map(|body| ResponseBody::due(body, ending)))
    }
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    let names_trailers = |value: &HeaderValue| {
        value
            .to_str()
            .is_ok_and(|value| value.split(',').any(|coding| coding.trim().eq_ignore_ascii_case("trailers")))
    };
    headers.get_all(header::TE).iter().any(names_trailers)
}

/// Whether the handler takes the connection over.
fn is_upgrade<B>(method: &Method, response: &Response<B>) -> bool {
    let status = response.status();
    status == StatusCode::SWITCHING_PROTOCOLS || method == Method::CONNECT && status.is_success()
}

/// Whether nobody will read a body: the response ends with its head.
fn ends<B: Body>(method: &Method, response: &Response<B>) -> bool {
    let bodiless = matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let empty = response.body().is_end_stream() || announced_length(response) == Some(0);
    method == Method::HEAD || bodiless || empty || is_upgrade(method, response)
}

/// How long the body will be, if the head tells.
fn announced_length<B: Body>(response: &Response<B>) -> Option<u64> {
    let header = response.headers().get(header::CONTENT_LENGTH);
    let announced = header.and_then(|value| value.to_str().ok()?.parse().ok());
    announced.or_else(|| response.body().size_hint().exact())
}
