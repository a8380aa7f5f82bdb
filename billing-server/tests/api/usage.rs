use crate::support::Launch;

#[tokio::test]
async fn spending_is_told_by_day_and_operation() {
    let server = Launch::sandbox().start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;
    for tool in ["search_cases", "get_legislation", "search_cases"] {
        user.call(tool).await.expect(200);
    }
    let answer = user.get("/api/billing/usage").await.expect(200);
    let usage = answer.json();
    let buckets = usage["buckets"].as_array().unwrap();
    assert_eq!((usage["time_zone"].as_str(), buckets.len()), (Some("Europe/Kyiv"), 2));
    assert!(buckets.iter().all(|bucket| bucket["day"] == usage["to"]), "{usage}");
    let day = usage["to"].as_str().unwrap();
    for exact in [
        format!(r#"{{"day":"{day}","operation":"get_legislation","calls":1,"amount_usd":0.002}}"#),
        format!(r#"{{"day":"{day}","operation":"search_cases","calls":2,"amount_usd":0.025}}"#),
    ] {
        assert!(answer.text.contains(&exact), "{exact} in {}", answer.text);
    }
    let by = async |query: &str| user.get(&format!("/api/billing/usage?{query}")).await.expect(200).text;
    let by_day = by(&format!("group=day&from={day}&to={day}")).await;
    assert!(
        by_day.contains(&format!(r#""buckets":[{{"day":"{day}","operation":null,"calls":3,"#)),
        "{by_day}"
    );
    let by_operation = by("group=operation").await;
    assert!(by_operation.contains(r#"{"day":null,"operation":"search_cases","calls":2,"#), "{by_operation}");
    assert!(by("to=2026-01-01").await.ends_with(r#""buckets":[]}"#));
    assert!(
        server.api_as("boris").get("/api/billing/usage").await.expect(200).text.contains(r#""buckets":[]"#)
    );
    for bad in
        ["group=hour", "from=2026-1-1", "from=2026-02-02&to=2026-02-01", "from=2020-01-01&to=2026-02-01"]
    {
        user.get(&format!("/api/billing/usage?{bad}")).await.expect_error(400, "INVALID_QUERY");
    }
    server.anybody().get("/api/billing/usage").await.expect_error(401, "UNAUTHORIZED");
}
