//! The courier carries events to the merchant's endpoint.
//!
//! First attempts go out one after the other, in the order of the events. Delayed events and retries wait in tasks of
//! their own, so that they hold nobody up.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::delivery::Delivery;
use super::plan::{DeliveryPlan, ReleaseOrder};
use super::signature::signature_header;
use crate::simulators::stripe::engine::Engine;

/// How long those who wait for first attempts wait at most.
const FIRST_ATTEMPTS_CEILING: Duration = Duration::from_secs(5);

/// More copies would only exhaust this machine.
const MOST_DUPLICATES: u32 = 100;

/// Events on their way.
#[derive(Debug)]
pub(crate) struct Courier {
    desk: Mutex<Desk>,
    parcels: mpsc::UnboundedSender<Parcel>,
    /// Bumped whenever a delivery is logged.
    logged: watch::Sender<u64>,
}

#[derive(Debug)]
struct Desk {
    url: Option<String>,
    plan: DeliveryPlan,
    held: Vec<String>,
    /// Events whose first attempt has not ended, with how often they are in the queue.
    first_due: HashMap<String, u32>,
    log: Vec<Delivery>,
}

/// An event to be delivered.
#[derive(Debug)]
pub(crate) struct Parcel {
    event: String,
    copies: u32,
    delay: Duration,
}

impl Courier {
    pub(crate) fn new(url: Option<String>) -> (Self, mpsc::UnboundedReceiver<Parcel>) {
        let (parcels, queue) = mpsc::unbounded_channel();
        let desk = Desk {
            url,
            plan: DeliveryPlan::new(),
            held: Vec::new(),
            first_due: HashMap::new(),
            log: Vec::new(),
        };
        (Self { desk: Mutex::new(desk), parcels, logged: watch::Sender::new(0) }, queue)
    }

    pub(crate) fn set_url(&self, url: Option<String>) {
        self.desk().url = url;
    }

    pub(crate) fn url(&self) -> Option<String> {
        self.desk().url.clone()
    }

    pub(crate) fn plan(&self) -> DeliveryPlan {
        self.desk().plan.clone()
    }

    pub(crate) fn set_plan(&self, plan: DeliveryPlan) {
        self.desk().plan = plan;
    }

    pub(crate) fn held(&self) -> Vec<String> {
        self.desk().held.clone()
    }

    pub(crate) fn log(&self) -> Vec<Delivery> {
        self.desk().log.clone()
    }

    /// Takes an event by the plan. `false` when it will never be sent.
    pub(crate) fn dispatch(&self, event: &str, kind: &str) -> bool {
        let mut desk = self.desk();
        if desk.url.is_none() {
            return false;
        }
        if desk.plan.drops() {
            desk.log.push(Delivery {
                event: event.to_owned(),
                kind: kind.to_owned(),
                attempt: 1,
                status: None,
                error: None,
                dropped: true,
            });
            self.logged.send_modify(|count| *count += 1);
            return false;
        }
        if desk.plan.hold {
            desk.held.push(event.to_owned());
        } else {
            let delay = Duration::from_millis(desk.plan.delay_ms);
            let copies = 1 + desk.plan.duplicates.min(MOST_DUPLICATES);
            self.queue(&mut desk, Parcel { event: event.to_owned(), copies, delay });
        }
        true
    }

    /// Sends an event once more, whatever the plan says.
    pub(crate) fn redeliver(&self, event: &str) {
        let parcel = Parcel { event: event.to_owned(), copies: 1, delay: Duration::ZERO };
        self.queue(&mut self.desk(), parcel);
    }

    /// Lets events go that were held back. Holding ends with it.
    pub(crate) fn release(&self, order: &ReleaseOrder) -> Vec<String> {
        let mut desk = self.desk();
        desk.plan.hold = false;
        let released = order.take(&mut desk.held);
        for event in &released {
            self.queue(&mut desk, Parcel { event: event.clone(), copies: 1, delay: Duration::ZERO });
        }
        released
    }

    /// Waits until the first attempts of these events have ended, within reason.
    pub(crate) async fn first_attempts(&self, events: &[String]) {
        let mut logged = self.logged.subscribe();
        let ended = logged.wait_for(|_| {
            let desk = self.desk();
            !events.iter().any(|event| desk.first_due.contains_key(event))
        });
        // Too late or not: those who wait go on, and the retries do the rest.
        let _ = tokio::time::timeout(FIRST_ATTEMPTS_CEILING, ended).await;
    }

