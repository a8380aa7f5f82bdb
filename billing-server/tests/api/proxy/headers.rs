//! What the tools hear of a call beside its body, and what its caller hears of them.
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    Proxied, launch, settled,
    upstream::{Request, Upstream, json},
};
use crate::support::{Answer, beside_sandbox, new_key, token};

#[tokio::test]
async fn the_tools_hear_who_calls_from_where_and_under_which_id() {
    let proxied = Proxied::echo().await;
    let user = proxied.server.api_as("їжак 100%");
    let request = user.request(Method::POST, "/api/tools/free").header("x-request-id", "mine-1");
    let answer = Answer::to(request.header("x-tool-key", "k")).await.expect(200);
    assert_eq!(answer.header("x-request-id"), "mine-1");
    let seen = proxied.upstream.only();
    let bearer = format!("Bearer {}", token("їжак 100%"));
    for (name, told) in [
        ("x-billing-account", "%D1%97%D0%B6%D0%B0%D0%BA%20100%25"),
        ("x-request-id", "mine-1"),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", proxied.server.addr()),
        ("host", proxied.upstream.url.trim_start_matches("http://")),
        ("x-tool-key", "k"),
        ("te", "trailers"),
    ] {
        assert_eq!(seen.header(name), Some(told), "{name}");
    }
    // Its time is its own; the tools read the same token.
    assert_eq!(seen.header("authorization").unwrap().split('.').next(), bearer.split('.').next());
}

#[tokio::test]
async fn the_tools_hear_which_service_calls_for_nothing_and_never_its_key() {
    let proxied = Proxied::echo().await;
    let key = new_key(&beside_sandbox(&proxied.launch), "monitoring", &["exempt"]);
    let bearer = format!("Bearer {}", key.secret);
    for (name, value) in [("x-api-key", &key.secret), ("authorization", &bearer)] {
        let request = proxied.server.anybody().request(Method::POST, "/api/tools/dear").header(name, value);
        let answer = Answer::to(request.header("x-billing-exempt", "me")).await.expect(200);
        assert!(!answer.headers.contains_key("x-billing-hold"), "{:?}", answer.headers);
    }
    for seen in proxied.upstream.seen() {
        assert_eq!(seen.header("x-billing-exempt"), Some("monitoring"));
        for name in ["x-billing-account", "x-api-key", "authorization"] {
            assert_eq!(seen.header(name), None, "{name}");
        }
    }
    // Beside a token that is good, only a key that is good passes.
    let request = proxied.server.api_as("anna").request(Method::POST, "/api/tools/free");
    Answer::to(request.header("x-api-key", "k")).await.expect_error(401, "INVALID_API_KEY");
    assert_eq!(proxied.upstream.seen().len(), 2);
}

