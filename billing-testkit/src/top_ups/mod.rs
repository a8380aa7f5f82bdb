//! The rules of [`TopUps`](billing_core::TopUps) on a back end, one function each.
mod backend;
mod fault;
mod faults;
mod faulty_ledger;
mod gateway;
mod rates;
mod rules;

pub use backend::Backend;
pub use gateway::{Call, FakeGateway};
pub use rates::FakeRates;
pub use rules::*;

/// Makes one test of each rule of top-ups. Takes an `async fn() -> Backend` that opens empty stores.
#[macro_export]
macro_rules! top_ups_suite {
    ($open:path) => {
        $crate::top_ups_suite!(@tests $open,
            // start
            a_payment_started_twice_is_one_order,
            a_payment_in_elements_started_twice_is_one_order,
            a_payment_started_many_times_at_once_is_opened_by_one,
            while_one_call_starts_a_payment_another_is_told_so,
            an_order_whose_page_can_not_be_told_again_is_still_credited,
            a_payment_whose_answer_was_lost_is_found_by_our_id,
            a_refused_payment_has_failed,
            an_amount_that_the_gateway_does_not_take_is_refused,
            // exchange
            a_payment_in_another_currency_is_credited_at_its_quote,
            a_payment_without_a_quote_keeps_the_rate_of_its_start,
            a_quote_is_for_one_account_and_amount_and_a_while,
            without_a_rate_nothing_is_started,
            exchanged_money_is_exact_to_the_last_digit,
            // credit
            a_paid_payment_is_credited_once_however_often_it_is_told,
            an_order_that_was_not_started_here_is_left_alone,
            an_order_can_not_pay_for_another_payment,
            an_old_event_does_not_undo_a_success,
            a_canceled_payment_that_was_paid_after_all_is_credited,
            a_fault_at_any_step_is_healed_by_the_next_webhook,
            a_receipt_is_asked_for_only_when_there_is_one,
            // webhooks
            a_webhook_that_is_not_authentic_changes_nothing,
            a_webhook_is_stored_before_it_is_applied,
            a_repeated_event_does_nothing_more,
            an_unmatched_webhook_is_stored_and_told,
            an_unreadable_webhook_is_stored_and_told,
            a_rejected_webhook_is_kept_within_bounds_and_never_replayed,
            a_webhook_that_could_not_be_applied_is_applied_later,
            a_webhook_whose_taker_died_is_applied_by_another,
            webhooks_may_be_only_stored_and_replayed_later,
            // review
            another_amount_or_currency_is_not_credited,
            a_payment_to_another_merchant_waits_for_an_operator,
            an_accepted_payment_is_credited_its_share_once,
            an_operator_can_only_accept_what_was_paid,
            a_payment_in_another_currency_needs_a_named_credit,
            // take-backs
            refunds_and_disputes_end_in_the_same_place_in_every_order,
            a_take_back_beyond_what_was_paid_takes_what_was_paid,
            a_take_back_of_a_payment_never_credited_is_only_recorded,
            a_take_back_in_another_currency_is_not_booked,
            // disputes that the provider does not tell of
            an_entered_dispute_ends_in_the_same_place_in_every_order,
            an_entered_dispute_takes_and_gives_back,
            a_dispute_that_makes_no_sense_is_refused,
            an_entered_dispute_beyond_what_was_paid_takes_what_was_paid,
            // refunds
            the_money_of_a_refund_is_held_before_the_provider_is_asked,
            a_refund_asked_for_again_gives_back_once,
            a_refund_id_with_other_content_is_refused,
            a_refund_of_spent_money_is_refused_unless_debt_is_allowed,
            a_declined_refund_frees_the_money_and_is_told,
            refunds_at_the_console_in_between_count,
            a_second_refund_waits_for_the_end_of_the_first,
            what_can_not_be_refunded_is_refused,
            a_provider_that_refunds_no_parts_is_asked_for_none,
            a_refund_that_came_back_can_be_made_again,
            // refunds and faults
            a_refund_whose_answer_was_lost_is_done_once,
            a_refund_whose_answer_was_lost_is_concluded_by_a_webhook,
            a_refund_that_is_shown_later_stays_accepted,
            parts_of_an_exchanged_payment_add_up_to_the_whole,
            a_fault_at_any_step_of_a_refund_is_healed_by_reconciling,
            a_fault_while_a_refund_is_declined_asks_for_nothing_without_its_money,
            a_fault_while_a_refund_of_spent_money_is_refused_does_not_let_it_through,
            // reconciling
            an_open_payment_is_asked_about_until_it_ends,
            a_take_back_of_which_no_webhook_came_heals,
            an_order_nobody_has_heard_of_is_asked_for_again,
            an_order_asked_for_again_may_be_refused_or_exist,
            an_order_nobody_has_heard_of_for_a_day_is_closed,
            an_order_that_is_not_paid_within_a_day_is_closed,
            a_payment_that_is_paid_while_it_is_closed_is_credited,
            a_provider_that_is_away_does_not_stop_the_others,
            processes_share_the_payments_that_are_due,
            everything_can_be_looked_at_at_once,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::top_ups::$rule($open().await).await;
            }
        )*
    };
}
