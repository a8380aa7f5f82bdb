use crate::support::Launch;

const SETTINGS: &str = "/api/billing/settings";

#[tokio::test]
async fn limits_are_set_by_both_spellings() {
    let server = Launch::serve().start().await;
    let user = server.api_as("anna");
    let changed =
        user.put(SETTINGS, r#"{"dailyLimitUsd": 25.5, "monthlyLimitUsd": "250"}"#).await.expect(200);
    assert_eq!(
        (changed.raw("daily_limit_usd"), changed.raw("monthly_limit_usd")),
        ("25.50".into(), "250.00".into())
    );
    user.put(SETTINGS, r#"{"daily_limit_usd": 0.000001, "time_zone": "America/New_York"}"#).await.expect(200);
    let settings = user.get(SETTINGS).await.expect(200);
    assert_eq!(settings.raw("daily_limit_usd"), "0.000001");
    assert_eq!(settings.raw("monthly_limit_usd"), "250.00");
    assert_eq!(settings.raw("time_zone"), "\"America/New_York\"");
    assert_eq!(user.balance("daily_limit_usd").await, "0.000001");
}

#[tokio::test]
async fn a_limit_that_can_not_be_changes_nothing() {
    let server = Launch::serve().start().await;
    let user = server.api_as("anna");
    user.put(SETTINGS, r#"{"daily_limit_usd": 1001}"#).await.expect_error(422, "LIMIT_ABOVE_CEILING");
    user.put(SETTINGS, r#"{"daily_limit_usd": 5, "monthly_limit_usd": 10001}"#)
        .await
        .expect_error(422, "LIMIT_ABOVE_CEILING");
    user.put(SETTINGS, r#"{"daily_limit_usd": -1}"#).await.expect_error(422, "INVALID_AMOUNT");
    user.put(SETTINGS, r#"{"daily_limit_usd": "5 "}"#).await.expect_error(400, "INVALID_AMOUNT");
    user.put(SETTINGS, r#"{"daily_limit_usd": 5, "time_zone": "Europe/Kiyv"}"#)
        .await
        .expect_error(400, "INVALID_TIME_ZONE");
    assert_eq!(user.balance("daily_limit_usd").await, "10.00");
}

#[tokio::test]
async fn new_accounts_get_what_is_configured() {
    let server = Launch::serve()
        .with_env("DEFAULT_DAILY_LIMIT_USD", "2")
        .with_env("DEFAULT_MONTHLY_LIMIT_USD", "20")
        .with_env("DEFAULT_TIME_ZONE", "UTC")
        .with_env("EXCHANGE_RATES", "fixed:USD/UAH=41.50")
        .start()
        .await;
    let balance = server.api_as("anna").get("/api/billing/balance").await.expect(200);
    assert_eq!(balance.raw("daily_limit_usd"), "2.00");
    assert_eq!(balance.raw("monthly_limit_usd"), "20.00");
    assert_eq!(balance.raw("time_zone"), "\"UTC\"");
    assert_eq!(balance.raw("balance_uah"), "0.00");
    assert_eq!(balance.json()["exchange_rate"]["usd_in_uah"], "41.50");
}
