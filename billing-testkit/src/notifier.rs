//! A notifier that tells nobody.
use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use billing_core::{Notification, Notifier, NotifyError};

/// Keeps what it is given to tell, and fails as it is told to.
///
/// # Examples
/// ```
/// use billing_core::{BillingEvent, Notification, Notifier};
/// use billing_testkit::notifier::{FakeNotifier, NotifierFault};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let notifier = FakeNotifier::new();
/// let test = Notification::new("test/1", "olena@example.com", BillingEvent::Test, chrono::DateTime::UNIX_EPOCH);
/// notifier.notify(&test).await.unwrap();
/// notifier.plan(|_| Some(NotifierFault::Unavailable));
/// assert!(notifier.notify(&test).await.unwrap_err().is_retryable());
/// assert_eq!((notifier.attempts().len(), notifier.told()), (2, vec![test]));
/// # }
/// ```
pub struct FakeNotifier {
    kept: Mutex<Kept>,
}

struct Kept {
    attempts: Vec<Notification>,
    told: Vec<Notification>,
    plan: Box<Plan>,
}

type Plan = dyn FnMut(&Notification) -> Option<NotifierFault> + Send;

/// How a [`FakeNotifier`] fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotifierFault {
    /// The recipient is refused.
    Refused,
    /// Nothing gets through.
    Unavailable,
    /// The text can't be made.
    Render,
    /// It gets through, and nobody learns of it.
    AnswerLost,
}

impl Default for FakeNotifier {
    fn default() -> Self {
        let kept = Kept { attempts: Vec::new(), told: Vec::new(), plan: Box::new(|_| None) };
        Self { kept: Mutex::new(kept) }
    }
}

impl FakeNotifier {
    /// Never fails.
    pub fn new() -> Self {
        Self::default()
    }

    /// Fails as `plan` says of each attempt from now on.
    pub fn plan(&self, plan: impl FnMut(&Notification) -> Option<NotifierFault> + Send + 'static) {
        self.lock().plan = Box::new(plan);
    }

    /// What it was given, in this order.
    pub fn attempts(&self) -> Vec<Notification> {
        self.lock().attempts.clone()
    }

    /// What got through, in this order.
    pub fn told(&self) -> Vec<Notification> {
        self.lock().told.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for FakeNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeNotifier").field("told", &self.lock().told).finish_non_exhaustive()
    }
}

#[async_trait]
impl Notifier for FakeNotifier {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        // Others get on meanwhile, as they do while mail is on its way.
        tokio::task::yield_now().await;
        let mut kept = self.lock();
        kept.attempts.push(notification.clone());
        let fault = (kept.plan)(notification);
        if matches!(fault, None | Some(NotifierFault::AnswerLost)) {
            kept.told.push(notification.clone());
        }
        match fault {
            None => Ok(()),
            Some(NotifierFault::Refused) => Err(NotifyError::Refused("no such mailbox".into())),
            Some(NotifierFault::Unavailable) => Err(NotifyError::Unavailable("connection refused".into())),
            Some(NotifierFault::Render) => Err(NotifyError::Render("no such template".into())),
            Some(NotifierFault::AnswerLost) => Err(NotifyError::Unavailable("connection reset".into())),
        }
    }
}
