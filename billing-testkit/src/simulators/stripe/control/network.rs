//! Webhooks and API calls, and how they go wrong.

use serde_json::Value;

use crate::simulators::shared::courier::{Delivery, DeliveryPlan, ReleaseOrder};
use crate::simulators::shared::faults::ApiFault;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::Event;
use crate::simulators::stripe::simulator::StripeSimulator;

/// Between the provider and the merchant.
impl StripeSimulator {
    /// Sends webhooks of later events here; `None`: nowhere.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.running.engine.set_webhook_url(url);
    }

    /// Every event so far, oldest first.
    pub fn events(&self) -> Vec<Value> {
        self.running.engine.read(|state| state.events.oldest_first().map(Event::to_json).collect())
    }

    /// Every delivery so far, oldest first: the last ten thousand.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.running.engine.courier.log()
    }

    /// Waits for a delivery that satisfies the condition, past ones included. Bound it with a timeout of your own.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn wait_for_delivery(&self, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        self.running.engine.courier.wait_for(wanted).await
    }

    /// Waits until no webhook is on its way: none queued, delayed or to be repeated. Those held back do not count. Bound
    /// it with a timeout of your own.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn wait_until_quiet(&self) {
        self.running.engine.courier.quiet().await;
    }

    /// How the webhooks of later events are disturbed.
    pub fn set_delivery_plan(&self, plan: DeliveryPlan) {
        self.running.engine.courier.set_plan(plan);
    }

    /// The events that are held back, oldest first.
    pub fn held_events(&self) -> Vec<String> {
        self.running.engine.courier.held()
    }

    /// Lets held events go and waits for their first attempts. Holding ends with it.
    pub async fn release(&self, order: &ReleaseOrder) -> Vec<String> {
        let released = self.running.engine.courier.release(order);
        self.running.engine.courier.first_attempts(&released).await;
        released
    }

    /// Delivers an event once more, whatever the plan says, and waits for the attempt.
    ///
    /// # Errors
    ///
    /// When there is no such event.
    pub async fn redeliver(&self, event: &str) -> Result<(), ApiError> {
        self.running.engine.redeliver(event).await
    }

    /// Makes later API calls fail.
    pub fn fail(&self, fault: ApiFault) {
        self.running.engine.faults.add(fault);
    }

    /// The faults that have not struck yet.
    pub fn faults(&self) -> Vec<ApiFault> {
        self.running.engine.faults.list()
    }

    /// Forgets the faults that have not struck yet.
    pub fn clear_faults(&self) {
        self.running.engine.faults.clear();
    }
}
