use reqwest::Method;

use super::{Stream, Till, assert_in_a_row};
use crate::support::{Answer, Browser, Launch, eventually, postgres_url, token_until};

#[tokio::test]
async fn an_account_has_eight_streams_at_most() {
    let server = Launch::serve().start().await;
    let user = server.api_as("anna");
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Stream::open(&user, None).await);
    }
    let refused = Stream::try_open(&user, None).await.unwrap_err().expect_error(429, "TOO_MANY_STREAMS");
    assert_eq!(refused.header("retry-after"), "5");
    Stream::open(&server.api_as("boris"), None).await.expect("balance").await;
    streams.pop();
    let mut stream = eventually("a free place", async || Stream::try_open(&user, None).await.ok()).await;
    stream.expect("balance").await;
}

#[tokio::test]
async fn who_is_cut_off_is_asked_back_in_about_a_second_and_not_with_all_others() {
    let server = Launch::serve().start().await;
    let mut pauses = Vec::new();
    for user in 0..20 {
        let mut stream = Stream::open(&server.api_as(&format!("user-{user}")), None).await;
        stream.expect("balance").await;
        pauses.push(stream.retry.unwrap());
    }
    assert!(pauses.iter().all(|pause| (500..1_500).contains(pause)), "{pauses:?}");
    pauses.sort_unstable();
    pauses.dedup();
    assert!(pauses.len() > 1, "{pauses:?}");
}

#[tokio::test]
async fn streams_are_for_those_who_have_signed_in() {
    let server = Launch::serve().start().await;
    server.anybody().get("/api/billing/events").await.expect_error(401, "UNAUTHORIZED");
    let request = server.api_as("anna").request(Method::GET, "/api/billing/events");
    let answer = Answer::to(request.header("last-event-id", "1; DROP TABLE postings")).await;
    answer.expect_error(400, "INVALID_LAST_EVENT_ID");
    let soon = jsonwebtoken::get_current_timestamp() + 4;
    let user = server.anybody().with_token(token_until("anna", soon));
    let events = Stream::open(&user, None).await.rest().await;
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["balance"]);
    assert!(jsonwebtoken::get_current_timestamp() >= soon);
}

#[tokio::test]
async fn a_stream_of_a_session_ends_with_it() {
    let server = Launch::sandbox().with_env("SESSION_LIFE", "4s").start().await;
    let browser = Browser::new(&server.url);
    browser.sign_in_as("demo-user").await;
    let signed_in_at = jsonwebtoken::get_current_timestamp();
    let request = browser.request(Method::GET, "/api/billing/events");
    // An answer is whole when the stream has ended.
    let events = browser.send(request).await.expect(200).text;
    assert!(jsonwebtoken::get_current_timestamp() >= signed_in_at + 3);
    assert!(events.starts_with("event: balance") || events.contains("event: balance"), "{events}");
    assert_eq!(browser.account().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_ends_its_streams_and_waits_for_none() {
    let launch = Launch::serve();
    let server = launch.start().await;
    let mut streams = Vec::new();
    for user in ["anna", "boris", "anna"] {
        let mut stream = Stream::open(&server.api_as(user), None).await;
        stream.expect("balance").await;
        streams.push(stream);
    }
    // Browsers open connections that they may never use.
    let _idle = std::net::TcpStream::connect(server.addr()).unwrap();
    let stopped = tokio::task::spawn_blocking(|| server.stop());
    for stream in streams {
        assert!(stream.rest().await.is_empty());
    }
    assert!(stopped.await.unwrap().success());
    let log = std::fs::read_to_string(launch.folder().join("server.log")).unwrap();
    assert!(log.contains("stopped") && !log.contains("are dropped"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stalls_starts_anew_when_it_reads_again() {
    let url = postgres_url().await;
    let server = Launch::serve().with_env("DATABASE_URL", &url).start().await;
    let user = server.api_as("anna");
    let till = Till::open(&url, "anna").await;
    till.top_up("9").await;
    let mut stalled = Stream::open(&user, None).await;
    let mut attentive = Stream::open(&user, None).await;
    attentive.expect("balance").await;
    // More than any buffer on the way takes, and then more than is sent again.
    let breakdown = format!("{{\"text\":\"{}\"}}", "x".repeat(8_000));
    let charges = 4_000;
    let spending = tokio::spawn(async move {
        for _ in 0..charges {
            till.charge_for(&breakdown).await;
        }
    });
    let mut postings = Vec::new();
    while postings.len() < charges {
        postings.push(attentive.next_named("posting").await);
    }
    assert_in_a_row(&postings, 2);
    spending.await.unwrap();

    assert_eq!(stalled.expect("balance").await.id, 1);
    let (mut heard, mut resets, head) = (1, 0, u64::try_from(charges).unwrap() + 1);
    while heard < head {
        let event = stalled.next().await.unwrap();
        match event.name.as_str() {
            "posting" => assert_eq!(event.id, heard + 1),
            "reset" => resets += 1,
            _ => assert_eq!(event.id, heard),
        }
        heard = event.id;
    }
    assert_eq!(resets, 1);
}
