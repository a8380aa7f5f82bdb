use examples_support::{Example, usd};
use tonic::Code;

use crate::{PROGRAM, connect, search};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_money_for_one_search_exactly_one_of_200_runs_on_two_servers() {
    let example = Example::on_postgres(PROGRAM).await.with_money("1.00");
    let servers = [example.start(), example.start()];
    let clients = [connect(servers[0].url()).await, connect(servers[1].url()).await];
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let mut client = clients[number % 2].clone();
            tokio::spawn(async move { client.search(search("contracts")).await.map(drop) })
        })
        .collect();
    let (mut found, mut refused) = (0, 0);
    for call in calls {
        match call.await.unwrap() {
            Ok(()) => found += 1,
            Err(status) if status.code() == Code::FailedPrecondition => refused += 1,
            Err(status) => panic!("a call ended with {status}"),
        }
    }
    assert_eq!((found, refused), (1, 199));
    assert_eq!(example.left().await, usd("0"));
}
