//! Many calls, two server processes, one PostgreSQL: the tools see what is paid for and no more.
use super::{
    launch,
    upstream::{Upstream, json},
};
use crate::support::{Api, postgres_url, turn};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_money_for_one_call_exactly_one_of_200_reaches_the_tools() {
    let _turn = turn().await;
    let upstream = Upstream::start(async |_| json(200, &[], "{}")).await;
    let url = postgres_url().await;
    let launch = || launch(&upstream.url).with_env("DATABASE_URL", &url).with_env("LOG_LEVEL", "warn");
    let servers = [launch().start().await, launch().start().await];
    let users = servers.each_ref().map(|server| server.api_as("anna"));
    users[0].create_payment("1").await.pay(&servers[0].stripe()).await;

    let call = |user: &Api| {
        let user = user.clone();
        tokio::spawn(async move { user.call("dear").await.status })
    };
    let calls: Vec<_> = users.iter().cycle().take(200).map(call).collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!((statuses[0], &statuses[1..]), (200, &[402; 199][..]));
    assert_eq!(upstream.only().line, "POST /api/tools/dear");
    for user in &users {
        assert_eq!(
            (user.balance("balance_usd").await, user.balance("held_usd").await),
            ("0.00".into(), "0.00".into())
        );
    }
}
