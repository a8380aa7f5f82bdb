use crate::support::Launch;

#[tokio::test]
async fn a_balance_is_topped_up_spent_and_refused() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let user = server.api_as("anna");
    assert_eq!(user.balance("balance_usd").await, "0.00");
    let refused = user.call("search_cases").await.expect_error(402, "INSUFFICIENT_BALANCE");
    assert_eq!(
        refused.raw("balance"),
        r#"{"current_usd":0.00,"required_usd":0.0125,"shortfall_usd":0.0125}"#
    );
    assert_eq!(refused.raw("message"), r#""Required: $0.0125, Available: $0.00""#);
    assert!(refused.json()["topup_url"].as_str().unwrap().ends_with("/topup"));

    let payment = user.create_payment("10").await;
    payment.pay(&server.stripe()).await;
    assert_eq!(user.balance("balance_usd").await, "10.00");
    let passed = user.call("search_cases").await.expect(200);
    assert_eq!(passed.header("x-billing-held"), "0.0125");
    assert_eq!(passed.header("x-billing-available"), "9.9875");
    assert_eq!(user.balance("balance_usd").await, "9.9875");
    assert_eq!(user.balance("total_spent_usd").await, "0.0125");

    let history = user.get("/api/billing/history").await.expect(200).json();
    let lines = history["transactions"].as_array().unwrap();
    let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["charge", "topup"]);
    assert_eq!(lines[0]["id"], passed.header("x-billing-hold"));
    assert_eq!(lines[1]["payment_id"], payment.id.as_str());

    user.put("/api/billing/settings", r#"{"daily_limit_usd": "0.50"}"#).await.expect(200);
    let limited = user.call("analyze_contract").await.expect_error(429, "DAILY_LIMIT_EXCEEDED");
    assert!(limited.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(limited.json()["limits"]["daily_spent_usd"], 0.0125);
    assert!(server.log().contains("Payment successful"));
    assert!(server.log().contains("Insufficient balance"));
}

#[tokio::test]
async fn a_restart_goes_on_where_the_sandbox_was_killed() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let token = server.exported("TOKEN");
    let demo = server.anybody().with_token(token.clone());
    let paid = demo.create_payment("10").await;
    paid.pay(&server.stripe()).await;
    let open = demo.create_payment("5").await;
    let addr = server.addr().to_owned();
    server.kill();

    let server = launch.with_bind(addr.clone()).start().await;
    assert_eq!(server.addr(), addr);
    let demo = server.anybody().with_token(token);
    assert_eq!(demo.balance("balance_usd").await, "10.00");
    open.pay(&server.stripe()).await;
    assert_eq!(demo.balance("balance_usd").await, "15.00");
    assert!(server.stop().success());
}
