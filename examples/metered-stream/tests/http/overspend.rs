use examples_support::{Example, demo::ACCOUNT_HEADER, usd};

use crate::PROGRAM;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_money_for_one_answer_exactly_one_of_200_is_given_by_two_servers() {
    let example = Example::on_postgres(PROGRAM).await.with_money("1.00");
    let servers = [example.start(), example.start()];
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let url = format!("{}/answer", servers[number % 2].url());
            let call = client.post(url).header(ACCOUNT_HEADER, Example::ACCOUNT);
            let call = call.header("content-type", "application/json").body(r#"{"question":"why"}"#);
            tokio::spawn(async move { call.send().await.unwrap().status().as_u16() })
        })
        .collect();
    let (mut answered, mut refused) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            200 => answered += 1,
            402 => refused += 1,
            status => panic!("a call ended with {status}"),
        }
    }
    assert_eq!((answered, refused), (1, 199));
    assert_eq!(example.left().await, usd("0"));
}
