//! Webhooks: verified, stored, applied, then answered.
use chrono::TimeDelta;

use super::{TopUpError, TopUps};
use crate::{
    BillingEvent, GatewayError, Payment, PaymentGateway, StoredWebhook, WebhookContent, WebhookEvent,
    WebhookId, WebhookReply, WebhookRequest, WebhookState,
};

/// Between an attempt that failed and the next, at first; it doubles.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// Beyond this many attempts a webhook waits for somebody to replay it.
const MOST_ATTEMPTS: u32 = 60;
/// How long one attempt may take before somebody else makes another.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// What became of a webhook.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// Our name for it.
    pub webhook: WebhookId,
    /// The provider's id of the event.
    pub event: String,
    /// The provider's word for what happened.
    pub kind: String,
    /// What it did here.
    pub applied: Applied,
    /// What the provider wants to hear.
    pub reply: WebhookReply,
}

/// What a gateway's word did here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// It was about this payment, which stands so now.
    Payment(Box<Payment>),
    /// It was about a payment that was not started here.
    Unmatched,
    /// It was about nothing that matters.
    Ignored,
    /// It had been applied before.
    Repeated,
    /// It is stored, to be replayed.
    Stored,
}

impl TopUps {
    /// Takes a webhook: it is verified, stored, applied, and only then answered.
    ///
    /// # Errors
    /// [`TopUpError::UnknownGateway`]; [`GatewayError::NotAuthentic`], with nothing kept but a note; [`TopUpError::Unreadable`]
    /// for an authentic one that can't be read: it is stored, and an operator told. Any other error is a fault of
    /// ours: [`retry_webhooks`](TopUps::retry_webhooks) or the provider's next attempt heals it.
    pub async fn receive(&self, gateway: &str, request: WebhookRequest) -> Result<Received, TopUpError> {
        let gateway = self.gateway(gateway)?;
        let event = match gateway.parse_webhook(request.clone()).await {
            Ok(event) => event,
            Err(error) => return Err(self.refuse(gateway.name(), &request, error).await),
        };
        let webhook =
            self.stores.inbox.store_webhook(&self.new_webhook(gateway.name(), &request, event)).await?;
        let applied = if webhook.state.is_done() {
            Applied::Repeated
        } else if self.only_stores_webhooks {
            Applied::Stored
        } else {
            self.process(&**gateway, &webhook).await?
        };
        let StoredWebhook { id, event, kind, .. } = webhook;
        Ok(Received { webhook: id, event, kind, applied, reply: gateway.acknowledge() })
    }

