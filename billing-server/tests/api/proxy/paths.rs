//! However a call is written: what is priced is what reaches the tools.
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{Proxied, settled};
use crate::support::token;

/// The status of a call to this address, sent as it is written here.
async fn status(proxied: &Proxied, target: &str) -> u16 {
    let mut stream = TcpStream::connect(proxied.server.addr()).await.unwrap();
    let token = token("anna");
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn no_spelling_of_a_dear_tool_is_cheap() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    for target in [
        "/api/tools/cheap%2F..%2Fdear",
        "/api/tools/cheap%2f%2e%2e%2fdear",
        "/api/tools/cheap/../dear",
        "/api/tools/cheap/%2e%2e/dear",
        "/api/tools/./dear",
        "/api/tools//dear",
        "/api/tools/dear/",
        "/api/tools/dear//",
        "/api/tools/dear//stream",
        "/api/tools/dear/stream/",
        "/api/tools/dear/STREAM",
        "/api/tools/dear/cheap",
        "/api/tools/cheap%5C..%5Cdear",
        "/api/tools/cheap\\..\\dear",
        "/api/tools/cheap;dear",
        "/api/tools/cheap%3Bdear",
        "/api/tools/cheap%00dear",
        "/api/tools/cheap%20dear",
        "/api/tools/cheap%23dear",
        "/api/tools/cheap%3Fdear",
        "/api/tools/%2564ear",
        "/api/tools/..",
        "/api/tools/%2e%2e",
        "/api/tools/BATCH",
        "/api/tools/Batch/stream",
    ] {
        assert_eq!(status(&proxied, target).await, 400, "{target}");
    }
    for target in [
        "/api/tools/",
        "//api/tools/dear",
        "/api//tools/dear",
        "/API/tools/dear",
        "/api/Tools/dear",
        "/api/%74ools/dear",
        "/api/x/../tools/dear",
        "/./api/tools/dear",
        // There is no price for it.
        "/api/tools/DEAR",
        "/api/tools/Dear/stream",
    ] {
        assert_eq!(status(&proxied, target).await, 404, "{target}");
    }
    assert_eq!(proxied.upstream.lines(), [""; 0]);
    assert_eq!(user.balance("available_usd").await, "10.00");

    for (target, line) in [
        ("/api/tools/%64ear", "POST /api/tools/dear"),
        ("/api/tools/de%61r/%73tream?x=/../cheap", "POST /api/tools/dear/stream?x=/../cheap"),
        ("http://elsewhere.example.com/api/tools/dear", "POST /api/tools/dear"),
        ("/api/tools/dear?/../cheap", "POST /api/tools/dear?/../cheap"),
    ] {
        let before = proxied.upstream.lines().len();
        assert_eq!(status(&proxied, target).await, 200, "{target}");
        assert_eq!(proxied.upstream.lines()[before..], [line], "{target}");
    }
    assert_eq!(settled(&user).await, "6.00");
}

#[tokio::test]
async fn no_tool_runs_for_a_head_or_for_options() {
    let proxied = Proxied::echo().await;
    let user = proxied.user("10").await;
    for method in [Method::HEAD, Method::OPTIONS] {
        for target in ["/api/tools/dear", "/api/tools/free", "/api/tools/dear/stream", "/api/tools/batch"] {
            let request = user.request(method.clone(), target).header("x-http-method-override", "POST");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 405, "{method} {target}");
            assert_eq!(answer.headers()["allow"], "GET,POST,PUT,PATCH,DELETE");
        }
    }
    assert_eq!(proxied.upstream.lines(), [""; 0]);
    assert_eq!(settled(&user).await, "10.00");
    // What is free may be asked for as one likes.
    assert_eq!(user.request(Method::HEAD, "/api/tools").send().await.unwrap().status(), 200);
}
