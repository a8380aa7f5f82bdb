use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{Api, JWT_SECRET, Launch, token};

fn signed(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes()))
        .unwrap()
}

fn in_seconds(seconds: i64) -> u64 {
    jsonwebtoken::get_current_timestamp().checked_add_signed(seconds).unwrap()
}

/// Demands that a token is refused, with what a client needs to know.
async fn refused(anybody: &Api, token: &str, code: &str) {
    let answer = anybody.with_token(token).get("/api/billing/balance").await.expect_error(401, code);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn only_a_signed_token_with_an_expiry_is_believed() {
    let server = Launch::serve().start().await;
    let anybody = server.anybody();
    let claims = json!({ "sub": "anna", "exp": in_seconds(60) });
    let (head, payload) =
        ("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", token("anna").split('.').nth(1).unwrap().to_owned());

    anybody.get("/api/billing/balance").await.expect_error(401, "UNAUTHORIZED");
    refused(&anybody, "", "UNAUTHORIZED").await;
    refused(&anybody, "abc", "INVALID_TOKEN").await;
    refused(&anybody, &format!("{head}.{payload}."), "INVALID_TOKEN").await;
    refused(&anybody, &signed(Algorithm::HS256, "another secret", &claims), "INVALID_TOKEN").await;
    refused(&anybody, &signed(Algorithm::HS384, JWT_SECRET, &claims), "INVALID_TOKEN").await;
    refused(&anybody, &signed(Algorithm::HS512, JWT_SECRET, &claims), "INVALID_TOKEN").await;
    let expired = json!({ "sub": "anna", "exp": in_seconds(-60) });
    refused(&anybody, &signed(Algorithm::HS256, JWT_SECRET, &expired), "TOKEN_EXPIRED").await;
    for unusable in [
        json!({ "sub": "anna" }),
        json!({ "sub": "anna", "exp": "soon" }),
        json!({ "exp": in_seconds(60) }),
        json!({ "sub": "", "exp": in_seconds(60) }),
        json!({ "sub": "@revenue", "exp": in_seconds(60) }),
        json!({ "sub": "x".repeat(129), "exp": in_seconds(60) }),
        json!({ "sub": "anna", "exp": in_seconds(60), "nbf": in_seconds(40) }),
    ] {
        refused(&anybody, &signed(Algorithm::HS256, JWT_SECRET, &unusable), "INVALID_TOKEN").await;
    }
}

#[tokio::test]
async fn tokens_of_the_existing_platform_work() {
    let server = Launch::serve().start().await;
    let claims = json!({
        "userId": "7f6a0f3e-9a54-4d8e-8d9c-3f1f5f0f1a2b", "email": "anna@example.com", "googleId": "1",
        "iat": in_seconds(0), "exp": in_seconds(7 * 86_400),
    });
    let user = server.anybody().with_token(signed(Algorithm::HS256, JWT_SECRET, &claims));
    assert_eq!(user.balance("user_id").await, "\"7f6a0f3e-9a54-4d8e-8d9c-3f1f5f0f1a2b\"");
}

#[tokio::test]
async fn issuer_and_audience_are_demanded_where_configured() {
    let server =
        Launch::serve().with_env("JWT_ISSUER", "tools").with_env("JWT_AUDIENCE", "billing").start().await;
    let anybody = server.anybody();
    let token = |claims: Value| signed(Algorithm::HS256, JWT_SECRET, &claims);
    let exp = in_seconds(60);
    for wrong in [
        json!({ "sub": "anna", "exp": exp }),
        json!({ "sub": "anna", "exp": exp, "iss": "tools" }),
        json!({ "sub": "anna", "exp": exp, "iss": "tools", "aud": "mail" }),
        json!({ "sub": "anna", "exp": exp, "iss": "others", "aud": "billing" }),
    ] {
        refused(&anybody, &token(wrong), "INVALID_TOKEN").await;
    }
    let right = json!({ "sub": "anna", "exp": exp, "iss": "tools", "aud": ["mail", "billing"] });
    anybody.with_token(token(right)).get("/api/billing/balance").await.expect(200);
}

#[tokio::test]
async fn every_account_route_needs_a_token() {
    let server = Launch::sandbox().start().await;
    let anybody = server.anybody();
    for path in ["/api/billing/balance", "/api/billing/history", "/api/billing/settings"] {
        anybody.get(path).await.expect_error(401, "UNAUTHORIZED");
    }
    anybody.get("/api/billing/payment/stripe/x/status").await.expect_error(401, "UNAUTHORIZED");
    anybody.put("/api/billing/settings", "{}").await.expect_error(401, "UNAUTHORIZED");
    anybody.post("/api/billing/payment/stripe/create", "{}").await.expect_error(401, "UNAUTHORIZED");
    anybody.post("/api/tools/search_cases", "{}").await.expect_error(401, "UNAUTHORIZED");
}
