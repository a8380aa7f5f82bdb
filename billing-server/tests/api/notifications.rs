use reqwest::Method;

use crate::support::{
    Answer, Api, Launch, NewPayment, Server, eventually, letter, letters, sqlite_url, token_with_address,
    told,
};

const SETTINGS: &str = "/api/billing/settings";

/// The bank declines an attempt to pay.
async fn decline(payment: &NewPayment, server: &Server) {
    let form = [("client_secret", &payment.client_secret)];
    let path = format!("/checkout/{}/decline", payment.intent);
    Answer::to(server.stripe().request(Method::POST, &path).form(&form)).await;
}

fn user(server: &Server, name: &str) -> Api {
    server.anybody().with_token(token_with_address(name, &format!("{name}@example.com"), 60))
}

#[tokio::test]
async fn a_payer_is_told_of_success_of_a_refused_card_and_of_a_low_balance() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let mail = launch.sandbox_folder().join("mail");
    let olena = user(&server, "olena");
    let payment = olena.create_payment("10").await;
    payment.pay(&server.stripe()).await;
    let paid = letter(&mail, "a letter of the payment", |letter| letter.text.contains(&payment.id)).await;
    assert_eq!(paid.to, "olena@example.com");
    assert!(paid.subject.contains("10,00\u{a0}$"), "{}", paid.subject);
    for part in [&paid.text, &paid.html] {
        assert!(part.contains("10,00\u{a0}$") && part.contains(&payment.id), "{part}");
    }

    olena.put(SETTINGS, r#"{"language": "en"}"#).await.expect(200);
    let declined = olena.create_payment("20").await;
    decline(&declined, &server).await;
    let refused =
        letter(&mail, "a letter of the refused card", |letter| letter.text.contains(&declined.id)).await;
    assert!(refused.text.contains("$20.00"), "{}", refused.text);
    assert!(refused.text.to_lowercase().contains("declined"), "{}", refused.text);

    // Spends down to the threshold: nothing at 9.00, one letter at 8.50.
    olena.put(SETTINGS, r#"{"low_balance_threshold_usd": "8.50", "daily_limit_usd": 100}"#).await.expect(200);
    for tool in ["deep_research", "analyze_contract", "search_cases"] {
        olena.call(tool).await.expect(200);
    }
    let low = letter(&mail, "a letter of the low balance", |letter| letter.text.contains("$8.50")).await;
    let link = format!("{}/topup", server.url);
    // As a browser reads it: the template escapes slashes.
    let html = low.html.replace("&#x2f;", "/");
    assert!(low.text.contains(&link) && html.contains(&format!("href=\"{link}\"")), "{html}");
    server.anybody().get("/topup").await.expect(200);
    assert_eq!(letters(&mail).len(), 3);
}

#[tokio::test]
async fn a_limit_that_refuses_is_told_once() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let mail = launch.sandbox_folder().join("mail");
    let olena = user(&server, "olena");
    let payment = olena.create_payment("10").await;
    payment.pay(&server.stripe()).await;
    olena.put(SETTINGS, r#"{"daily_limit_usd": "0.05"}"#).await.expect(200);
    for _ in 0..5 {
        olena.call("summarize_document").await.expect_error(429, "DAILY_LIMIT_EXCEEDED");
    }
    letter(&mail, "a letter of the limit", |letter| letter.text.contains("0,05\u{a0}$")).await;
    let database = sqlite_url(&launch.sandbox_folder());
    let messages = crate::support::messages(&database).await;
    assert_eq!(messages.iter().filter(|(key, _)| key.starts_with("limit_reached/")).count(), 1);
}

#[tokio::test]
async fn what_an_owner_does_not_want_is_skipped_but_receipts_are_sent() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let mail = launch.sandbox_folder().join("mail");
    let olena = user(&server, "olena");
    let nothing =
        r#"{"notifications": {"payment_failed": false, "balance_low": false, "limit_reached": false}}"#;
    let settings = olena.put(SETTINGS, nothing).await.expect(200).json();
    assert_eq!(settings["notifications"]["payment_failed"], false);
    let declined = olena.create_payment("20").await;
    decline(&declined, &server).await;
    let database = sqlite_url(&launch.sandbox_folder());
    let beside = launch.clone().with_env("DATABASE_URL", database);
    let skipped = eventually("the skipped message", async || {
        let listed = beside.printed(&["outbox", "list", "--state", "skipped"]);
        listed.contains(&declined.id).then_some(listed)
    })
    .await;
    assert!(skipped.contains("the owner does not want it"), "{skipped}");
    let payment = olena.create_payment("10").await;
    payment.pay(&server.stripe()).await;
    letter(&mail, "the receipt", |letter| letter.text.contains(&payment.id)).await;
    assert_eq!(letters(&mail).len(), 1);
}

#[tokio::test]
async fn letters_go_where_the_latest_token_says() {
    let server = Launch::serve().start().await;
    let address = async |api: &Api| api.get(SETTINGS).await.expect(200).json()["email"].clone();
    let with =
        |email, seconds_ago| server.anybody().with_token(token_with_address("olena", email, seconds_ago));
    let (old, new) = (with("old@example.com", 600), with("new@example.com", 60));
    assert_eq!(address(&old).await, "old@example.com");
    assert_eq!(address(&new).await, "new@example.com");
    // The older token is still good, and says no more than it did.
    assert_eq!(address(&old).await, "new@example.com");
    // One without an address takes none away.
    assert_eq!(address(&server.api_as("olena")).await, "new@example.com");
    assert!(!server.log().contains("@example.com"), "addresses stay out of logs");
}

