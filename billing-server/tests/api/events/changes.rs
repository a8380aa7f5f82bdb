use serde_json::Value;

use super::{Stream, Till};
use crate::support::{Launch, sqlite_url};

/// The balance without what every answer tells anew.
fn figures(mut balance: Value) -> Value {
    balance["exchange_rate"]["as_of"].take();
    balance
}

#[tokio::test]
async fn a_stream_tells_the_balance_and_then_what_changes() {
    let server = Launch::sandbox().start().await;
    let (anna, boris) = (server.api_as("anna"), server.api_as("boris"));
    let mut stream = Stream::open(&anna, None).await;
    let first = stream.expect("balance").await;
    assert_eq!((first.id, first.data["balance_usd"].to_string()), (0, "0.0".to_owned()));

    let payment = anna.create_payment("10").await;
    let pending = stream.next_named("payment").await;
    assert_eq!(
        (&pending.data["paymentId"], &pending.data["status"]),
        (&payment.id.as_str().into(), &"pending".into())
    );
    payment.pay(&server.stripe()).await;
    let top_up = stream.next_named("posting").await;
    assert_eq!((top_up.id, &top_up.data["type"]), (1, &"topup".into()));
    let mut paid = stream.next_named("payment").await;
    while paid.data["status"] != "succeeded" {
        paid = stream.next_named("payment").await;
    }
    let status = anna.get(&format!("/api/billing/payment/stripe/{}/status", payment.id)).await.expect(200);
    assert_eq!(paid.data, status.json());
    // Who comes back hears of it again: nobody knows whether he has.
    let mut back = Stream::open(&anna, Some(1)).await;
    assert_eq!(back.expect("payment").await.data, paid.data);
    back.expect("balance").await;

    // What others do is not told.
    boris.create_payment("10").await.pay(&server.stripe()).await;
    boris.call("search_cases").await.expect(200);
    anna.call("search_cases").await.expect(200);
    let charge = stream.next_named("posting").await;
    let history = anna.get("/api/billing/history?limit=1").await.expect(200);
    assert_eq!((charge.id, &charge.data), (2, &history.json()["transactions"][0]));
    assert!(history.text.contains(&charge.text), "{} in {}", charge.text, history.text);
    let mut balance = stream.next_named("balance").await;
    while !balance.text.contains(r#""held_usd":0.00,"#) {
        balance = stream.next_named("balance").await;
    }
    assert_eq!(figures(balance.data), figures(anna.get("/api/billing/balance").await.expect(200).json()));
    assert_eq!(balance.id, 2);
}

#[tokio::test]
async fn what_is_old_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(folder.path());
    let server = Launch::serve().with_env("DATABASE_URL", &url).start().await;
    let till = Till::open(&url, "anna").await;
    till.top_up("9").await;
    till.charge().await;
    let user = server.api_as("anna");
    let mut stream = Stream::open(&user, None).await;
    assert_eq!(stream.expect("balance").await.id, 2);
    till.charge_for("{\n  \"a\": 1\r\n}").await;
    let posting = stream.expect("posting").await;
    assert_eq!((posting.id, &posting.data["breakdown"]["a"]), (3, &1.into()));
    // A change that is no posting.
    stream.expect("balance").await;
    user.put("/api/billing/settings", r#"{"daily_limit_usd": 7}"#).await.expect(200);
    assert_eq!(stream.expect("balance").await.data["daily_limit_usd"].to_string(), "7.0");
}
