use std::time::{Duration, Instant};

use billing_core::{Notifier as _, NotifyError};
use example_webhook_notifier::WebhookNotifier;

use crate::{
    SECRET, notification,
    receiver::{Answer, Receiver},
};

async fn told(answer: Answer) -> (Result<(), NotifyError>, usize) {
    let receiver = Receiver::answering([answer]).await;
    let told = receiver.notifier().notify(&notification("a")).await;
    (told, receiver.received().len())
}

#[tokio::test]
async fn an_answer_says_whether_to_try_again() {
    for status in [200, 201, 202, 204, 299] {
        let (told, received) = told(Answer::Status(status)).await;
        assert!(told.is_ok() && received == 1, "{status}: {told:?}");
    }
    for status in [400, 401, 403, 404, 405, 410, 413, 422, 451] {
        let (told, _) = told(Answer::Status(status)).await;
        assert!(matches!(told, Err(NotifyError::Refused(_))), "{status}: {told:?}");
    }
    for status in [304, 408, 425, 429, 500, 502, 503, 504] {
        let (told, _) = told(Answer::Status(status)).await;
        assert!(told.as_ref().is_err_and(NotifyError::is_retryable), "{status}: {told:?}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (told, received) = told(Answer::Redirect).await;
    assert!(told.is_err_and(|error| error.is_retryable()));
    assert_eq!(received, 1);
}

#[tokio::test]
async fn a_silent_receiver_is_waited_for_no_longer_than_was_said() {
    let receiver = Receiver::answering([Answer::Silence]).await;
    let notifier = receiver.notifier().with_timeout(Duration::from_millis(300)).unwrap();
    let begun = Instant::now();
    let error = notifier.notify(&notification("a")).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_tried_again_and_not_named() {
    let nowhere = WebhookNotifier::new("http://127.0.0.1:1/a?token=secret", SECRET.parse().unwrap()).unwrap();
    let error = nowhere.notify(&notification("a")).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
    let shown = format!("{error:?} {}", std::error::Error::source(&error).unwrap());
    for secret in ["token", "anna"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