    /// Applies up to `limit` webhooks that could not be applied when they came; tells how many now are. While webhooks
    /// are [only stored](TopUps::only_storing_webhooks), none.
    ///
    /// # Errors
    /// What the store says. A webhook that fails again is put off.
    pub async fn retry_webhooks(&self, limit: u32) -> Result<u32, TopUpError> {
        if self.only_stores_webhooks {
            return Ok(0);
        }
        let now = self.clock.now();
        let mut applied = 0;
        for webhook in self.stores.inbox.due_webhooks(now, now + LEASE, limit).await? {
            let outcome = match self.gateway(&webhook.gateway) {
                Ok(gateway) => self.process(&**gateway, &webhook).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(_) => applied += 1,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(webhook.id = %webhook.id, error, "webhook {} failed again", webhook.id);
                }
            }
        }
        Ok(applied)
    }

    /// Applies a stored webhook, whatever became of it before. Its verdict is not asked for again: what was authentic
    /// when it came is authentic.
    ///
    /// # Errors
    /// [`StoreError::WebhookNotFound`](crate::StoreError::WebhookNotFound); [`GatewayError::NotAuthentic`] for a
    /// rejected one; or as for [`receive`](TopUps::receive).
    pub async fn replay_webhook(&self, id: WebhookId) -> Result<Applied, TopUpError> {
        let webhook = self.stores.inbox.webhook(id).await?;
        let webhook = webhook.ok_or(crate::StoreError::WebhookNotFound { id })?;
        if webhook.state == WebhookState::Rejected {
            return Err(GatewayError::NotAuthentic { reason: "it was rejected when it came" }.into());
        }
        let gateway = self.gateway(&webhook.gateway)?;
        let mut webhook = webhook;
        if webhook.content == Some(WebhookContent::Ignored)
            && let Ok(event) = gateway.parse_webhook(webhook.request()).await
        {
            // It meant nothing when it came; perhaps this version knows better.
            webhook.content = Some(event.content);
        }
        self.process(&**gateway, &webhook).await
    }

    fn new_webhook(&self, gateway: &str, request: &WebhookRequest, event: WebhookEvent) -> StoredWebhook {
        let webhook = StoredWebhook::new(gateway, event.id, event.kind, request).with_content(event.content);
        // Should the process end before it is applied, somebody else goes on.
        if self.only_stores_webhooks {
            webhook
        } else {
            webhook.with_next_try_at(request.received_at + LEASE)
        }
    }

    /// Keeps what could not be believed or read, within bounds, and answers why.
    async fn refuse(&self, gateway: &str, request: &WebhookRequest, error: GatewayError) -> TopUpError {
        match error {
            GatewayError::NotAuthentic { reason } => {
                self.keep_rejected(gateway, request, reason).await;
                error.into()
            }
            // Nobody will ever read it, unless an operator is told.
            GatewayError::Protocol(_) => match self.keep_unreadable(gateway, request, &error).await {
                Ok(()) => TopUpError::Unreadable(error),
                Err(fault) => fault,
            },
            _ => error.into(),
        }
    }

    /// What a stranger sent is answered by its own fault, whether or not it can be kept.
    async fn keep_rejected(&self, gateway: &str, request: &WebhookRequest, reason: &str) {
        let id = WebhookId::new();
        let rejected = StoredWebhook::new(gateway, format!("rejected/{id}"), "", request)
            .with_state(WebhookState::Rejected, Some(reason.to_owned()))
            .cut_short();
        if let Err(fault) = self.stores.inbox.store_rejected(&rejected).await {
            let cause = &fault as &dyn std::error::Error;
            tracing::warn!(gateway.name = gateway, error = cause, "a rejected webhook was not stored");
        }
    }

    async fn keep_unreadable(
        &self,
        gateway: &str,
        request: &WebhookRequest,
        error: &GatewayError,
    ) -> Result<(), TopUpError> {
        // Without an id of its own, an event is the body that it came as.
        let event = format!("unreadable/{:016x}", fingerprint(&request.body));
        let unreadable = StoredWebhook::new(gateway, event, "", request)
            .with_state(WebhookState::Unreadable, Some(told(error)));
        let stored = self.stores.inbox.store_webhook(&unreadable).await?;
        self.tell_unmatched(&stored).await
    }

    /// Applies a webhook and stores what became of it.
    async fn process(
        &self,
        gateway: &dyn PaymentGateway,
        webhook: &StoredWebhook,
    ) -> Result<Applied, TopUpError> {
        let now = self.clock.now();
        let applied = match self.take_in(gateway, webhook).await {
            Ok(applied) => applied,
            Err(error) => {
                let next = (webhook.attempts < MOST_ATTEMPTS).then(|| now + pause(webhook.attempts));
                if next.is_none() {
                    self.tell_of_webhook(webhook, "given_up", "could not be applied for days: replay it")
                        .await?;
                }
                self.stores.inbox.put_off_webhook(webhook.id, &told(&error), next, now).await?;
                return Err(error);
            }
        };
        let state = match &applied {
            Applied::Unmatched => {
                self.tell_unmatched(webhook).await?;
                WebhookState::Unmatched
            }
            Applied::Ignored => WebhookState::Ignored,
            _ => WebhookState::Applied,
        };
        self.stores.inbox.settle_webhook(webhook.id, state, None, now).await?;
        Ok(applied)
    }

    async fn take_in(
        &self,
        gateway: &dyn PaymentGateway,
        webhook: &StoredWebhook,
    ) -> Result<Applied, TopUpError> {
        let content = match &webhook.content {
            Some(content) => content.clone(),
            // It could not be read when it came; perhaps this version can.
            None => gateway.parse_webhook(webhook.request()).await?.content,
        };
        match content {
            WebhookContent::Payment(snapshot) => self.apply(gateway, &snapshot).await,
            WebhookContent::Changed(reference) => match self.find(gateway.name(), &reference).await? {
                Some(payment) => {
                    let snapshot = gateway.payment_status(&payment.reference()).await?;
                    self.apply(gateway, &snapshot).await
                }
                None => Ok(Applied::Unmatched),
            },
            WebhookContent::Ignored => Ok(Applied::Ignored),
        }
    }

    async fn tell_unmatched(&self, webhook: &StoredWebhook) -> Result<(), TopUpError> {
        let what = match webhook.state {
            WebhookState::Unreadable => "can't be read",
            _ => "is about no payment of ours",
        };
        self.tell_of_webhook(webhook, "unmatched", what).await
    }

    async fn tell_of_webhook(
        &self,
        webhook: &StoredWebhook,
        outcome: &str,
        what: &str,
    ) -> Result<(), TopUpError> {
        let event = BillingEvent::WebhookUnmatched {
            webhook: webhook.id,
            gateway: webhook.gateway.clone(),
            event: webhook.kind.clone(),
        };
        if self.tell(format!("webhook/{}/{outcome}", webhook.id), None, event).await? {
            let id = webhook.id;
            tracing::error!(webhook.id = %id, gateway.name = webhook.gateway, "webhook {id} {what}");
        }
        Ok(())
    }
}

/// The pause after so many failed attempts.
fn pause(attempts: u32) -> TimeDelta {
    let doubled = FIRST_PAUSE.checked_mul(1 << attempts.min(16)).unwrap_or(LONGEST_PAUSE);
    doubled.min(LONGEST_PAUSE)
}

/// An error and its causes, for people.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text.chars().filter(|character| !character.is_control()).take(500).collect()
}

/// FNV-1a: the same for the same bytes, on every machine and in every version.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!([0, 1, 2].map(|attempts| pause(attempts).num_seconds()), [5, 10, 20]);
        assert_eq!([10, 60, u32::MAX].map(|attempts| pause(attempts).num_seconds()), [3_600; 3]);
    }
}
