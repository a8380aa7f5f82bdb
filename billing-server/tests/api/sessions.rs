//! Browsers that are signed in.
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Browser, Launch, eventually, token};

#[tokio::test]
async fn a_demo_user_signs_in_with_one_click_and_out_again() {
    let server = Launch::sandbox().start().await;
    let browser = Browser::new(&server.url);
    let out = browser.get("/auth/session").await.expect(200);
    assert_eq!(out.header("cache-control"), "no-store");
    let out = out.json();
    assert_eq!((&out["signed_in"], &out["account"]), (&json!(false), &Value::Null));
    assert_eq!((&out["mode"], &out["mailbox_url"]), (&json!("sandbox"), &json!("/mailbox")));
    assert_eq!((&out["default_language"], &out["support_email"]), (&json!("uk"), &Value::Null));
    let [demo] = &out["sign_in"].as_array().unwrap()[..] else { panic!("{out}") };
    assert_eq!((&demo["kind"], &demo["url"]), (&json!("demo"), &json!("/auth/demo")));
    assert_eq!(demo["users"][0], json!({"id": "demo-user", "name": "Олена Коваль"}));
    browser.get("/api/billing/balance").await.expect_error(401, "UNAUTHORIZED");

    let form = [("user", "demo-user"), ("return_to", "/topup?amount=10")];
    let signed_in = browser.submit("/auth/demo", &form).await.expect(303);
    assert_eq!(signed_in.header("location"), "/topup?amount=10");
    let cookie = signed_in.header("set-cookie");
    assert!(cookie.starts_with("billing=") && !cookie.contains("Secure"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"), "{cookie}");
    browser.get("/api/billing/balance").await.expect(200);
    let state = browser.get("/auth/session").await.expect(200).json();
    let told = (&state["account"], &state["name"], &state["email"]);
    assert_eq!(told, (&json!("demo-user"), &json!("Олена Коваль"), &json!("olena@example.com")));
    assert!(state["expires_at"].as_str().unwrap().ends_with('Z'), "{state}");
    let settings = browser.get("/api/billing/settings").await.expect(200);
    assert_eq!(settings.raw("email"), "\"olena@example.com\"");

    let bare = browser.send(browser.request(Method::POST, "/auth/logout").header("origin", &server.url));
    bare.await.expect_error(403, "CSRF_REFUSED");
    let out = browser.ask(Method::POST, "/auth/logout", "").await.expect(204);
    assert_eq!(out.header("set-cookie"), "billing=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    assert_eq!(browser.account().await, None);
    browser.get("/api/billing/balance").await.expect_error(401, "UNAUTHORIZED");
    assert!(!server.log().contains("olena@example.com"));
}

#[tokio::test]
async fn json_signs_in_as_well_and_nonsense_does_not() {
    let server = Launch::sandbox().start().await;
    let browser = Browser::new(&server.url);
    let answer = browser.ask(Method::POST, "/auth/demo", r#"{"user": "demo-new"}"#).await.expect(200);
    assert_eq!(answer.json()["account"], "demo-new");
    assert_eq!(browser.account().await.as_deref(), Some("demo-new"));
    browser.submit("/auth/demo", &[("user", "anna")]).await.expect_error(404, "USER_NOT_FOUND");
    browser.submit("/auth/demo", &[("return_to", "/")]).await.expect_error(400, "INVALID_BODY");
    let nothing = browser.request(Method::POST, "/auth/demo");
    browser.send(nothing).await.expect_error(415, "UNSUPPORTED_MEDIA_TYPE");
    for foreign in ["//evil.com", "https://evil.com", "/\\evil.com", "/.//evil.com", "%2F%2Fevil.com"] {
        let answer = browser.submit("/auth/demo", &[("user", "demo-new"), ("return_to", foreign)]).await;
        assert_eq!(answer.expect(303).header("location"), "/", "{foreign}");
    }
    let foreign = browser.request(Method::POST, "/auth/demo").header("origin", "https://evil.com");
    let foreign = browser.send(foreign.form(&[("user", "demo-user")])).await;
    foreign.expect_error(403, "CSRF_REFUSED");

    let serving = Launch::serve().start().await;
    let browser = Browser::new(&serving.url);
    browser.submit("/auth/demo", &[("user", "demo-user")]).await.expect_error(404, "NOT_FOUND");
    let state = browser.get("/auth/session").await.expect(200).json();
    assert_eq!((&state["mode"], &state["sign_in"]), (&json!("serve"), &json!([])));
    assert_eq!(state["mailbox_url"], Value::Null);
}

#[tokio::test]
async fn what_changes_something_is_done_for_the_dashboard_alone() {
    let server = Launch::sandbox().start().await;
    let browser = Browser::new(&server.url);
    browser.sign_in_as("demo-new").await;
    let own = server.url.as_str();
    let change = |headers: &[(&'static str, &str)]| {
        let request = browser.request(Method::PUT, "/api/billing/settings");
        let request = request.header("content-type", "application/json").body(r#"{"language": "en"}"#);
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    };
    let named = ("x-requested-with", "billing-dashboard");
    for refused in [
        &[][..],
        &[named],
        &[("origin", own)],
        &[named, ("origin", "https://evil.com")],
        &[named, ("origin", "null")],
        &[named, ("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[named, ("sec-fetch-site", "same-site")],
        &[("x-requested-with", "XMLHttpRequest"), ("origin", own)],
    ] {
        browser.send(change(refused)).await.expect_error(403, "CSRF_REFUSED");
    }
    assert_eq!(browser.get("/api/billing/settings").await.expect(200).raw("language"), "null");
    for taken in [&[named, ("origin", own)][..], &[named, ("sec-fetch-site", "same-origin")]] {
        assert_eq!(browser.send(change(taken)).await.expect(200).raw("language"), "\"en\"");
    }
    // With a token there is nothing that another site could have a browser do.
    let bearer = server.api_as("demo-new").put("/api/billing/settings", r#"{"language": "uk"}"#).await;
    bearer.expect(200);
    // A token that is not good is not made up for.
    let both = change(&[named, ("origin", own)]).bearer_auth("nonsense");
    browser.send(both).await.expect_error(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn neither_cookie_nor_token_stands_in_for_the_other() {
    let server = Launch::sandbox().start().await;
    let browser = Browser::new(&server.url);
    browser.sign_in_as("demo-user").await;
    let cookie = browser.cookie("billing").unwrap();
    let as_token = server.anybody().with_token(&cookie).get("/api/billing/balance").await;
    as_token.expect_error(401, "INVALID_TOKEN");
    for not_ours in [token("demo-user"), server.exported("TOKEN"), cookie[..cookie.len() - 2].to_owned()] {
        browser.set_cookie("billing", Some(&not_ours));
        browser.get("/api/billing/balance").await.expect_error(401, "UNAUTHORIZED");
        assert_eq!(browser.account().await, None);
    }
    browser.set_cookie("billing", None);
    browser.set_cookie("__Host-billing", Some(&cookie));
    assert_eq!(browser.account().await, None);
}

#[tokio::test]
async fn a_session_ends_at_its_time_and_with_its_secret() {
    let launch = Launch::sandbox();
    let server = launch.clone().with_env("SESSION_LIFE", "2s").start().await;
    let browser = Browser::new(&server.url);
    let signed_in = browser.submit("/auth/demo", &[("user", "demo-user")]).await.expect(303);
    assert!(signed_in.header("set-cookie").contains("Max-Age=2;"));
    eventually("the session has ended", async || browser.account().await.is_none().then_some(())).await;
    browser.get("/api/billing/balance").await.expect_error(401, "UNAUTHORIZED");

    let addr = server.addr().to_owned();
    drop(server);
    let server = launch.clone().with_bind(&addr).start().await;
    browser.sign_in_as("demo-user").await;
    drop(server);
    let server = launch.clone().with_bind(&addr).start().await;
    assert_eq!(browser.account().await.as_deref(), Some("demo-user"), "a restart forgets nobody");
    drop(server);
    let other = "another secret that only these tests know";
    let _server = launch.with_env("JWT_SECRET", other).with_bind(&addr).start().await;
    assert_eq!(browser.account().await, None);
}

#[tokio::test]
async fn over_https_the_cookie_is_for_this_host_alone() {
    let server = Launch::sandbox().with_env("BACKEND_URL", "https://billing.example.com").start().await;
    let browser = Browser::new(&server.url);
    let own = "https://billing.example.com";
    let form = browser.request(Method::POST, "/auth/demo").header("origin", own);
    let answer = browser.send(form.form(&[("user", "demo-user")])).await.expect(303);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-billing=") && cookie.ends_with("; SameSite=Lax; Secure"), "{cookie}");
    assert_eq!(browser.account().await.as_deref(), Some("demo-user"));
    browser.ask(Method::POST, "/auth/logout", "").await.expect_error(403, "CSRF_REFUSED");
}

#[tokio::test]
async fn demo_tools_are_paid_for_in_a_session_and_tools_of_others_are_not() {
    let server = Launch::sandbox().start().await;
    let browser = Browser::new(&server.url);
    browser.sign_in_as("demo-new").await;
    let call = "/api/tools/search_cases";
    browser.ask(Method::POST, call, "{}").await.expect_error(402, "INSUFFICIENT_BALANCE");
    server.api_as("demo-new").create_payment("1").await.pay(&server.stripe()).await;
    browser.ask(Method::POST, call, "{}").await.expect(200);
    browser.send(browser.request(Method::POST, call)).await.expect_error(403, "CSRF_REFUSED");
    assert_eq!(server.api_as("demo-new").balance("balance_usd").await, "0.9875");

    // Nobody is there, so that whatever gets through fails otherwise.
    let upstream = Launch::sandbox().with_env("TOOLS_UPSTREAM_URL", "http://127.0.0.1:9");
    let upstream = upstream.with_file("prices.toml", "[operations]\nsearch_cases = \"free\"\n");
    let server = upstream.with_env("PRICES_FILE", "prices.toml").start().await;
    let browser = Browser::new(&server.url);
    browser.sign_in_as("demo-user").await;
    browser.ask(Method::POST, call, "{}").await.expect_error(401, "TOKEN_NEEDED");
    browser.get("/api/tools").await.expect_error(401, "TOKEN_NEEDED");
    server.api_as("demo-user").call("search_cases").await.expect_error(502, "UPSTREAM_UNAVAILABLE");
}