#[tokio::test]
async fn settings_of_notifications_that_can_not_be_change_nothing() {
    let server = Launch::serve().start().await;
    let olena = server.api_as("olena");
    let before = olena.get(SETTINGS).await.expect(200).json();
    assert_eq!(before["low_balance_threshold_usd"], 1.0);
    for (body, status, code) in [
        (r#"{"language": "ru", "daily_limit_usd": 5}"#, 400, "INVALID_LANGUAGE"),
        (r#"{"language": 7}"#, 400, "INVALID_JSON"),
        (r#"{"notifications": {"payment_succeeded": false}}"#, 400, "INVALID_JSON"),
        (r#"{"notifications": {"balance_low": "no"}}"#, 400, "INVALID_JSON"),
        (r#"{"low_balance_threshold_usd": -1, "language": "en"}"#, 422, "INVALID_AMOUNT"),
        (r#"{"email": "other@example.com"}"#, 400, "INVALID_JSON"),
    ] {
        olena.put(SETTINGS, body).await.expect_error(status, code);
    }
    assert_eq!(olena.get(SETTINGS).await.expect(200).json(), before);
    let changed =
        olena.put(SETTINGS, r#"{"language": "en", "low_balance_threshold_usd": "0"}"#).await.expect(200);
    assert_eq!(
        (changed.raw("language"), changed.raw("low_balance_threshold_usd")),
        ("\"en\"".into(), "0.00".into())
    );
    let back = olena.put(SETTINGS, r#"{"language": null}"#).await.expect(200);
    assert_eq!(back.raw("language"), "null");
}

#[tokio::test]
async fn what_no_mail_server_takes_is_left_to_the_operator() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    // An address by its form, which no mail server would take.
    let nobody = server.anybody().with_token(token_with_address("nobody", "a@b@c..d", 60));
    let payment = nobody.create_payment("10").await;
    payment.pay(&server.stripe()).await;
    let beside = launch.clone().with_env("DATABASE_URL", sqlite_url(&launch.sandbox_folder()));
    let key = format!("payment/{}/succeeded", payment.id);
    let listed = eventually("the message that was given up", async || {
        let listed = beside.printed(&["outbox", "list"]);
        listed.contains(&key).then_some(listed)
    })
    .await;
    assert!(!listed.contains("a@b@c..d"), "{listed}");
    assert!(beside.printed(&["outbox", "show", &key]).contains("payment_succeeded"));

    let address = server.anybody().with_token(token_with_address("nobody", "nobody@example.com", 1));
    address.get(SETTINGS).await.expect(200);
    assert!(beside.printed(&["outbox", "retry", &key]).contains("on its way again"));
    let mail = launch.sandbox_folder().join("mail");
    letter(&mail, "the letter after all", |letter| letter.to == "nobody@example.com").await;
    eventually("its delivery noted", async || {
        beside.printed(&["outbox", "show", &key]).contains("delivered").then_some(())
    })
    .await;
    assert!(beside.refused(&["outbox", "retry", &key]).contains("delivered already"));
    assert!(beside.refused(&["outbox", "drop", &key, "--actor", "anna"]).contains("delivered already"));
    assert_eq!(told(&sqlite_url(&launch.sandbox_folder()), &key).await, 1);
}

#[tokio::test]
async fn the_mailbox_of_the_sandbox_shows_letters_and_no_server_has_one() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    assert!(server.anybody().get("/mailbox").await.expect(200).text.contains("No letters yet"));
    let payment = user(&server, "olena").create_payment("10").await;
    payment.pay(&server.stripe()).await;
    let mail = launch.sandbox_folder().join("mail");
    letter(&mail, "the receipt", |letter| letter.text.contains(&payment.id)).await;
    let list = server.anybody().get("/mailbox").await.expect(200).text;
    let (_, rest) = list.split_once("href=\"/mailbox/").unwrap();
    let name = rest.split_once('"').unwrap().0;
    let shown = server.anybody().get(&format!("/mailbox/{name}")).await.expect(200).text;
    assert!(shown.contains(&payment.id) && shown.contains("Message-ID"), "{shown}");
    let html = server.anybody().get(&format!("/mailbox/{name}/html")).await.expect(200);
    assert!(html.text.contains(&payment.id) && html.header("content-security-policy").contains("sandbox"));
    for bad in ["nothing.eml", "..%2Fsecrets.json", "..%5Csecrets.json", "secrets.json"] {
        server.anybody().get(&format!("/mailbox/{bad}")).await.expect_error(404, "NOT_FOUND");
    }
    Launch::serve().start().await.anybody().get("/mailbox").await.expect_error(404, "NOT_FOUND");
}

#[test]
fn an_operator_tries_out_letters() {
    let launch = Launch::serve().with_env("EMAIL_TRANSPORT", "file").with_env("EMAIL_DIR", "letters");
    let said = launch.printed(&["email", "test", "--to", "olena@example.com", "--language", "en"]);
    assert!(said.contains("sent"), "{said}");
    let letters = letters(&launch.folder().join("letters"));
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "olena@example.com"));
    assert!(launch.refused(&["email", "test", "--to", "olena"]).contains("--to"));
    let nowhere = launch
        .with_env("EMAIL_TRANSPORT", "smtp")
        .with_env("EMAIL_FROM", "billing@example.com")
        .with_env("SMTP_SECURE", "none")
        .with_env("SMTP_HOST", "127.0.0.1")
        .with_env("SMTP_PORT", "1");
    assert!(nowhere.refused(&["email", "test", "--to", "olena@example.com"]).contains("was not sent"));
}
