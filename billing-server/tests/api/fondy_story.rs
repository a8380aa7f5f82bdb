//! Money that goes back through Fondy: from its console, by disputes that an operator enters, by refunds of ours.
use billing_testkit::{
    rounds,
    simulators::fondy::{ApiFault, DeliveryPlan, Fault, Quirks, ReleaseOrder, ReversalOutcome},
};
use serde_json::Value;

use crate::{
    fondy_shop::{FondyShop, Order, call_back, expect_figures},
    support::{Api, eventually, let_refunds_be_due, messages},
};

async fn expect(user: &Api, balance: &str) {
    let told = user.get("/api/billing/balance").await.expect(200);
    expect_figures(&told, [balance, balance, "0.00"]);
}

/// Gives a part of an order back.
fn refund<'a>(order: &'a Order, uah: &'a str) -> [&'a str; 7] {
    ["payments", "refund", &order.id, "--amount", uah, "--actor", "olha"]
}

/// How a refund that was begun stands.
fn standing(shop: &FondyShop, order: &Order, id: &str) -> String {
    shop.launch.printed(&["payments", "refund", &order.id, "--refund-id", id, "--actor", "olha"])
}

/// The id of the refund that an operator is told of.
fn refund_in(told: &str) -> &str {
    let words: Vec<_> = told.split_whitespace().collect();
    let mut named = words.windows(2).filter(|pair| pair[0] == "refund").map(|pair| pair[1]);
    named.find(|word| uuid::Uuid::try_parse(word).is_ok()).unwrap_or_else(|| panic!("no refund in {told}"))
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
    let done = shop.launch.printed(&refund(&order, "415"));
    assert!(done.contains(" of 415.00 UAH by olha is done"), "{done}");
    expect(&anna, "90.00").await;
    assert_eq!(standing(&shop, &order, refund_in(&done)), done);
    expect(&anna, "90.00").await;
    assert_eq!(reversals(&shop, &order), [(41_500, "approved".to_owned())]);
    let too_much = shop.launch.refused(&refund(&order, "3735.01"));
    assert!(too_much.contains("has less left than that"), "{too_much}");
    let unknown = uuid::Uuid::now_v7().to_string();
    let unknown = ["payments", "refund", &order.id, "--refund-id", &unknown, "--actor", "olha"];
    assert!(shop.launch.refused(&unknown).contains("there is no refund"));
    // Under an id of the operator's own, which stands for this refund alone.
    let own = uuid::Uuid::now_v7().to_string();
    let under_own = |uah| [&refund(&order, uah)[..], &["--refund-id", &own]].concat();
    for _ in 0..2 {
        assert!(shop.launch.printed(&under_own("415")).contains(&format!("{own} of 415.00 UAH")));
        expect(&anna, "80.00").await;
    }
    shop.launch.refused(&under_own("416"));
    assert_eq!(reversals(&shop, &order).len(), 2);
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
    for (is_done, left) in [(true, "90.00"), (false, "90.00")] {
        let accepted = shop.launch.printed(&refund(&order, "415"));
        assert!(accepted.contains("is accepted"), "{accepted}");
        let id = refund_in(&accepted);
        assert_eq!(anna.balance("held_usd").await, "10.00");
        assert!(shop.show(&order).contains(accepted.trim_end()), "{accepted}");
        // One at a time: else nobody could tell which of them Fondy shows.
        let busy = shop.launch.refused(&refund(&order, "83"));
        assert!(busy.contains("refund"), "{busy}");
        assert_eq!(standing(&shop, &order, id), accepted);
        let known = shop.fondy.order(&order.id).unwrap();
        let reversal = known["reversals"].as_array().unwrap().last().unwrap();
        assert_eq!((&reversal["reverse_status"], &reversal["amount"]), (&"created".into(), &41_500.into()));
        let transaction = reversal["transaction_id"].as_i64().unwrap();
        if is_done {
            shop.fondy.complete_reversal(transaction).await.unwrap();
            assert!(standing(&shop, &order, id).contains("is done"));
        } else {
            // Fondy tells nobody that it was declined after all: an operator sees it at its console.
            shop.fondy.decline_reversal(transaction).await.unwrap();
            assert_eq!(standing(&shop, &order, id), accepted);
            let give_up =
                ["payments", "refund", &order.id, "--refund-id", id, "--give-up", "--actor", "olha"];
            assert!(shop.launch.printed(&give_up).contains("is declined: given_up"));
        }
        expect(&anna, left).await;
    }
    assert_eq!(reversals(&shop, &order).len(), 2);
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_fondy_declines_frees_the_money() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    for (count, outcome) in [(1, ReversalOutcome::Declined), (2, ReversalOutcome::Refused(1084))] {
        shop.fondy.set_quirks(Quirks::new().with_reversals(outcome)).unwrap();
        let declined = shop.launch.refused(&refund(&order, "415"));
        assert!(declined.contains("declined"), "{declined}");
        expect(&anna, "100.00").await;
        let is_of_decline = |key: &str| key.starts_with("refund/") && key.ends_with("/declined");
        let told = messages(&shop.database_url).await;
        let keys: Vec<_> =
            told.iter().map(|(key, _)| key.as_str()).filter(|key| is_of_decline(key)).collect();
        assert_eq!(keys.len(), count, "{keys:?}");
        for id in keys.iter().map(|key| key.split('/').nth(1).unwrap()) {
            assert!(standing(&shop, &order, id).contains("is declined"));
        }
    }
    shop.fondy.set_quirks(Quirks::new()).unwrap();
    shop.launch.printed(&refund(&order, "415"));
    expect(&anna, "90.00").await;
    shop.verify();
}

