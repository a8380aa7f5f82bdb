//! Keys of services: made, used, counted and revoked beside a running server.
use reqwest::Method;

use crate::support::{Answer, Api, Launch, NewKey, beside_sandbox, eventually, new_key, token};

const TOOL: &str = "/api/tools/search_cases";

/// The line of a key in the list.
fn listed(beside: &Launch, key: &NewKey) -> String {
    let list = beside.printed(&["admin", "keys", "list"]);
    let line = list.lines().find(|line| line.starts_with(&key.id));
    line.unwrap_or_else(|| panic!("{} in {list}", key.id)).to_owned()
}

async fn call(api: &Api, headers: &[(&str, &str)]) -> Answer {
    let request = api.request(Method::POST, TOOL);
    Answer::to(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

#[test]
fn a_key_is_shown_once_and_listed_without_its_secret() {
    let launch = Launch::serve();
    launch.printed(&["migrate", "up"]);
    let create = [
        "admin",
        "keys",
        "create",
        "--name",
        "пошук",
        "--scope",
        "preflight",
        "--scope",
        "exempt",
        "--actor",
        "olena",
    ];
    let output = launch.run(&create);
    let (printed, log) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let secret = printed.lines().find_map(|line| line.strip_prefix("key     ")).unwrap();
    assert_eq!((secret.len(), &secret[..3]), (67, "bk_"), "{printed}");
    assert!(
        printed.contains("can't be shown again") && printed.contains("scopes  preflight,exempt"),
        "{printed}"
    );
    assert!(log.contains("(пошук) was made by olena") && !log.contains("bk_"), "{log}");

    let second = new_key(&launch, "other", &["exempt"]);
    assert_ne!(second.secret, secret);
    let list = launch.printed(&["admin", "keys", "list"]);
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    assert!(
        lines[0].starts_with(&second.id)
            && lines[0].contains("  exempt  calls 0  never used  active  other  by olena")
    );
    assert!(lines[1].contains("  preflight,exempt  calls 0  never used  active  пошук  by olena"), "{list}");
    assert!(!list.contains("bk_"), "{list}");
    assert_eq!(launch.printed(&["admin", "keys", "list", "--limit", "1"]).lines().count(), 1);
}

#[test]
fn a_key_that_can_not_be_is_refused() {
    let launch = Launch::serve();
    launch.printed(&["migrate", "up"]);
    let create = ["admin", "keys", "create", "--name", "search", "--scope", "preflight", "--actor"];
    assert!(launch.refused(&[&create[..], &[" "]].concat()).contains("--actor"));
    let unknown = uuid::Uuid::now_v7().to_string();
    let refused = launch.refused(&["admin", "keys", "revoke", &unknown, "--actor", "olena"]);
    assert!(refused.contains(&format!("api key {unknown} does not exist")), "{refused}");
    // The command line itself.
    for wrong in [
        &["create", "--name", " ", "--scope", "preflight", "--actor", "olena"][..],
        &["create", "--name", "search", "--scope", "everything", "--actor", "olena"],
        &["create", "--name", "search", "--actor", "olena"],
        &["create", "--name", "search", "--scope", "preflight"],
        &["revoke", "abc", "--actor", "olena"],
        &["revoke", &unknown],
    ] {
        assert_eq!(launch.run(&[&["admin", "keys"], wrong].concat()).status.code(), Some(2), "{wrong:?}");
    }
    assert_eq!(launch.printed(&["admin", "keys", "list"]), "");
}

#[tokio::test]
async fn a_service_with_an_exempt_key_calls_for_nothing() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let key = new_key(&beside_sandbox(&launch), "monitoring", &["exempt"]);
    let (anybody, user) = (server.anybody(), server.api_as("anna"));
    let bearer = format!("Bearer {}", key.secret);
    for headers in [
        &[("x-api-key", key.secret.as_str())][..],
        &[("authorization", &bearer)],
        &[("x-api-key", &key.secret), ("authorization", &bearer)],
    ] {
        let answer = call(&anybody, headers).await.expect(200);
        assert!(!answer.headers.contains_key("x-billing-hold"), "{:?}", answer.headers);
    }
    // Beside the token of somebody who has no money, the key counts.
    call(&user, &[]).await.expect_error(402, "INSUFFICIENT_BALANCE");
    call(&user, &[("x-api-key", &key.secret)]).await.expect(200);
    assert_eq!(user.history_len().await, 0);
    let log = server.log();
    assert_eq!(log.matches("exempt call of monitoring runs unbilled").count(), 4, "{log}");
    assert!(!log.contains("bk_"), "{log}");
}

#[tokio::test]
async fn a_key_that_is_not_good_is_refused_even_beside_a_token() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let beside = beside_sandbox(&launch);
    let exempt = new_key(&beside, "monitoring", &["exempt"]);
    let preflight = new_key(&beside, "search", &["preflight"]);
    let (anybody, user) = (server.anybody(), server.api_as("anna"));
    let unknown = format!("bk_{}", "0".repeat(64));
    let bearer = format!("Bearer {}", exempt.secret);
    for api in [&anybody, &user] {
        for bad in ["", "bk_", "abc", &unknown, &token("anna")] {
            let refused = call(api, &[("x-api-key", bad)]).await.expect_error(401, "INVALID_API_KEY");
            assert_eq!(refused.header("www-authenticate"), "Bearer");
            assert!(bad.is_empty() || !refused.text.contains(bad), "{}", refused.text);
        }
        call(api, &[("x-api-key", &preflight.secret)]).await.expect_error(403, "MISSING_SCOPE");
    }
    for headers in [
        [("authorization", bearer.as_str()), ("x-api-key", &preflight.secret)],
        [("x-api-key", &exempt.secret), ("x-api-key", &exempt.secret)],
        [("authorization", &bearer), ("authorization", &bearer)],
    ] {
        call(&anybody, &headers).await.expect_error(401, "INVALID_API_KEY");
    }
    call(&anybody, &[]).await.expect_error(401, "UNAUTHORIZED");
    // It is no user.
    anybody.with_token(&exempt.secret).get("/api/billing/balance").await.expect_error(401, "INVALID_TOKEN");
}

