//! Callbacks and API calls, and how they go wrong.

use serde_json::{Map, Value};

use crate::simulators::fondy::callback::Callback;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::simulator::FondySimulator;
use crate::simulators::shared::courier::{Delivery, DeliveryPlan, ReleaseOrder};
use crate::simulators::shared::faults::ApiFault;

/// Between the provider and the merchant.
impl FondySimulator {
    /// Sends callbacks of orders that name no address here; `None`: nowhere.
    pub fn set_callback_url(&self, url: Option<String>) {
        self.running.engine.set_webhook_url(url);
    }

    /// Every callback so far, oldest first: its fields signed as they are sent, and its `callback_id`.
    pub fn callbacks(&self) -> Vec<Value> {
        self.running.engine.callbacks()
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

    /// Waits until no callback is on its way: none queued, delayed or to be repeated. Those held back do not count. Bound
    /// it with a timeout of your own.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn wait_until_quiet(&self) {
        self.running.engine.courier.quiet().await;
    }

    /// How later callbacks are disturbed.
    pub fn set_delivery_plan(&self, plan: DeliveryPlan) {
        self.running.engine.courier.set_plan(plan);
    }

    /// The ids of the callbacks that are held back, oldest first.
    pub fn held_callbacks(&self) -> Vec<String> {
        self.running.engine.courier.held()
    }

    /// Lets held callbacks go and waits for their first attempts. Holding ends with it.
    pub async fn release(&self, order: &ReleaseOrder) -> Vec<String> {
        let released = self.running.engine.courier.release(order);
        self.running.engine.courier.first_attempts(&released).await;
        released
    }

    /// Delivers a callback once more, whatever the plan says, and waits for the attempt.
    ///
    /// # Errors
    ///
    /// When there is no such callback.
    pub async fn redeliver(&self, callback_id: &str) -> Result<(), ApiError> {
        self.running.engine.redeliver(callback_id).await
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

impl Engine {
    pub(crate) fn callbacks(&self) -> Vec<Value> {
        self.read(|state| state.callbacks.oldest_first().map(|callback| self.tell(callback)).collect())
    }

    fn tell(&self, callback: &Callback) -> Value {
        let mut fields: Map<_, _> = self.provider.signed(callback.fields.clone());
        fields.insert("callback_id".to_owned(), callback.id.clone().into());
        Value::Object(fields)
    }
}
