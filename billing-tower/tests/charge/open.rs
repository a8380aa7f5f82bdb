//! Calls that are let through while the ledger is out of reach.
use std::{path::PathBuf, sync::Arc, time::Duration};

use billing_core::{AccountId, Ledger, Operation};
use billing_tower::{ChargeLayer, FailOpen, FailOpenTask, SpoolError};
use http::StatusCode;
use http_body_util::BodyExt;
use tempfile::TempDir;
use tower::ServiceExt;

use crate::support::{
    Asked, Script, Step, Trouble, TroubledLedger, World, acme, answer, books, hello, meter, read, request,
    serve_behind, usd,
};

/// A world whose layer lets calls through for up to 2.50, until it is told otherwise.
struct Open {
    world: World,
    bound: FailOpen,
    task: FailOpenTask,
    folder: TempDir,
}

impl Open {
    /// The account is granted one call for a dollar; then the ledger is away for so many questions of each kind.
    async fn new(away: usize) -> Self {
        let ledger = TroubledLedger::new(books());
        let world = World::on(ledger, 64).await;
        let folder = tempfile::tempdir().unwrap();
        let (fail_open, task) = open(&world, folder.path().join("spool")).await.unwrap();
        let this = Self { world, bound: fail_open, task, folder };
        let response = read(serve_behind(&this.layer(), |_| Ok(hello())), request("/call")).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        for asked in [Asked::Authorize, Asked::Capture, Asked::Void] {
            this.world.ledger.trouble(asked, vec![Trouble::Unreachable; away]);
        }
        this
    }

    fn layer(&self) -> ChargeLayer {
        self.world.layer().with_fail_open(self.bound.clone())
    }

    /// Calls once; whether it ran.
    async fn call(&self, metered: Option<&'static str>) -> bool {
        let service = serve_behind(&self.layer(), move |call| {
            if let Some(cost) = metered {
                meter(&call).record(usd(cost));
            }
            Ok(hello())
        });
        let response = read(service, request("/call")).await.unwrap();
        match response.status() {
            StatusCode::OK => true,
            StatusCode::SERVICE_UNAVAILABLE => false,
            status => panic!("{status}"),
        }
    }

    /// What is left once the ledger is back and everything is charged.
    async fn posted(self) -> billing_core::Money {
        let Self { world, bound, task, folder } = self;
        world.ledger.heal();
        drop(bound);
        let (ledger, posted) = (Arc::clone(&world.ledger), world.settled().await);
        assert_eq!(task.drain(Duration::from_mins(1)).await, 0);
        assert_eq!(std::fs::read(folder.path().join("spool")).unwrap(), b"");
        let audit = ledger.verify().await.unwrap();
        assert!(audit.is_clean() && audit.open_holds == 0, "{audit:?}");
        drop(posted);
        ledger.account(&acme()).await.unwrap().posted
    }
}

async fn open(world: &World, path: PathBuf) -> Result<(FailOpen, FailOpenTask), SpoolError> {
    FailOpen::open(path, usd("2.50"), Arc::<TroubledLedger>::clone(&world.ledger)).await
}

#[tokio::test(start_paused = true)]
async fn calls_are_let_through_up_to_the_bound_and_charged_when_the_ledger_is_back() {
    let open = Open::new(1_000).await;
    assert!(open.call(None).await && open.call(Some("0.25")).await);
    assert!(!open.call(None).await, "3.00 would be out");
    let charges = open.world.charges().await;
    assert_eq!(charges.len(), 1);
    assert_eq!(open.posted().await, usd("7.75"));
}