#[tokio::test]
async fn a_revoked_key_stops_within_seconds_and_for_good() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let beside = beside_sandbox(&launch);
    let (key, other) = (new_key(&beside, "monitoring", &["exempt"]), new_key(&beside, "other", &["exempt"]));
    let anybody = server.anybody();
    call(&anybody, &[("x-api-key", &key.secret)]).await.expect(200);
    let revoke = |actor| beside.printed(&["admin", "keys", "revoke", &key.id, "--actor", actor]);
    assert!(revoke("borys").contains("within 10 seconds"));
    eventually("the end of the key", async || {
        let answer = call(&anybody, &[("x-api-key", &key.secret)]).await;
        (answer.status != 200).then(|| answer.expect_error(401, "INVALID_API_KEY"))
    })
    .await;
    let ended = listed(&beside, &key);
    assert!(ended.contains("revoked 2") && ended.contains("by borys  monitoring"), "{ended}");
    // The first word stands.
    revoke("olena");
    let again = listed(&beside, &key);
    assert_eq!(again.split("  revoked ").nth(1), ended.split("  revoked ").nth(1));
    call(&anybody, &[("x-api-key", &other.secret)]).await.expect(200);
    drop(server);
    let server = launch.start().await;
    call(&server.anybody(), &[("x-api-key", &key.secret)]).await.expect_error(401, "INVALID_API_KEY");
}

#[tokio::test]
async fn calls_are_counted_while_the_server_runs_and_when_it_stops() {
    let launch = Launch::sandbox();
    let server = launch.start().await;
    let beside = beside_sandbox(&launch);
    let key = new_key(&beside, "monitoring", &["exempt"]);
    let anybody = server.anybody();
    let call = async || call(&anybody, &[("x-api-key", &key.secret)]).await.expect(200);
    call().await;
    call().await;
    eventually("the count", async || listed(&beside, &key).contains("  calls 2  used 2").then_some(())).await;
    call().await;
    assert!(server.stop().success());
    assert!(listed(&beside, &key).contains("  calls 3  used 2"));
}
