//! The rules of [`Dispatcher`](billing_core::Dispatcher) on an outbox, one function each.
mod attempts;
mod crowd;
mod readers;
mod subject;

pub use attempts::*;
pub use crowd::*;
pub use readers::*;
pub use subject::Subject;

/// Makes one test of each rule of a dispatcher. Takes what [`outbox_suite!`](crate::outbox_suite) takes.
#[macro_export]
macro_rules! dispatcher_suite {
    ($open:path) => {
        $crate::dispatcher_suite!(@tests $open,
            // readers
            an_owner_is_told_by_name_in_his_language,
            who_has_chosen_no_language_gets_the_deployments,
            what_is_for_operators_goes_to_the_operator,
            what_nobody_is_to_be_told_is_skipped,
            money_that_moved_is_told_whatever_the_owner_wants,
            // attempts
            a_message_is_delivered_once,
            a_message_that_fails_is_put_off_for_growing_pauses,
            a_refused_recipient_or_a_text_that_can_not_be_made_is_given_up_at_once,
            a_message_is_given_up_when_its_time_is_over,
            a_retry_begins_the_time_of_a_message_anew,
            every_attempt_carries_the_same_notification,
            what_ends_after_its_lease_is_noted_by_nobody,
            // everything at once
            many_dispatchers_deliver_everything_whatever_fails,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::dispatcher::$rule($crate::dispatcher::Subject::new($open().await)).await;
            }
        )*
    };
}