#[tokio::test(start_paused = true)]
async fn the_bound_is_free_again_once_they_are_charged() {
    let open = Open::new(1_000).await;
    assert!(open.call(None).await && open.call(None).await && !open.call(None).await);
    open.world.ledger.heal();
    while open.world.charges().await.len() < 3 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    open.world.ledger.trouble(Asked::Authorize, vec![Trouble::Unreachable; 10]);
    assert!(open.call(None).await);
    assert_eq!(open.posted().await, usd("6"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_not_granted_a_call_lately_is_refused() {
    let open = Open::new(1_000).await;
    let service = serve_behind(&open.layer(), |_| Ok(hello()));
    let mut other = request("/call");
    other.extensions_mut().insert(AccountId::new("other").unwrap());
    assert_eq!(read(service, other).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    tokio::time::sleep(Duration::from_mins(10)).await;
    assert!(!open.call(None).await);
    assert_eq!(open.posted().await, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_or_whose_client_goes_is_settled_like_any_other() {
    let open = Open::new(1_000).await;
    let service = serve_behind(&open.layer(), |_| Ok(answer(StatusCode::BAD_GATEWAY, Script::told([]))));
    assert_eq!(read(service, request("/call")).await.unwrap().status(), StatusCode::BAD_GATEWAY);
    let service = serve_behind(&open.layer(), |call| {
        meter(&call).record(usd("0.37"));
        Ok(answer(StatusCode::OK, Script::streamed([Step::Data("one"), Step::Stall])))
    });
    let mut response = service.oneshot(request("/call")).await.unwrap();
    assert_eq!(response.headers()["x-billing-held"], "0.00");
    response.body_mut().frame().await.unwrap().unwrap();
    drop(response);
    assert_eq!(open.posted().await, usd("8.63"));
}

#[tokio::test(start_paused = true)]
async fn a_hold_whose_answer_was_lost_is_captured_and_not_charged_beside() {
    let open = Open::new(0).await;
    open.world.ledger.trouble(Asked::Authorize, vec![Trouble::AnswerLost]);
    assert!(open.call(Some("0.25")).await);
    assert_eq!(open.posted().await, usd("8.75"));
}

#[tokio::test]
async fn a_killed_process_leaves_its_calls_to_the_next_one_which_charges_each_once() {
    let open = Open::new(1_000).await;
    assert!(open.call(Some("0.25")).await);
    let service = serve_behind(&open.layer(), |_| {
        Ok(answer(StatusCode::OK, Script::streamed([Step::Data("one"), Step::Stall])))
    });
    let mut running = service.oneshot(request("/call")).await.unwrap();
    running.body_mut().frame().await.unwrap().unwrap();

    // The file as the next process finds it, after the first was killed in the middle of the second call.
    let found = std::fs::read(open.folder.path().join("spool")).unwrap();
    let left = open.folder.path().join("left");
    std::fs::write(&left, found).unwrap();
    open.world.ledger.heal();
    for _ in 0..2 {
        let (fail_open, task) = self::open(&open.world, left.clone()).await.unwrap();
        assert_eq!(task.drain(Duration::from_mins(1)).await, 0);
        drop(fail_open);
    }
    assert_eq!(open.world.ledger.account(&acme()).await.unwrap().posted, usd("7.75"));
    let late = open.world.charges().await;
    assert_eq!((late[0].late, late[0].operation.clone()), (true, Some(Operation::new("call").unwrap())));
    drop(running);
    // The first process, had it lived on, would not charge them again.
    assert_eq!(open.posted().await, usd("7.75"));
}

#[tokio::test]
async fn one_process_at_a_time_uses_the_file() {
    let open = Open::new(0).await;
    let again = self::open(&open.world, open.folder.path().join("spool")).await;
    assert!(matches!(again, Err(SpoolError::InUse { .. })));
    assert_eq!(open.posted().await, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_at_any_await_is_settled_and_gives_its_share_of_the_bound_back() {
    for polls in 0..12 {
        let open = Open::new(1_000).await;
        let service = serve_behind(&open.layer(), |_| Ok(hello()));
        {
            let mut call = Box::pin(read(service, request("/call")));
            for _ in 0..polls {
                let ended =
                    std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx).is_ready()))
                        .await;
                if ended {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let posted = open.posted().await;
        assert!([usd("9"), usd("8")].contains(&posted), "dropped after {polls} polls: {posted}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_under_a_key_is_not_let_through() {
    let open = Open::new(1_000).await;
    let service = serve_behind(&open.layer(), |_| Ok(hello()));
    let mut keyed = request("/call");
    keyed.headers_mut().insert("idempotency-key", "a".parse().unwrap());
    assert_eq!(read(service, keyed).await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(open.posted().await, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_call_is_written_down_though_the_queue_waits_for_the_ledger() {
    let open = Open::new(0).await;
    let endless = |metered| {
        move |call: crate::support::Call| {
            meter(&call).record(usd(metered));
            Ok(answer(StatusCode::OK, Script::streamed([Step::Data("one"), Step::Stall])))
        }
    };
    // More than are settled at once.
    let mut running = Vec::new();
    for _ in 0..5 {
        let service = serve_behind(&open.layer(), endless("0.1"));
        running.push(service.oneshot(request("/call")).await.unwrap());
    }
    for asked in [Asked::Authorize, Asked::Capture, Asked::Void] {
        open.world.ledger.trouble(asked, vec![Trouble::Unreachable; 1_000]);
    }
    let service = serve_behind(&open.layer(), endless("0.25"));
    let let_through = service.oneshot(request("/call")).await.unwrap();
    drop((running, let_through));
    let written = std::fs::read_to_string(open.folder.path().join("spool")).unwrap();
    assert!(written.contains(r#""ended""#) && written.contains(r#""micros":250000"#), "{written}");
    assert_eq!(open.posted().await, usd("8.25"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_was_refused_since_is_not_let_through() {
    let open = Open::new(0).await;
    let mut change = billing_core::AccountChange::default();
    change.suspended = Some(true);
    open.world.ledger.configure(&acme(), change).await.unwrap();
    let service = serve_behind(&open.layer(), |_| Ok(hello()));
    assert_eq!(read(service, request("/call")).await.unwrap().status(), StatusCode::FORBIDDEN);
    open.world.ledger.trouble(Asked::Authorize, [Trouble::Unreachable]);
    assert!(!open.call(None).await);
    assert_eq!(open.posted().await, usd("9"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_ledger_can_not_take_for_now_is_kept_and_does_not_hold_up_others() {
    let open = Open::new(0).await;
    open.world.ledger.trouble(Asked::Authorize, [Trouble::Unreachable, Trouble::Unreachable]);
    // One of two fails at each attempt, in a way that the ledger takes for lasting.
    open.world.ledger.trouble(Asked::Capture, [Trouble::Broken, Trouble::Panics]);
    assert!(open.call(None).await && open.call(None).await);
    assert_eq!(open.posted().await, usd("7"));
}
