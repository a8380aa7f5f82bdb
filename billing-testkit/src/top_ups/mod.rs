//! The rules of [`TopUps`](billing_core::TopUps) on a back end, one function each.
mod backend;
mod gateway;
mod rules;

pub use backend::Backend;
pub use gateway::FakeGateway;
pub use rules::*;

/// Makes one test of each rule of top-ups. Takes an `async fn() -> Backend` that opens empty stores.
#[macro_export]
macro_rules! top_ups_suite {
    ($open:path) => {
        $crate::top_ups_suite!(@tests $open,
            a_paid_payment_is_credited_once_however_often_it_is_told,
            a_payment_started_twice_is_one_order,
            a_webhook_that_is_not_authentic_changes_nothing,
            an_order_that_was_not_started_here_is_left_alone,
            another_amount_or_currency_is_not_credited,
            a_payment_whose_answer_was_lost_is_found_by_our_id,
            an_order_can_not_pay_for_another_payment,
            a_refused_payment_has_failed,
            an_amount_that_the_gateway_does_not_take_is_refused,
            an_old_event_does_not_undo_a_success,
            a_canceled_payment_that_was_paid_after_all_is_credited,
            refunds_and_disputes_end_in_the_same_place_in_every_order,
            a_take_back_beyond_what_was_paid_takes_what_was_paid,
            a_take_back_of_a_payment_never_credited_is_only_recorded,
            a_fault_at_any_step_is_healed_by_the_next_webhook,
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
