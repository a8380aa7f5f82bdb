//! The rules of [`PaymentStore`](billing_core::PaymentStore), one function each.
mod checks;
mod openings;
mod records;
mod take_backs;

use billing_core::{AccountId, Currency, Money, Payment, PaymentId};
pub use checks::*;
use chrono::{DateTime, Utc};
pub use openings::*;
pub use records::*;
pub use take_backs::*;

/// Makes one test of each rule of a payment store. Takes an `async fn() -> Stores` that opens empty ones, for a payment
/// may name a quote.
#[macro_export]
macro_rules! payment_store_suite {
    ($open:path) => {
        $crate::payment_store_suite!(@tests $open,
            // records
            a_payment_is_stored_once_by_its_id,
            an_order_of_a_provider_belongs_to_one_payment,
            a_status_only_rises,
            an_observation_is_kept_whole,
            what_an_operator_accepts_replaces_the_credit,
            a_review_that_was_answered_does_not_come_back,
            a_payment_keeps_its_rate_when_quotes_are_forgotten,
            payments_are_listed_newest_first,
            a_list_pages_through_everything,
            an_unknown_payment_is_not_changed,
            // take-backs
            take_backs_only_grow_and_raise_the_revision,
            take_backs_told_at_once_count_once,
            take_backs_are_told_with_who_entered_them,
            // openings
            one_of_many_opens_an_order,
            an_opening_is_free_again_after_its_time,
            an_opening_given_back_is_free_again,
            an_opened_order_answers_its_page,
            a_page_that_was_unknown_is_added,
            // checks
            payments_are_due_the_longest_waiting_first,
            a_due_payment_goes_to_one_of_many_callers,
            a_check_counts_only_for_what_was_seen,
            a_check_told_at_once_counts_once,
            a_change_of_status_begins_the_schedule_anew,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::payments::$rule($open().await).await;
            }
        )*
    };
}

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn uah(text: &str) -> Money {
    Money::parse(text, Currency::UAH).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

fn payment(account: &str) -> Payment {
    Payment::new(
        PaymentId::new(),
        AccountId::new(account).unwrap(),
        "stripe",
        uah("415.50"),
        usd("10"),
        now(),
    )
}