#[tokio::test]
async fn a_caller_can_not_speak_for_another() {
    let proxied = Proxied::echo().await;
    let request = format!(
        "POST /api/tools/free HTTP/1.1\r\n\
        Host: elsewhere.example.com\r\n\
        Authorization: Bearer {}\r\n\
        Connection: close, X-Mine, x-billing-account, authorization\r\n\
        X-Mine: 1\r\n\
        Keep-Alive: timeout=5\r\n\
        TE: gzip\r\n\
        Upgrade: websocket\r\n\
        Proxy-Authorization: Basic eA==\r\n\
        Proxy-Connection: keep-alive\r\n\
        Cookie: session=1\r\n\
        X-Billing-Account: berta\r\n\
        x_billing_account: berta\r\n\
        X-Billing-Cost: 0\r\n\
        X-Billing-Exempt: 1\r\n\
        X-Forwarded-For: 198.51.100.1\r\n\
        X-Forwarded-Proto: https\r\n\
        X-Forwarded-Host: evil.example.com\r\n\
        Forwarded: for=198.51.100.1\r\n\
        X-Original-URL: /api/tools/dear\r\n\
        X-HTTP-Method-Override: DELETE\r\n\
        Content-Length: 2\r\n\r\n{{}}",
        token("anna")
    );
    let mut stream = tokio::net::TcpStream::connect(proxied.server.addr()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let seen = proxied.upstream.only();
    let mut names: Vec<_> = seen.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    names.sort();
    let host = format!("host: {:?}", proxied.upstream.url.trim_start_matches("http://"));
    let request_id = format!("x-request-id: {:?}", seen.header("x-request-id").unwrap());
    let expected = [
        r#"connection: "TE""#,
        r#"content-length: "2""#,
        &host,
        r#"te: "trailers""#,
        r#"x-billing-account: "anna""#,
        r#"x-forwarded-for: "127.0.0.1""#,
        r#"x-forwarded-host: "elsewhere.example.com""#,
        r#"x-forwarded-proto: "http""#,
        &request_id,
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn no_condition_has_a_tool_run_for_nothing() {
    // As Express does: the tool runs, and what it has made is compared then.
    let proxied = Proxied::start(&[], async |request: Request| {
        let conditions =
            ["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "range"];
        let has_one = conditions.iter().any(|name| request.headers().contains_key(*name));
        json(if has_one { 304 } else { 200 }, &[("etag", r#"W/"1""#)], "")
    })
    .await;
    let user = proxied.user("10").await;
    let date = "Sun, 01 Mar 2026 12:00:00 GMT";
    for (name, value) in [
        ("if-match", "*"),
        ("if-none-match", r#"W/"1""#),
        ("If_None_Match", r#"W/"1""#),
        ("if-modified-since", date),
        ("if-unmodified-since", date),
        ("if-range", date),
        ("range", "bytes=0-0"),
    ] {
        let request = user.request(Method::GET, "/api/tools/dear").header(name, value);
        assert_eq!(Answer::to(request).await.expect(200).header("etag"), r#"W/"1""#, "{name}");
    }
    assert_eq!(settled(&user).await, "3.00");
    let named = |name: &str| proxied.upstream.seen().iter().any(|seen| seen.header(name).is_some());
    assert!(!named("if_none_match"));
}

#[tokio::test]
async fn a_trusted_proxy_speaks_for_its_client() {
    let upstream = Upstream::start(async |_| json(200, &[], "{}")).await;
    let server = launch(&upstream.url).with_env("TRUSTED_PROXIES", "127.0.0.0/8").start().await;
    let user = server.api_as("anna");
    let request = user
        .request(Method::POST, "/api/tools/free")
        .header("x-forwarded-for", "192.0.2.1, 198.51.100.1")
        .header("x-forwarded-proto", "https")
        .header("x-forwarded-host", "billing.example.com");
    Answer::to(request).await.expect(200);
    let seen = upstream.only();
    for (name, told) in [
        ("x-forwarded-for", "198.51.100.1"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "billing.example.com"),
    ] {
        assert_eq!(seen.header(name), Some(told), "{name}");
    }
}

#[tokio::test]
async fn the_tools_can_not_speak_for_the_server() {
    let headers = [
        ("x-billing-hold", "none"),
        ("x-billing-charged", "0"),
        ("set-cookie", "session=1"),
        ("connection", "x-mine"),
        ("x-mine", "1"),
        ("x-request-id", "theirs"),
        ("keep-alive", "timeout=5"),
        ("vary", "accept"),
    ];
    let proxied = Proxied::once(&[], json(200, &headers, "{}")).await;
    let user = proxied.user("10").await;
    let answer = user.call("cheap").await.expect(200);
    for name in ["x-billing-charged", "set-cookie", "x-mine", "keep-alive"] {
        assert!(!answer.headers.contains_key(name), "{name}");
    }
    assert_ne!(answer.header("x-billing-hold"), "none");
    assert_ne!(answer.header("x-request-id"), "theirs");
    assert_eq!((answer.header("vary"), answer.header("x-content-type-options")), ("accept", "nosniff"));
    assert_eq!(answer.headers.get_all("x-billing-hold").iter().count(), 1);
}
