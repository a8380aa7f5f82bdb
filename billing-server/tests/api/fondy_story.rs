//! Money that goes back through Fondy: from its console, by disputes that an operator enters, by refunds of ours.
use billing_testkit::{
    rounds,
    simulators::fondy::{ApiFault, DeliveryPlan, Fault, Quirks, ReleaseOrder, ReversalOutcome},
};
use serde_json::Value;

use crate::{
    fondy_shop::{FondyShop, Order, call_back, expect_figures},
    support::{Api, eventually, told},
};

/// Refunds have ids made by their caller.
fn new_refund() -> String {
    uuid::Uuid::now_v7().to_string()
}

async fn expect(user: &Api, balance: &str) {
    let told = user.get("/api/billing/balance").await.expect(200);
    expect_figures(&told, [balance, balance, "0.00"]);
}

fn refund<'a>(order: &'a Order, id: &'a str, uah: &'a str) -> [&'a str; 9] {
    ["payments", "refund", &order.id, "--amount", uah, "--refund-id", id, "--actor", "olha"]
}

/// The reversals that Fondy has of an order: their amounts and states.
fn reversals(shop: &FondyShop, order: &Order) -> Vec<(i64, String)> {
    let told = shop.fondy.order(&order.id).unwrap();
    let reversal = |reversal: &Value| {
        (reversal["amount"].as_i64().unwrap(), reversal["reverse_status"].as_str().unwrap().to_owned())
    };
    told["reversals"].as_array().unwrap().iter().map(reversal).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reversals_from_the_console_count_by_their_total_in_any_order_of_callbacks() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    for seed in 0..u64::from(rounds(100)) {
        let user = server.api_as(&format!("user-{seed}"));
        let quirks = Quirks::new();
        // As some say it is, and as others do.
        let quirks = if seed % 2 == 0 { quirks.with_partly_reversed_as_reversed() } else { quirks };
        shop.fondy.set_quirks(quirks).unwrap();
        shop.fondy.set_delivery_plan(DeliveryPlan::new().with_hold());
        let order = shop.paid(&user).await;
        for part in [Some(41_500), Some(83_000), None] {
            shop.fondy.reverse(&order.id, part).await.unwrap();
        }
        let first = shop.fondy.held_callbacks()[..3].to_vec();
        let (all, partly) = (ReleaseOrder::Shuffled(seed), ReleaseOrder::Listed(first.clone()));
        assert_eq!(shop.fondy.release(&partly).await.len(), 3, "seed {seed}");
        expect(&user, "70.00").await;
        shop.fondy.release(&all).await;
        for callback in &first {
            shop.fondy.redeliver(callback).await.unwrap();
        }
        expect(&user, "0.00").await;
    }
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_callbacks_ends_with_the_whole_taken_back() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    for seed in 0..u64::from(rounds(100)) {
        let user = server.api_as(&format!("user-{seed}"));
        shop.fondy.set_delivery_plan(DeliveryPlan::new().with_hold());
        let order = shop.paid(&user).await;
        for part in [Some(41_500), None] {
            shop.fondy.reverse(&order.id, part).await.unwrap();
        }
        let released = shop.fondy.release(&ReleaseOrder::Shuffled(seed)).await;
        assert_eq!(released.len(), 3, "seed {seed}");
        shop.fondy.redeliver(&released[0]).await.unwrap();
        expect(&user, "0.00").await;
        assert!(shop.show(&order).contains("taken back  4150.00 UAH"), "seed {seed}");
    }
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_approved_callback_gives_nothing_back() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    let approved = shop.callback(&order, "approved");
    shop.fondy.reverse(&order.id, None).await.unwrap();
    expect(&anna, "0.00").await;

    call_back(&server, &approved).await.expect(200);
    // The same fields written otherwise are another webhook.
    let spaced = serde_json::to_string_pretty(&approved).unwrap();
    server.anybody().post("/webhooks/fondy", spaced).await.expect(200);
    expect(&anna, "0.00").await;
    let history = anna.get("/api/billing/history").await.expect(200).json();
    let types: Vec<_> =
        history["transactions"].as_array().unwrap().iter().map(|line| &line["type"]).collect();
    assert_eq!(types, ["refund", "topup"]);
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_enters_disputes_that_fondy_does_not_tell_of() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    let dispute = |action: &'static str, amount: Option<&'static str>| {
        let mut command =
            vec!["payments", "dispute", action, &order.id, "--reference", "CB-7", "--actor", "olha"];
        command.extend(amount.into_iter().flat_map(|amount| ["--amount", amount]));
        command
    };
    for _ in 0..2 {
        let shown = shop.launch.printed(&dispute("open", Some("4150")));
        assert!(
            shown.contains("dispute dispute/CB-7: 4150.00 UAH taken, 0.00 UAH returned, entered by olha"),
            "{shown}"
        );
        expect(&anna, "0.00").await;
    }
    shop.launch.printed(&dispute("won", Some("415")));
    expect(&anna, "10.00").await;
    for _ in 0..2 {
        shop.launch.printed(&dispute("won", None));
        expect(&anna, "100.00").await;
    }
    // Neither an older word of the operator's nor one of Fondy's takes it again.
    shop.launch.printed(&dispute("open", Some("4150")));
    shop.launch.printed(&["payments", "sync", &order.id]);
    expect(&anna, "100.00").await;

    for refused in [dispute("open", Some("0")), dispute("won", Some("5000"))] {
        shop.launch.refused(&refused);
    }
    let unknown = ["payments", "dispute", "won", &order.id, "--reference", "CB-8", "--actor", "olha"];
    assert!(shop.launch.refused(&unknown).contains("has no dispute CB-8"));
    expect(&anna, "100.00").await;
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_takes_the_money_once_fondy_has_given_it_back() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    let id = new_refund();
    for _ in 0..2 {
        let done = shop.launch.printed(&refund(&order, &id, "415"));
        assert!(done.contains(&format!("refund      {id} of 415.00 UAH by olha is done")), "{done}");
        expect(&anna, "90.00").await;
    }
    assert_eq!(reversals(&shop, &order), [(41_500, "approved".to_owned())]);
    let other = shop.launch.refused(&refund(&order, &new_refund(), "3735.01"));
    assert!(other.contains("has less left than that"), "{other}");
    // All that is left.
    shop.launch.printed(&["payments", "refund", &order.id, "--actor", "olha"]);
    expect(&anna, "0.00").await;
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_fondy_does_later_is_held_until_then() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    shop.fondy.set_quirks(Quirks::new().with_reversals(ReversalOutcome::Created)).unwrap();
    let id = new_refund();
    let accepted = shop.launch.printed(&refund(&order, &id, "415"));
    assert!(accepted.contains("is accepted"), "{accepted}");
    expect_figures(&anna.get("/api/billing/balance").await, ["100.00", "90.00", "10.00"]);
    assert!(shop.show(&order).contains(&format!("refund      {id} of 415.00 UAH by olha is accepted")));
    // One at a time: else nobody could tell which of them Fondy shows.
    let busy = shop.launch.refused(&refund(&order, &new_refund(), "83"));
    assert!(busy.contains("refund"), "{busy}");
    // Neither is asked for again by going on with it.
    shop.launch.printed(&refund(&order, &id, "415"));
    assert_eq!(reversals(&shop, &order), [(41_500, "created".to_owned())]);

    let transaction =
        shop.fondy.order(&order.id).unwrap()["reversals"][0]["transaction_id"].as_i64().unwrap();
    shop.fondy.complete_reversal(transaction).await.unwrap();
    expect(&anna, "90.00").await;
    assert!(shop.launch.printed(&refund(&order, &id, "415")).contains("is done"));
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_fondy_declines_frees_the_money() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    for outcome in [ReversalOutcome::Declined, ReversalOutcome::Refused(1084)] {
        shop.fondy.set_quirks(Quirks::new().with_reversals(outcome)).unwrap();
        let id = new_refund();
        let declined = shop.launch.refused(&refund(&order, &id, "415"));
        assert!(declined.contains("declined"), "{declined}");
        expect(&anna, "100.00").await;
        assert!(shop.launch.printed(&refund(&order, &id, "415")).contains("is declined"));
        assert_eq!(told(&shop.database_url, &format!("refund/{id}/declined")).await, 1);
    }
    shop.fondy.set_quirks(Quirks::new()).unwrap();
    shop.launch.printed(&refund(&order, &new_refund(), "415"));
    expect(&anna, "90.00").await;
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_whose_answer_is_lost_is_made_once() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    for (way, fault) in
        [("again", Fault::Close), ("reconcile", Fault::Garbage), ("callback", Fault::Status(500))]
    {
        let order = shop.paid(&anna).await;
        let before = anna.balance("balance_usd").await;
        if way != "callback" {
            shop.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
        }
        shop.fondy.fail(ApiFault::new(fault).with_effect().with_route("POST", "/api/reverse"));
        let id = new_refund();
        let unknown = shop.launch.refused(&refund(&order, &id, "415"));
        assert!(unknown.contains(&format!("nobody knows yet whether refund {id} was made")), "{unknown}");
        if way != "callback" {
            assert_eq!(anna.balance("held_usd").await, "10.00", "{way}");
        }
        match way {
            "again" => assert!(shop.launch.printed(&refund(&order, &id, "415")).contains("is done")),
            "reconcile" => {
                let report = shop.launch.printed(&["reconcile", "--all"]);
                assert!(report.contains("taken back 0.00 UAH → 415.00 UAH"), "{report}");
            }
            _ => shop.fondy.wait_until_quiet().await,
        }
        assert_eq!(reversals(&shop, &order), [(41_500, "approved".to_owned())], "{way}");
        let taken = before.parse::<rust_decimal::Decimal>().unwrap() - rust_decimal::Decimal::TEN;
        expect(&anna, &taken.to_string()).await;
        assert!(shop.launch.printed(&refund(&order, &id, "415")).contains("is done"), "{way}");
        shop.fondy.set_delivery_plan(DeliveryPlan::new());
    }
    shop.verify();
}

