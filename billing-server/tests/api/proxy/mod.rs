//! Tools behind the server: what reaches them, what comes back, and what it costs.
mod bodies;
mod bounds;
mod costs;
mod failures;
mod headers;
mod http2;
mod once;
mod paths;
mod streams;
mod upstream;

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use reqwest::Method;
use tokio::time::timeout;

use self::upstream::{Request, Response, Upstream, json};
use crate::support::{Answer, Api, Launch, Server, eventually};

const PRICES: &str = r#"
[operations]
free = "free"
cheap = { fixed = "0.01" }
dear = { fixed = "1.00" }
batch = { fixed = "0.50" }
"#;

/// Nothing here takes longer, unless it hangs.
const CEILING: Duration = Duration::from_mins(1);

/// A server before tools.
#[derive(Debug)]
struct Proxied {
    upstream: Upstream,
    server: Server,
    launch: Launch,
}

impl Proxied {
    /// Before tools that answer like this, with some variables.
    async fn start<F, A>(environment: &[(&str, &str)], answer: F) -> Self
    where
        F: Fn(Request) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response> + Send + 'static,
    {
        let upstream = Upstream::start(answer).await;
        let mut launch = launch(&upstream.url);
        for (name, value) in environment {
            launch = launch.with_env(name, *value);
        }
        Self { upstream, server: launch.start().await, launch }
    }

    /// Before tools that tell what they were called with.
    async fn echo() -> Self {
        Self::start(&[], async |request: Request| {
            let body = axum::body::to_bytes(request.into_body(), usize::MAX).await;
            body.map_or_else(|_| json(400, &[], "{}"), |body| json(200, &[], body))
        })
        .await
    }

    /// Before tools that give this answer to the first call.
    async fn once(environment: &[(&str, &str)], answer: Response) -> Self {
        let answer = Arc::new(Mutex::new(Some(answer)));
        Self::start(environment, move |request: Request| {
            tokio::spawn(request.into_body().collect());
            let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
            async { answer.unwrap_or_else(|| json(500, &[], "{}")) }
        })
        .await
    }

    /// A user with so many dollars.
    async fn user(&self, usd: &str) -> Api {
        let user = self.server.api_as("anna");
        user.create_payment(usd).await.pay(&self.server.stripe()).await;
        user
    }
}

fn launch(upstream: &str) -> Launch {
    Launch::sandbox()
        .with_file("prices.toml", PRICES)
        .with_env("PRICES_FILE", "prices.toml")
        .with_env("TOOLS_UPSTREAM_URL", upstream)
}

/// The balance, once nothing is held any more: what ends without its caller is settled in the background.
async fn settled(user: &Api) -> String {
    let freed = async || (user.balance("held_usd").await == "0.00").then_some(());
    eventually("the end of all holds", freed).await;
    user.balance("balance_usd").await
}

/// Waits for what has to come.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(CEILING, future).await.unwrap_or_else(|_| panic!("{what} did not happen within {CEILING:?}"))
}

/// A body that does not tell its length.
fn chunked(pieces: Vec<Vec<u8>>) -> reqwest::Body {
    let frames = pieces.into_iter().map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::from(piece))));
    reqwest::Body::wrap(StreamBody::new(futures_util::stream::iter(frames)))
}

