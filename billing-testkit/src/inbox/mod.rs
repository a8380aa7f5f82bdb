//! The rules of [`Inbox`](billing_core::Inbox), one function each.
mod arrival;
mod care;

pub use arrival::*;
use billing_core::{StoredWebhook, WebhookRequest};
use bytes::Bytes;
pub use care::*;
use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};

/// Makes one test of each rule of an inbox. Takes an `async fn() -> Arc<dyn Inbox>` that opens an empty one.
#[macro_export]
macro_rules! inbox_suite {
    ($open:path) => {
        $crate::inbox_suite!(@tests $open,
            // arrival
            a_webhook_comes_back_as_it_came,
            what_may_be_a_secret_of_ours_is_masked,
            an_event_is_one_webhook_however_often_it_comes,
            an_event_many_times_at_once_is_one_webhook,
            strangers_get_a_bounded_room_of_each_hour,
            // care
            what_became_of_a_webhook_is_stored,
            webhooks_that_wait_are_due_the_longest_waiting_first,
            only_what_waits_for_a_time_is_due,
            a_due_webhook_goes_to_one_of_many_callers,
            webhooks_are_listed_newest_first,
            what_waits_to_be_applied_is_never_forgotten,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::inbox::$rule($open().await).await;
            }
        )*
    };
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

fn request() -> WebhookRequest {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    WebhookRequest::new(headers, Bytes::from_static(b"{}"), now())
}

fn webhook(gateway: &str, event: &str) -> StoredWebhook {
    StoredWebhook::new(gateway, event, "payment.paid", &request())
}