/// The command is killed while Fondy hangs: the money is held, and nobody asks again while the first call may still be
/// heard. The same command tells how the refund stands; the servers go on with it some minutes later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_is_held_before_fondy_is_asked() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    shop.fondy.fail(ApiFault::new(Fault::Hang).with_route("POST", "/api/reverse"));
    let id = new_refund();
    let mut command = shop.launch.begin(&refund(&order, &id, "4150"));
    let struck = async || shop.fondy.faults().is_empty().then_some(());
    eventually("the question to Fondy", struck).await;
    expect_figures(&anna.get("/api/billing/balance").await, ["100.00", "0.00", "100.00"]);
    command.kill().unwrap();
    command.wait().unwrap();

    expect_figures(&anna.get("/api/billing/balance").await, ["100.00", "0.00", "100.00"]);
    assert!(shop.launch.printed(&refund(&order, &id, "4150")).contains("is requested"));
    assert!(shop.launch.printed(&["reconcile"]).contains("open refunds gone on with 0"));
    expect_figures(&anna.get("/api/billing/balance").await, ["100.00", "0.00", "100.00"]);
    assert_eq!(reversals(&shop, &order), []);

    let give_up = ["payments", "refund", &order.id, "--refund-id", &id, "--give-up", "--actor", "olha"];
    assert!(shop.launch.printed(&give_up).contains("is declined: given_up"));
    expect(&anna, "100.00").await;
    assert_eq!(reversals(&shop, &order), []);
    shop.verify();
}
