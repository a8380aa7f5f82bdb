use reqwest::{Method, header::HeaderValue};

use crate::support::{Answer, Launch};

#[tokio::test]
async fn it_tells_how_it_is_and_what_it_runs() {
    let sandbox = Launch::sandbox().start().await;
    let anybody = sandbox.anybody();
    anybody.get("/healthz").await.expect(200);
    let page = anybody.get("/status").await.expect(200);
    assert!(page.text.contains("SANDBOX") && page.text.contains(env!("CARGO_PKG_VERSION")));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    let topup =
        sandbox.api_as("anna").call("search_cases").await.json()["topup_url"].as_str().unwrap().to_owned();
    anybody.get(topup.strip_prefix(&sandbox.url).unwrap()).await.expect(200);

    let serving = Launch::serve().start().await;
    assert!(!serving.anybody().get("/status").await.expect(200).text.contains("SANDBOX"));
}

#[tokio::test]
async fn a_request_has_an_id() {
    let server = Launch::serve().start().await;
    let with_id =
        |id: &'static str| server.anybody().request(Method::GET, "/healthz").header("x-request-id", id);
    assert_eq!(Answer::to(with_id("mine-1")).await.header("x-request-id"), "mine-1");
    assert_ne!(Answer::to(with_id("not \"harmless\"")).await.header("x-request-id"), "not \"harmless\"");
}

#[tokio::test]
async fn browsers_may_call_from_the_dashboard_alone() {
    let server = Launch::serve().with_env("FRONTEND_URL", "https://billing.example.com/app").start().await;
    let from = |origin: &'static str| {
        server
            .anybody()
            .request(Method::OPTIONS, "/api/billing/balance")
            .header("origin", origin)
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "authorization")
    };
    let allowed = Answer::to(from("https://billing.example.com")).await.expect(200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://billing.example.com");
    assert!(allowed.header("access-control-allow-headers").contains("authorization"));
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    // The browser compares, and refuses.
    let other = Answer::to(from("https://evil.example.com")).await;
    assert_ne!(
        other.headers.get("access-control-allow-origin").map(HeaderValue::as_bytes),
        Some(&b"https://evil.example.com"[..])
    );

    let closed = Launch::serve().start().await;
    let request =
        closed.anybody().request(Method::GET, "/healthz").header("origin", "https://billing.example.com");
    assert!(!Answer::to(request).await.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_page_of_the_api_needs_nothing_from_elsewhere() {
    let server = Launch::serve().start().await;
    let anybody = server.anybody();
    for file in ["", "/", "/index.html", "/swagger-ui-bundle.js", "/swagger-ui.css"] {
        let answer = anybody.get(&format!("/docs{file}")).await.expect(200);
        assert!(!answer.headers.contains_key("content-encoding"));
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    }
    let settings = anybody.get("/docs/swagger-initializer.js").await.expect(200);
    assert!(settings.text.contains("/openapi.json") && !settings.text.contains("http"), "{}", settings.text);
    anybody.get("/docs/nothing.js").await.expect_error(404, "NOT_FOUND");
}