/// However its end is learnt of, it is one reversal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_whose_answer_is_lost_is_made_once() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let mut left = 0;
    for (way, fault) in [
        ("asking how it stands", Fault::Close),
        ("reconciling", Fault::Garbage),
        ("a callback", Fault::Status(500)),
        ("going on with it", Fault::Close),
    ] {
        let order = shop.paid(&anna).await;
        if way != "a callback" {
            shop.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
        }
        // Taken on and not done yet, it can't be seen by asking: only its id tells that it was heard.
        let is_later = way == "going on with it";
        let outcome = if is_later { ReversalOutcome::Created } else { ReversalOutcome::Approved };
        shop.fondy.set_quirks(Quirks::new().with_reversals(outcome)).unwrap();
        shop.fondy.fail(ApiFault::new(fault).with_effect().with_route("POST", "/api/reverse"));
        let unknown = shop.launch.refused(&refund(&order, "415"));
        let id = refund_in(&unknown);
        assert!(unknown.contains(&format!("nobody knows yet whether refund {id} was made")), "{unknown}");
        if way != "a callback" {
            assert_eq!(anna.balance("held_usd").await, "10.00", "{way}");
        }
        match way {
            "asking how it stands" => assert!(standing(&shop, &order, id).contains("is done")),
            "reconciling" => {
                let report = shop.launch.printed(&["reconcile", "--all"]);
                assert!(report.contains("taken back 0.00 UAH → 415.00 UAH"), "{report}");
            }
            "a callback" => shop.fondy.wait_until_quiet().await,
            _ => {
                go_on(&shop, &order, id, "is accepted").await;
                let known = shop.fondy.order(&order.id).unwrap();
                let transaction = known["reversals"][0]["transaction_id"].as_i64().unwrap();
                shop.fondy.complete_reversal(transaction).await.unwrap();
            }
        }
        assert!(standing(&shop, &order, id).contains("is done"), "{way}");
        assert_eq!(reversals(&shop, &order), [(41_500, "approved".to_owned())], "{way}");
        left += 90;
        expect(&anna, &format!("{left}.00")).await;
        shop.fondy.set_delivery_plan(DeliveryPlan::new());
    }
    shop.verify();
}

/// Lets the server or a command go on with a refund, until it stands so.
async fn go_on(shop: &FondyShop, order: &Order, id: &str, expected: &str) {
    let_refunds_be_due(&shop.database_url).await;
    shop.launch.printed(&["reconcile"]);
    let reached = async || standing(shop, order, id).contains(expected).then_some(());
    eventually(expected, reached).await;
}

/// The command is killed while Fondy hangs: the money is held, and reconciling goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_is_held_before_fondy_is_asked() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    shop.fondy.fail(ApiFault::new(Fault::Hang).with_route("POST", "/api/reverse"));
    let mut command = shop.launch.begin(&refund(&order, "4150"));
    let struck = async || shop.fondy.faults().is_empty().then_some(());
    eventually("the question to Fondy", struck).await;
    expect_figures(&anna.get("/api/billing/balance").await, ["100.00", "0.00", "100.00"]);
    command.kill().unwrap();
    command.wait().unwrap();

    let shown = shop.show(&order);
    let id = refund_in(&shown);
    assert!(standing(&shop, &order, id).contains("is requested"), "{shown}");
    expect_figures(&anna.get("/api/billing/balance").await, ["100.00", "0.00", "100.00"]);
    assert_eq!(reversals(&shop, &order), []);
    go_on(&shop, &order, id, "is done").await;
    expect(&anna, "0.00").await;
    assert_eq!(reversals(&shop, &order), [(415_000, "approved".to_owned())]);
    shop.verify();
}
