use std::{io::Write as _, time::Instant};

use super::Stream;
use crate::support::{Launch, postgres_url};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_replica_does_is_told() {
    let url = postgres_url().await;
    let (first, second) = (
        Launch::sandbox().with_env("DATABASE_URL", &url).start().await,
        Launch::sandbox().with_env("DATABASE_URL", &url).start().await,
    );
    let spender = second.api_as("anna");
    spender.create_payment("10").await.pay(&second.stripe()).await;
    let mut tabs = Vec::new();
    for server in [&first, &first, &second] {
        let mut stream = Stream::open(&server.api_as("anna"), None).await;
        assert_eq!(stream.expect("balance").await.id, 1);
        tabs.push(stream);
    }
    let mut latencies = Vec::new();
    for id in 2..22 {
        spender.call("search_cases").await.expect(200);
        let called = Instant::now();
        for tab in &mut tabs {
            assert_eq!(tab.next_named("posting").await.id, id);
        }
        latencies.push(called.elapsed());
    }
    latencies.sort();
    let (median, worst) = (latencies[latencies.len() / 2], latencies.last().unwrap());
    writeln!(std::io::stderr(), "charges were told within {median:?}, at worst {worst:?}").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_changed_during_a_cut_is_told_by_whichever_replica_one_comes_back_to() {
    let url = postgres_url().await;
    let (first, second) = (
        Launch::sandbox().with_env("DATABASE_URL", &url).start().await,
        Launch::sandbox().with_env("DATABASE_URL", &url).start().await,
    );
    let payment = first.api_as("anna").create_payment("10").await;
    let mut stream = Stream::open(&first.api_as("anna"), None).await;
    let heard = stream.expect("balance").await.id;
    drop(stream);
    payment.pay(&first.stripe()).await;

    let mut back = Stream::open(&second.api_as("anna"), Some(heard)).await;
    let (told, posting) = (back.next_named("payment").await, back.next_named("posting").await);
    assert_eq!(told.data["paymentId"], payment.id.as_str());
    assert_eq!((&told.data["status"], posting.id), (&"succeeded".into(), heard + 1));
}