    /// Waits for a delivery that satisfies the condition.
    pub(crate) async fn wait_for(&self, wanted: impl Fn(&Delivery) -> bool) -> Option<Delivery> {
        let mut logged = self.logged.subscribe();
        loop {
            if let Some(found) = self.desk().log.iter().find(|delivery| wanted(delivery)) {
                return Some(found.clone());
            }
            logged.changed().await.ok()?;
        }
    }

    fn queue(&self, desk: &mut Desk, parcel: Parcel) {
        let event = parcel.event.clone();
        // Fails only while the simulator shuts down, when nobody is left to deliver.
        if self.parcels.send(parcel).is_ok() {
            *desk.first_due.entry(event).or_default() += 1;
        }
    }

    fn log_delivery(&self, delivery: Delivery) {
        self.desk().log.push(delivery);
        self.logged.send_modify(|count| *count += 1);
    }

    fn first_ended(&self, event: &str) {
        let mut desk = self.desk();
        if let Some(due) = desk.first_due.get_mut(event) {
            *due -= 1;
            if *due == 0 {
                desk.first_due.remove(event);
            }
        }
        drop(desk);
        self.logged.send_modify(|count| *count += 1);
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries parcels until the task is aborted, which ends the waiting ones too.
pub(crate) async fn run(engine: Arc<Engine>, mut queue: mpsc::UnboundedReceiver<Parcel>) {
    let mut waiting = JoinSet::new();
    loop {
        tokio::select! {
            Some(parcel) = queue.recv() => {
                if parcel.delay.is_zero() {
                    if !deliver(&engine, &parcel).await {
                        waiting.spawn(retry(Arc::clone(&engine), parcel.event));
                    }
                } else {
                    waiting.spawn(deliver_later(Arc::clone(&engine), parcel));
                }
            }
            Some(_) = waiting.join_next() => {}
            else => return,
        }
    }
}

async fn deliver_later(engine: Arc<Engine>, parcel: Parcel) {
    tokio::time::sleep(parcel.delay).await;
    if !deliver(&engine, &parcel).await {
        retry(engine, parcel.event).await;
    }
}

/// The first attempt, with all copies at once. `true` when one was acknowledged.
async fn deliver(engine: &Arc<Engine>, parcel: &Parcel) -> bool {
    let mut copies = JoinSet::new();
    for _ in 0..parcel.copies {
        let (engine, event) = (Arc::clone(engine), parcel.event.clone());
        copies.spawn(async move { attempt(&engine, &event, 1).await });
    }
    let is_acknowledged = copies.join_all().await.contains(&true);
    if is_acknowledged {
        engine.delivery_ended(&parcel.event);
    }
    engine.courier.first_ended(&parcel.event);
    is_acknowledged
}

async fn retry(engine: Arc<Engine>, event: String) {
    for (number, delay) in (2..).zip(&engine.settings.retry_delays) {
        tokio::time::sleep(*delay).await;
        if attempt(&engine, &event, number).await {
            break;
        }
    }
    engine.delivery_ended(&event);
}

/// One request to the endpoint, signed now.
async fn attempt(engine: &Engine, event: &str, number: u32) -> bool {
    let Some((kind, body)) = engine.webhook_body(event) else { return false };
    let Some(url) = engine.courier.url() else { return false };
    let signature = signature_header(&engine.settings.webhook_secret, body.as_bytes(), engine.now());
    let answer = engine
        .client
        .post(url)
        .header(CONTENT_TYPE, "application/json; charset=utf-8")
        .header(USER_AGENT, "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", signature)
        .body(body)
        .send()
        .await;
    let (status, error) = match answer {
        Ok(answer) => (Some(answer.status().as_u16()), None),
        Err(error) => (None, Some(error.without_url().to_string())),
    };
    let delivery = Delivery { event: event.to_owned(), kind, attempt: number, status, error, dropped: false };
    let is_acknowledged = delivery.is_acknowledged();
    if !is_acknowledged {
        tracing::warn!(event.id = event, attempt = number, status, "webhook was not acknowledged");
    }
    engine.courier.log_delivery(delivery);
    is_acknowledged
}
