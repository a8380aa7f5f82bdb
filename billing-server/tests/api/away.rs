use crate::support::Launch;

#[tokio::test]
async fn while_the_database_is_away_everything_else_answers() {
    // Nobody listens on the discard port.
    let server = Launch::serve()
        .with_env("DATABASE_URL", "postgres://user:hidden@127.0.0.1:9/billing")
        .start_unready();
    let user = server.api_as("anna");
    user.get("/healthz").await.expect(200);
    user.get("/openapi.json").await.expect(200);
    let not_ready = user.get("/readyz").await.expect(503);
    assert_eq!(not_ready.header("retry-after"), "1");
    for path in ["/api/billing/balance", "/api/billing/history", "/api/billing/payment/providers"] {
        let answer = user.get(path).await.expect_error(503, "STARTING");
        assert_eq!(answer.header("retry-after"), "1");
    }
    user.post("/webhooks/stripe", "{}").await.expect_error(503, "STARTING");
    assert!(!server.log().contains("hidden"), "{}", server.log());
    assert!(server.stop().success());
}