#[tokio::test]
async fn a_call_is_priced_and_charged_and_comes_back_as_it_was() {
    let proxied = Proxied::start(&[], async |request: Request| {
        let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
        json(201, &[("x-tool", "yes"), ("cache-control", "max-age=60")], body)
    })
    .await;
    let user = proxied.user("3").await;
    let answer = user.post("/api/tools/dear?lang=uk&q=%20", r#"{"text": "так"}"#).await.expect(201);
    assert_eq!(answer.text, r#"{"text": "так"}"#);
    assert_eq!((answer.header("x-tool"), answer.header("content-type")), ("yes", "application/json"));
    assert_eq!(answer.header("cache-control"), "max-age=60");
    assert_eq!((answer.header("x-billing-held"), answer.header("x-billing-available")), ("1.00", "2.00"));
    assert_eq!(proxied.upstream.only().line, "POST /api/tools/dear?lang=uk&q=%20");
    // Read to its end, so charged.
    assert_eq!(user.balance("balance_usd").await, "2.00");

    user.call("batch").await.expect(201);
    assert_eq!(user.balance("balance_usd").await, "1.50");
    user.call("free").await.expect(201);
    for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
        Answer::to(user.request(method, "/api/tools/cheap")).await.expect(201);
    }
    assert_eq!(user.balance("balance_usd").await, "1.46");
    assert_eq!(user.history_len().await, 7);
}

#[tokio::test]
async fn what_is_not_paid_does_not_reach_the_tools() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("0.50").await;
    user.call("dear").await.expect_error(402, "INSUFFICIENT_BALANCE");
    user.call("unknown").await.expect_error(404, "UNKNOWN_OPERATION");
    proxied.server.anybody().call("cheap").await.expect_error(401, "UNAUTHORIZED");
    proxied.server.anybody().get("/api/tools").await.expect_error(401, "UNAUTHORIZED");
    for method in [Method::OPTIONS, Method::TRACE, Method::from_bytes(b"PROPFIND").unwrap()] {
        for tool in ["cheap", "dear"] {
            let answer = Answer::to(user.request(method.clone(), &format!("/api/tools/{tool}"))).await;
            let refused = answer.expect_error(405, "METHOD_NOT_ALLOWED");
            assert_eq!(refused.header("allow"), "GET,POST,PUT,PATCH,DELETE");
        }
    }
    assert_eq!(proxied.upstream.lines(), [""; 0]);
    assert_eq!(user.balance("available_usd").await, "0.50");
}

#[tokio::test]
async fn the_list_is_free() {
    let proxied = Proxied::start(&[], async |_| json(200, &[("x-billing-cost", "9")], r#"["dear"]"#)).await;
    let user = proxied.server.api_as("anna");
    let list = user.get("/api/tools?lang=uk").await.expect(200);
    assert_eq!(list.text, r#"["dear"]"#);
    assert!(!list.headers.contains_key("x-billing-cost") && !list.headers.contains_key("x-billing-hold"));
    assert_eq!(proxied.upstream.only().line, "GET /api/tools?lang=uk");
    user.post("/api/tools", "{}").await.expect_error(405, "METHOD_NOT_ALLOWED");
    assert_eq!(user.history_len().await, 0);
}

#[tokio::test]
async fn serve_has_the_tools_of_its_upstream_at_prices_of_its_own() {
    let upstream = Upstream::start(async |_| json(200, &[], "{}")).await;
    let serve = Launch::serve().with_env("TOOLS_UPSTREAM_URL", format!("{}/base/", upstream.url));
    let told = serve.refused(&["serve"]);
    assert!(told.contains("PRICES_FILE is not set; TOOLS_UPSTREAM_URL needs it"), "{told}");

    let server = serve.with_file("prices.toml", PRICES).with_env("PRICES_FILE", "prices.toml").start().await;
    let user = server.api_as("anna");
    user.call("dear").await.expect_error(402, "INSUFFICIENT_BALANCE");
    user.call("free").await.expect(200);
    assert_eq!(upstream.only().line, "POST /base/api/tools/free");
}

#[tokio::test]
async fn browsers_may_call_tools_from_the_dashboard() {
    let upstream =
        Upstream::start(async |_| json(200, &[("access-control-allow-origin", "*")], Body::empty())).await;
    let origin = "https://billing.example.com";
    let server = launch(&upstream.url).with_env("FRONTEND_URL", origin).start().await;
    let preflight = server
        .anybody()
        .request(Method::OPTIONS, "/api/tools/cheap/stream")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,last-event-id");
    let allowed = Answer::to(preflight).await.expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), origin);
    assert!(allowed.header("access-control-allow-headers").contains("last-event-id"));
    assert_eq!(upstream.lines(), [""; 0]);

    let user = server.api_as("anna");
    let call = user.request(Method::POST, "/api/tools/free").header("origin", origin);
    let answer = Answer::to(call).await.expect(200);
    let told: Vec<_> = answer.headers.get_all("access-control-allow-origin").iter().collect();
    assert_eq!(told, [origin]);
}
