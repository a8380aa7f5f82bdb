//! Webhooks and API calls, and how they go wrong.

use serde_json::Value;

use crate::simulators::stripe::objects::Event;
use crate::simulators::stripe::{ApiError, ApiFault, Delivery, DeliveryPlan, ReleaseOrder, StripeSimulator};

/// Between the provider and the merchant.
impl StripeSimulator {
    /// Sends webhooks of later events here; `None`: nowhere.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.engine.courier.set_url(url);
    }

    /// Every event so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.engine.read(|state| state.events.oldest_first().map(Event::to_json).collect())
    }

    /// Every delivery so far, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.engine.courier.log()
    }

    /// Waits for a delivery that satisfies the condition, past ones included. Bound it with a timeout of your own.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn wait_for_delivery(&self, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        match self.engine.courier.wait_for(wanted).await {
            Some(delivery) => delivery,
            // Only a simulator that is gone ends the wait without one, and this one is borrowed.
            None => std::future::pending().await,
        }
    }

    /// How the webhooks of later events are disturbed.
    pub fn set_delivery_plan(&self, plan: DeliveryPlan) {
        self.engine.courier.set_plan(plan);
    }

    /// The events that are held back, oldest first.
    pub fn held_events(&self) -> Vec<String> {
        self.engine.courier.held()
    }

    /// Lets held events go and waits for their first attempts. Holding ends with it.
    pub async fn release(&self, order: &ReleaseOrder) -> Vec<String> {
        let released = self.engine.courier.release(order);
        self.engine.courier.first_attempts(&released).await;
        released
    }

    /// Delivers an event once more, whatever the plan says, and waits for the attempt.
    ///
    /// # Errors
    ///
    /// When there is no such event.
    pub async fn redeliver(&self, event: &str) -> Result<(), ApiError> {
        self.engine.redeliver(event).await
    }

    /// Makes later API calls fail.
    pub fn fail(&self, fault: ApiFault) {
        self.engine.faults.add(fault);
    }

    /// The faults that have not struck yet.
    pub fn faults(&self) -> Vec<ApiFault> {
        self.engine.faults.list()
    }

    /// Forgets the faults that have not struck yet.
    pub fn clear_faults(&self) {
        self.engine.faults.clear();
    }
}
