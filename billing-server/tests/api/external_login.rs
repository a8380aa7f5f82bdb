//! Signing in at a platform that sends the browser back with a token. The tests are the platform.
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, Launch, Server, token};

const LOGIN: &str = "https://platform.example.com/login";

async fn start() -> Server {
    Launch::serve().with_env("LOGIN_URL", LOGIN).start().await
}

/// Leaves for the platform; answers the state that it is given.
async fn leave(browser: &Browser, return_to: &str) -> String {
    let request = browser.request(Method::GET, "/auth/login").query(&[("return_to", return_to)]);
    let answer = browser.send(request).await.expect(303);
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    let (address, query) = answer.header("location").split_once('?').unwrap();
    assert_eq!(address, LOGIN);
    let (redirect, state) = query.split_once("&state=").unwrap();
    assert!(redirect.starts_with("redirect_uri=http%3A%2F%2F127.0.0.1%3A"), "{redirect}");
    assert!(redirect.ends_with("%2Fauth%2Fcallback%2Fexternal"), "{redirect}");
    state.to_owned()
}

/// Comes back, with these fields and from this page.
async fn come_back(browser: &Browser, fields: &[(&str, &str)], referer: Option<&str>) -> Answer {
    let request = browser.request(Method::GET, "/auth/callback/external").query(fields);
    let request = match referer {
        Some(referer) => request.header("referer", referer),
        None => request,
    };
    let answer = browser.send(request).await.expect(303);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert!(!answer.header("location").contains("token"));
    answer
}

#[tokio::test]
async fn a_token_is_changed_for_a_session_at_once() {
    let server = start().await;
    let browser = Browser::new(&server.url);
    let state = browser.get("/auth/session").await.expect(200).json();
    assert_eq!(state["sign_in"], json!([{"kind": "external", "url": "/auth/login"}]));
    let olena = token("olena");
    let state = leave(&browser, "/topup?amount=5").await;
    let back = come_back(&browser, &[("token", &olena), ("state", &state)], None).await;
    assert_eq!(back.header("location"), "/topup?amount=5");
    assert_eq!(browser.account().await.as_deref(), Some("olena"));
    assert_eq!(browser.cookie("billing-sign-in"), None);
    browser.ask(Method::POST, "/auth/logout", "").await.expect(204);
    // Whoever the browser came by: a platform may itself send people on to others.
    let state = leave(&browser, "/").await;
    let elsewhere = Some("https://accounts.example.org/");
    let back = come_back(&browser, &[("token", &olena), ("state", &state)], elsewhere).await;
    assert_eq!(back.header("location"), "/");
    assert!(!server.log().contains(&olena[..20]), "no token is logged");
}

#[tokio::test]
async fn nobody_is_signed_in_by_an_address_that_others_sent_him_to() {
    let server = start().await;
    let browser = Browser::new(&server.url);
    let mallory = token("mallory");
    let stranger = come_back(&browser, &[("token", &mallory)], None).await;
    assert_eq!(stranger.header("location"), "/login?error=expired");
    // Any site can have a browser leave, and then send it on to here, without a word of where it comes from.
    for fields in [
        &[("token", mallory.as_str())][..],
        &[("token", mallory.as_str()), ("state", "")],
        &[("token", mallory.as_str()), ("state", "x")],
        &[("error", "access_denied")],
        &[],
    ] {
        for referer in [None, Some(server.url.as_str()), Some("https://platform.example.com/")] {
            leave(&browser, "/topup").await;
            let answer = come_back(&browser, fields, referer).await;
            let location = "/login?error=expired&return_to=%2Ftopup";
            assert_eq!(answer.header("location"), location, "{fields:?} {referer:?}");
            assert_eq!(browser.account().await, None);
            assert_eq!(browser.cookie("billing-sign-in"), None);
        }
    }
}

#[tokio::test]
async fn what_the_platform_says_is_believed_when_it_is_right() {
    let server = start().await;
    let browser = Browser::new(&server.url);
    let olena = token("olena");
    for (fields, word) in [
        (&[("token", olena.as_str()), ("token", olena.as_str())][..], "refused"),
        (&[], "refused"),
        (&[("token", "nonsense")], "refused"),
        (&[("error", "access_denied")], "cancelled"),
        (&[("error", "access_denied"), ("token", olena.as_str())], "cancelled"),
    ] {
        let state = leave(&browser, "/topup").await;
        let fields = [fields, &[("state", state.as_str())]].concat();
        let answer = come_back(&browser, &fields, None).await;
        let location = format!("/login?error={word}&return_to=%2Ftopup");
        assert_eq!(answer.header("location"), location, "{fields:?}");
        assert_eq!(browser.account().await, None);
    }
}

#[tokio::test]
async fn an_attempt_is_good_once() {
    let server = start().await;
    let (browser, thief) = (Browser::new(&server.url), Browser::new(&server.url));
    let olena = token("olena");
    let state = leave(&browser, "/").await;
    let attempt = browser.cookie("billing-sign-in").unwrap();
    come_back(&browser, &[("token", &olena), ("state", &state)], None).await;
    thief.set_cookie("billing-sign-in", Some(&attempt));
    let again = come_back(&thief, &[("token", &olena), ("state", &state)], None).await;
    assert_eq!(again.header("location"), "/login?error=expired");
    // Nor is a session an attempt, or the other way round.
    let session = browser.cookie("billing").unwrap();
    thief.set_cookie("billing-sign-in", Some(&session));
    let confused = come_back(&thief, &[("token", &olena), ("state", &state)], None).await;
    assert_eq!(confused.header("location"), "/login?error=expired");
    thief.set_cookie("billing", Some(&attempt));
    assert_eq!(thief.account().await, None);
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let server = Launch::serve().with_env("LOGIN_URL", LOGIN).with_env("SESSION_LIFE", "168h").start().await;
    let browser = Browser::new(&server.url);
    let state = leave(&browser, "/").await;
    let back = come_back(&browser, &[("token", &token("olena")), ("state", &state)], None).await;
    let cookie = back.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
    let life: u64 = cookie.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&life), "{cookie}");
}

#[tokio::test]
async fn without_a_way_to_sign_in_the_page_says_so() {
    let server = Launch::serve().start().await;
    let browser = Browser::new(&server.url);
    let answer = browser.get("/auth/login?return_to=/topup").await.expect(303);
    assert_eq!(answer.header("location"), "/login?error=unavailable&return_to=%2Ftopup");
    let sandbox = Launch::sandbox().start().await;
    let browser = Browser::new(&sandbox.url);
    let answer = browser.get("/auth/login?return_to=/topup").await.expect(303);
    assert_eq!(answer.header("location"), "/login?return_to=%2Ftopup");
    for path in ["/auth/callback?code=x&state=y", "/auth/callback/external?token=x"] {
        let answer = browser.get(path).await.expect(303);
        assert_eq!(answer.header("location"), "/login?error=expired", "{path}");
    }
}
