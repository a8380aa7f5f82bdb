//! Pages for browsers: another build of the dashboard, in a folder.
use std::fs;

use reqwest::{Client, Method, header::HeaderMap, redirect};

use crate::support::{Answer, Api, Launch, Server};

const INDEX: &str =
    "<!doctype html><title>Billing</title><script type=\"module\" src=\"/assets/index-x1.js\"></script>";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
    manifest-src 'self'";
const POLICY_WITH_STRIPE: &str = "default-src 'none'; script-src 'self' https://js.stripe.com https://*.js.stripe.com; \
    style-src 'self'; img-src 'self' data: https://*.stripe.com; font-src 'self'; connect-src 'self' \
    https://api.stripe.com; frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com; \
    form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; manifest-src 'self'";

fn script() -> String {
    "console.log('повідомлення');\n".repeat(200)
}

/// With a dashboard in its folder.
fn with_dashboard(launch: Launch) -> Launch {
    let folder = launch.folder().join("dist");
    fs::create_dir_all(folder.join("assets")).unwrap();
    fs::write(folder.join("index.html"), INDEX).unwrap();
    fs::write(folder.join("boot.js"), "document.documentElement.lang = 'uk';").unwrap();
    fs::write(folder.join("favicon.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    fs::write(folder.join("assets/index-x1.js"), script()).unwrap();
    fs::write(folder.join("assets/index-x1.css"), "body{margin:0}").unwrap();
    launch.with_env("BILLING_DASHBOARD_DIR", "dist")
}

async fn start() -> Server {
    with_dashboard(Launch::serve()).start().await
}

async fn get(anybody: &Api, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    let request = anybody.request(Method::GET, path);
    Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[tokio::test]
async fn every_page_is_the_one_page() {
    let server = start().await;
    let anybody = server.anybody();
    for path in
        ["/", "/topup", "/transactions?type=charge", "/login", "/settings/", "/payment/x/y", "/no/such/page"]
    {
        let page = anybody.get(path).await.expect(200);
        assert_eq!(page.text, INDEX, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "no-cache");
        assert_eq!(page.header("content-security-policy"), POLICY);
        assert_eq!(page.header("referrer-policy"), "strict-origin-when-cross-origin");
        assert_eq!(page.header("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin-allow-popups");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(!page.headers.contains_key("strict-transport-security"));
    }
    for (path, media_type) in [
        ("/boot.js", "text/javascript; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml; charset=utf-8"),
        ("/assets/index-x1.css", "text/css; charset=utf-8"),
    ] {
        assert_eq!(anybody.get(path).await.expect(200).header("content-type"), media_type);
    }
    for path in [
        "/api",
        "/api/billing/nothing",
        "/auth/nothing",
        "/webhooks",
        "/mailbox/x",
        "/admin/api/x",
        "/metrics",
        "/docs/nothing",
        "/assets",
        "/assets/index-x2.js",
        "/assets/",
        "/robots.txt",
        "/index.htm",
        "/wp-login.php",
        "/a/b.map",
        "/.env",
    ] {
        anybody.get(path).await.expect_error(404, "NOT_FOUND");
    }
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        anybody.send_json(method, "/topup", "{}").await.expect_error(404, "NOT_FOUND");
    }
    let status = anybody.get("/status").await.expect(200);
    assert!(status.text.contains(env!("CARGO_PKG_VERSION")));
    assert_ne!(status.header("content-security-policy"), POLICY);
}

#[tokio::test]
async fn browsers_keep_files_for_as_long_as_they_hold() {
    let server = start().await;
    let anybody = server.anybody();
    let hashed = anybody.get("/assets/index-x1.js").await.expect(200);
    assert_eq!(hashed.text, script());
    assert_eq!(hashed.header("cache-control"), "public, max-age=31536000, immutable");
    let index = anybody.get("/").await.expect(200);
    let tag = index.header("etag");
    assert!(tag.starts_with("W/\"") && tag != hashed.header("etag"));
    for tags in [tag, &tag[2..], "*", &format!("\"a\", {tag}")] {
        let kept = get(&anybody, "/topup", &[("if-none-match", tags)]).await.expect(304);
        assert_eq!((kept.text.as_str(), kept.header("etag")), ("", tag));
        assert_eq!(kept.header("cache-control"), "no-cache");
        assert_eq!(kept.header("content-security-policy"), POLICY);
    }
    for tags in ["", "\"a\"", hashed.header("etag")] {
        get(&anybody, "/", &[("if-none-match", tags)]).await.expect(200);
    }
    for path in ["/", "/assets/index-x1.js"] {
        let head = Answer::to(anybody.request(Method::HEAD, path)).await.expect(200);
        let whole = anybody.get(path).await.expect(200);
        assert_eq!((head.text.as_str(), head.header("etag")), ("", whole.header("etag")));
        assert_eq!(head.header("content-length"), whole.text.len().to_string());
    }
}

#[tokio::test]
async fn pages_are_packed_and_accounts_are_not() {
    let server = with_dashboard(Launch::sandbox()).start().await;
    let anybody = server.anybody();
    for (asked, packed) in [("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br", "br")] {
        let answer = get(&anybody, "/assets/index-x1.js", &[("accept-encoding", asked)]).await.expect(200);
        assert_eq!(answer.header("content-encoding"), packed);
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert!(answer.text.len() < script().len() / 4, "{}", answer.text.len());
    }
    let description = get(&anybody, "/openapi.json", &[("accept-encoding", "br")]).await.expect(200);
    assert_eq!(description.header("content-encoding"), "br");
    let user = server.api_as("anna");
    for _ in 0..5 {
        user.create_payment("1").await.pay(&server.stripe()).await;
    }
    assert!(user.get("/api/billing/history").await.expect(200).text.len() > 2_000);
    let plain = |headers: &HeaderMap| !headers.contains_key("content-encoding");
    for path in
        ["/api/billing/settings", "/api/billing/history", "/api/billing/payment/providers", "/auth/session"]
    {
        assert!(plain(&get(&user, path, &[("accept-encoding", "br")]).await.expect(200).headers), "{path}");
    }
    assert!(plain(&get(&anybody, "/", &[("accept-encoding", "br")]).await.headers), "it is short");
}

#[tokio::test]
async fn stripe_is_let_in_where_its_form_is_shown() {
    let keys = [
        ("STRIPE_SECRET_KEY", "sk_test_0123456789abcdef"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_test_0123456789abcdef"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef"),
    ];
    let launch = keys.iter().fold(Launch::serve(), |launch, (name, value)| launch.with_env(name, *value));
    let launch = launch.with_env("BACKEND_URL", "https://billing.example.com");
    let server = with_dashboard(launch).start().await;
    let page = server.anybody().get("/topup").await.expect(200);
    assert_eq!(page.header("content-security-policy"), POLICY_WITH_STRIPE);
    assert!(page.header("permissions-policy").ends_with("payment=(self \"https://js.stripe.com\")"));
    let encrypted = "max-age=63072000; includeSubDomains";
    assert_eq!(page.header("strict-transport-security"), encrypted);
    assert_eq!(server.anybody().get("/healthz").await.header("strict-transport-security"), encrypted);

    let sandbox = with_dashboard(Launch::sandbox()).start().await;
    let page = sandbox.anybody().get("/topup").await.expect(200);
    assert_eq!(page.header("content-security-policy"), POLICY);
    let with_form = with_dashboard(Launch::sandbox().with_arguments(["--stripe-form", "elements"]));
    let sandbox = with_form.start().await;
    let page = sandbox.anybody().get("/topup").await.expect(200);
    assert_eq!(page.header("content-security-policy"), POLICY_WITH_STRIPE);
}

#[tokio::test]
async fn the_page_that_payers_come_back_to_is_the_dashboards() {
    let server = with_dashboard(Launch::sandbox()).start().await;
    let user = server.api_as("anna");
    let created =
        user.post("/api/billing/payment/stripe/create", r#"{"amount_usd": 10}"#).await.expect(200).json();
    let (page, id) = (created["paymentUrl"].as_str().unwrap(), created["paymentId"].as_str().unwrap());
    let stripe = server.exported("STRIPE_URL");
    assert!(page.starts_with(&format!("{stripe}/checkout/pi_")), "{page}");
    let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().unwrap();
    let address = reqwest::Url::parse(page).unwrap();
    let terms: Vec<_> = address.query_pairs().into_owned().collect();
    let mut pay = address.clone();
    pay.set_path(&format!("{}/pay", address.path()));
    pay.set_query(None);
    let paid = Answer::to(client.post(pay).form(&terms)).await.expect(303);
    let back = paid.header("location");
    assert!(back.starts_with(&format!("{}/payment/stripe/return?payment={id}&", server.url)), "{back}");
    let page = user.get(back.strip_prefix(&server.url).unwrap()).await.expect(200);
    assert_eq!((page.text.as_str(), page.header("content-security-policy")), (INDEX, POLICY));
    assert_eq!(user.balance("balance_usd").await, "10.00");

    let created =
        user.post("/api/billing/payment/fondy/create", r#"{"amount_uah": 415}"#).await.expect(200).json();
    assert!(created["paymentUrl"].as_str().unwrap().starts_with(&server.exported("FONDY_URL")));
    let order = format!("/payment/fondy/return?payment={}", created["paymentId"].as_str().unwrap());
    let by_form = client.post(format!("{}{order}", server.url)).form(&[("order_status", "approved")]);
    assert_eq!(Answer::to(by_form).await.expect(303).header("location"), order);
    assert_eq!(user.balance("balance_usd").await, "10.00", "a browser's word is nothing");
}

#[tokio::test]
async fn a_folder_without_a_dashboard_is_refused_at_the_start() {
    let launch =
        Launch::serve().with_env("BILLING_DASHBOARD_DIR", "dist").with_env("BIND_ADDR", "127.0.0.1:0");
    assert!(launch.refused(&["serve"]).contains("dashboard in dist can't be used"));
    fs::create_dir(launch.folder().join("dist")).unwrap();
    assert!(launch.refused(&["serve"]).contains("it has no index.html"));
}
