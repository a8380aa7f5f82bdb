use crate::support::{Launch, Server, postgres_url};

async fn with_history() -> Server {
    with_history_on(Launch::sandbox()).await
}

async fn with_history_on(launch: Launch) -> Server {
    let server = launch.start().await;
    let user = server.api_as("anna");
    user.create_payment("10").await.pay(&server.stripe()).await;
    for tool in ["search_cases", "get_legislation", "search_cases"] {
        user.call(tool).await.expect(200);
    }
    server
}

#[tokio::test]
async fn changes_add_up_to_the_balance() {
    let server = with_history().await;
    let user = server.api_as("anna");
    let answer = user.get("/api/billing/history").await.expect(200);
    for column in [
        "id",
        "user_id",
        "type",
        "amount_usd",
        "amount_uah",
        "balance_before_usd",
        "balance_after_usd",
        "request_id",
        "payment_provider",
        "payment_id",
        "description",
        "metadata",
        "created_at",
    ] {
        assert!(answer.json()["transactions"][0].get(column).is_some(), "{column}");
    }
    // As they are written, newest first: exact to the last digit.
    for exact in [
        r#""amount_usd":0.0125,"change_usd":-0.0125,"amount_uah":null,"balance_before_usd":9.9855,"balance_after_usd":9.973"#,
        r#""amount_usd":0.002,"change_usd":-0.002,"amount_uah":null,"balance_before_usd":9.9875,"balance_after_usd":9.9855"#,
        r#""amount_usd":10.00,"change_usd":10.00,"amount_uah":null,"balance_before_usd":0.00,"balance_after_usd":10.00"#,
    ] {
        assert!(answer.text.contains(exact), "{exact} in {}", answer.text);
    }
    assert_eq!(user.balance("balance_usd").await, "9.973");
}

#[tokio::test]
async fn pages_follow_each_other_by_offset_and_by_cursor() {
    let server = with_history().await;
    let user = server.api_as("anna");
    let ids = async |query: &str| {
        let page = user.get(&format!("/api/billing/history?{query}")).await.expect(200).json();
        let ids: Vec<_> =
            page["transactions"].as_array().unwrap().iter().map(|line| line["id"].to_string()).collect();
        assert_eq!(page["pagination"]["count"], ids.len());
        (ids, page["pagination"]["next_cursor"].as_str().map(str::to_owned))
    };
    let (all, none) = ids("").await;
    assert_eq!((all.len(), none), (4, None));
    let (first, cursor) = ids("limit=3").await;
    assert_eq!(first, all[..3]);
    assert_eq!(ids(&format!("limit=3&cursor={}", cursor.unwrap())).await.0, all[3..]);
    assert_eq!(ids("limit=2&offset=2").await.0, all[2..]);
    assert_eq!(ids("offset=4").await.0, Vec::<String>::new());
}

#[tokio::test]
async fn filters_leave_out_the_rest() {
    leave_out_the_rest(&with_history().await).await;
}

#[tokio::test]
async fn filters_leave_out_the_rest_on_postgres() {
    let launch = Launch::sandbox().with_env("DATABASE_URL", postgres_url().await);
    leave_out_the_rest(&with_history_on(launch).await).await;
}

async fn leave_out_the_rest(server: &Server) {
    let user = server.api_as("anna");
    let count = async |query: &str| {
        let page = user.get(&format!("/api/billing/history?{query}")).await.expect(200).json();
        page["pagination"]["count"].as_u64().unwrap()
    };
    assert_eq!(count("type=charge").await, 3);
    assert_eq!(count("type=topup").await, 1);
    assert_eq!(count("type=refund,adjustment").await, 0);
    assert_eq!(count("q=LEGISLATION").await, 1);
    assert_eq!(count("operation=search_cases").await, 2);
    assert_eq!(count("operation=search_cases,get_legislation,search").await, 3);
    assert_eq!(count("operation=search_").await, 0);
    assert_eq!(count("provider=stripe").await, 1);
    assert_eq!(count("provider=fondy").await, 0);
    for bad in ["provider=paypal", "operation=a,,b", "operation=%07"] {
        user.get(&format!("/api/billing/history?{bad}")).await.expect_error(400, "INVALID_QUERY");
    }
    assert_eq!(count("to=2026-01-01T00:00:00Z").await, 0);
    assert_eq!(count("from=2026-01-01T02:00:00%2B02:00&type=topup,charge").await, 4);
    assert_eq!(server.api_as("boris").history_len().await, 0);

    let file =
        user.get("/api/billing/history.csv?type=charge&from=2026-01-01T00:00:00Z").await.expect(200).text;
    assert_eq!(file.lines().count(), 1 + 3, "{file}");
    let usage = user.get("/api/billing/usage?group=operation").await.expect(200).json();
    let calls: Vec<_> = usage["buckets"].as_array().unwrap().iter().map(|bucket| &bucket["calls"]).collect();
    assert_eq!(calls, [1, 2]);
}
