use std::future::ready;

use billing_core::{Charge, HoldId, LedgerError, Posting, PostingId, TopUp};
use chrono::TimeDelta;

use super::{
    Subject,
    subject::{operation, usd},
};
use crate::rounds;

/// Starts `count` tasks at once and gathers what they answer.
async fn at_once<T, F>(count: usize, task: impl Fn(usize, Subject) -> F, subject: &Subject) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|index| tokio::spawn(task(index, subject.clone()))).collect();
    let mut answers = Vec::with_capacity(count);
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn granted<T>(answers: &[Result<T, LedgerError>]) -> usize {
    for answer in answers {
        if let Err(error) = answer {
            assert!(error.is_refusal(), "not a refusal: {error:?}");
        }
    }
    answers.iter().filter(|answer| answer.is_ok()).count()
}

/// With money for one call, one of many runs.
pub async fn concurrent_authorizations_never_overdraw(subject: Subject) {
    for round in 0..rounds(25) {
        let top_up = if round == 0 { "1" } else { "0" };
        if top_up == "1" {
            subject.top_up(top_up).await;
        }
        let hold = |_, subject: Subject| async move {
            let id = HoldId::new();
            subject.try_authorize(id, "1").await.map(|_| id)
        };
        let answers = at_once(50, hold, &subject).await;
        assert_eq!(granted(&answers), 1, "round {round}");
        subject.expect("1", "1").await;
        let winner = answers.into_iter().find_map(Result::ok).unwrap();
        subject.void(winner).await.unwrap();
    }
    subject.expect("1", "0").await;
}

/// 10 dollars are 769 calls at 1.3 cents, and not one more.
pub async fn concurrent_charges_never_overdraw(subject: Subject) {
    subject.top_up("10").await;
    let charge = |_, subject: Subject| async move { subject.charge("0.013").await };
    let answers = at_once(1_000, charge, &subject).await;
    assert_eq!(granted(&answers), 769);
    subject.expect("0.003", "0").await;
}

/// A limit holds, whatever runs at once.
pub async fn concurrent_limits_are_never_exceeded(subject: Subject) {
    subject.top_up("1000").await;
    let call = |index, subject: Subject| async move {
        if index % 2 == 0 {
            subject.charge("0.7").await.map(drop)
        } else {
            subject.try_authorize(HoldId::new(), "0.7").await.map(drop)
        }
    };
    let answers = at_once(60, call, &subject).await;
    assert_eq!(granted(&answers), 14);
    assert_eq!(subject.state().await.day.used, usd("9.8"));
    assert!(subject.ledger.verify().await.unwrap().is_clean());
}

/// A double click is one hold.
pub async fn the_same_authorize_many_times_at_once_holds_once(subject: Subject) {
    subject.top_up("5").await;
    let id = HoldId::new();
    let hold = move |_, subject: Subject| async move { subject.try_authorize(id, "1").await.unwrap().hold };
    let holds = at_once(30, hold, &subject).await;
    assert!(holds.iter().all(|hold| *hold == holds[0]));
    subject.expect("5", "1").await;
}

/// A webhook delivered fifty times is one credit.
pub async fn the_same_top_up_many_times_at_once_credits_once(subject: Subject) {
    let id = PostingId::new();
    let credit = move |_, subject: Subject| async move {
        let request = TopUp::new(id, subject.account.clone(), usd("5"), "stripe");
        subject.ledger.top_up(request).await.unwrap()
    };
    let postings: Vec<Posting> = at_once(50, credit, &subject).await;
    assert!(postings.iter().all(|posting| *posting == postings[0]));
    subject.expect("5", "0").await;
}

/// A hold ends once, whoever is first.
pub async fn capture_and_void_race_to_one_winner(subject: Subject) {
    subject.without_limits().await;
    subject.top_up("100").await;
    let mut captured = 0;
    for _ in 0..rounds(100) {
        let id = subject.authorize("1").await;
        let end = move |index, subject: Subject| async move {
            if index % 2 == 0 {
                subject.capture(id, "1").await.map(|_| true)
            } else {
                subject.void(id).await.map(|()| false)
            }
        };
        let answers = at_once(6, end, &subject).await;
        let winners: Vec<bool> = answers.iter().filter_map(|answer| answer.as_ref().ok().copied()).collect();
        assert_eq!(winners.len(), 3, "{answers:?}");
        assert!(winners.iter().all(|winner| *winner == winners[0]), "{answers:?}");
        captured += i64::from(winners[0]);
    }
    let posted = usd("100").micros() - captured * usd("1").micros();
    assert_eq!(subject.state().await.posted.micros(), posted);
    assert!(subject.ledger.verify().await.unwrap().is_clean());
}

/// Everything that touches one account at once leaves held and posted exact.
pub async fn captures_voids_and_expiry_of_one_account_keep_the_books(subject: Subject) {
    subject.without_limits().await;
    subject.top_up("1000").await;
    for _ in 0..rounds(20) {
        let mut holds = Vec::new();
        for _ in 0..20 {
            holds.push(subject.authorize("1").await);
        }
        subject.advance(TimeDelta::minutes(5));
        let act = move |index: usize, subject: Subject| {
            let hold = holds[index % holds.len()];
            async move {
                match index % 5 {
                    0 => drop(subject.ledger.expire_holds(7).await.unwrap()),
                    1 => drop(subject.capture(hold, "0.5").await),
                    2 => drop(subject.void(hold).await),
                    3 => drop(subject.charge("0.25").await.unwrap()),
                    _ => drop(subject.try_authorize(HoldId::new(), "0.125").await.unwrap()),
                }
            }
        };
        at_once(60, act, &subject).await;
        let audit = subject.ledger.verify().await.unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
    subject.advance(TimeDelta::minutes(5));
    while subject.ledger.expire_holds(100).await.unwrap() > 0 {}
    assert_eq!(subject.state().await.held, usd("0"));
}

/// Two reversals of 30 are 30, and the newest revision stands.
pub async fn reversals_race_to_the_newest_revision(subject: Subject) {
    for round in 0..rounds(25) {
        let top_up = subject.top_up("100").await;
        let take_back = move |index: usize, subject: Subject| async move {
            let revision = u64::try_from(index / 2 + 1).unwrap();
            let total = (10 * revision).to_string();
            subject.reverse(top_up, &total, revision).await.unwrap();
        };
        at_once(12, take_back, &subject).await;
        let expected = usd("40").micros() * i64::from(round + 1);
        assert_eq!(subject.state().await.posted.micros(), expected);
        let charge = Charge::new(PostingId::new(), subject.account.clone(), usd("0"), operation("search"));
        ready(subject.ledger.charge(charge).await.unwrap()).await;
    }
    assert!(subject.ledger.verify().await.unwrap().is_clean());
}
