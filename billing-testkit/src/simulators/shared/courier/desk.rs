//! Where events are taken in, by plan, and where deliveries are noted.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;
use reqwest::header::HeaderMap;
use tokio::sync::{mpsc, watch};

use super::delivery::Delivery;
use super::plan::DeliveryPlan;
use super::release::ReleaseOrder;
use crate::simulators::shared::state::Event;

/// How long those who wait for first attempts wait at most.
const FIRST_ATTEMPTS_CEILING: Duration = Duration::from_secs(5);

/// More copies would only exhaust this machine.
const MOST_DUPLICATES: u32 = 100;

/// Older deliveries are forgotten.
const DELIVERIES_KEPT: usize = 10_000;

/// Who has events to send.
pub(crate) trait Sender: Send + Sync + 'static {
    fn courier(&self) -> &Courier;

    /// What to send for an event, and where. Made anew for each attempt; `None`: nothing, or nowhere.
    fn letter(&self, event: &str) -> Option<Letter>;

    /// Whether an endpoint that answers so has taken the event.
    fn is_acknowledged(&self, status: u16) -> bool;

    /// Nothing more will be sent for this event.
    fn delivery_ended(&self, event: &str);
}

/// An event as it goes out.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) kind: String,
    pub(crate) object: String,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// Events on their way.
#[derive(Debug)]
pub(crate) struct Courier {
    pub(super) client: reqwest::Client,
    pub(super) retry_delays: Vec<Duration>,
    desk: Mutex<Desk>,
    parcels: mpsc::UnboundedSender<Parcel>,
    /// Bumped whenever a delivery is logged or a parcel has ended.
    logged: watch::Sender<u64>,
}

#[derive(Debug)]
struct Desk {
    plan: DeliveryPlan,
    luck: Rng,
    held: Vec<String>,
    /// Events to go out at once whose first attempt has not ended, with how often they are in the queue.
    first_due: HashMap<String, u32>,
    /// Parcels queued, delayed or to be repeated.
    under_way: usize,
    log: VecDeque<Delivery>,
}

/// An event to be delivered.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(super) event: String,
    pub(super) copies: u32,
    pub(super) delay: Duration,
}

impl Courier {
    pub(crate) fn new(
        timeout: Duration,
        retry_delays: Vec<Duration>,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Parcel>)> {
        let client = reqwest::Client::builder()
            .timeout(timeout)
            // The endpoint is on this machine, and a redirect counts as a failure.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(io::Error::other)?;
        let (parcels, queue) = mpsc::unbounded_channel();
        let desk = Desk {
            plan: DeliveryPlan::new(),
            luck: Rng::with_seed(0),
            held: Vec::new(),
            first_due: HashMap::new(),
            under_way: 0,
            log: VecDeque::new(),
        };
        let logged = watch::Sender::new(0);
        Ok((Self { client, retry_delays, desk: Mutex::new(desk), parcels, logged }, queue))
    }

    pub(crate) fn plan(&self) -> DeliveryPlan {
        self.desk().plan.clone()
    }

    pub(crate) fn set_plan(&self, plan: DeliveryPlan) {
        let mut desk = self.desk();
        if let Some(chaos) = &plan.chaos {
            desk.luck = Rng::with_seed(chaos.seed);
        }
        desk.plan = plan;
    }

    pub(crate) fn held(&self) -> Vec<String> {
        self.desk().held.clone()
    }

    pub(crate) fn log(&self) -> Vec<Delivery> {
        self.desk().log.iter().cloned().collect()
    }

    /// The last deliveries, the latest first.
    pub(crate) fn latest(&self, count: usize) -> Vec<Delivery> {
        self.desk().log.iter().rev().take(count).cloned().collect()
    }

    /// Takes an event by the plan. `false` when it will never be sent.
    pub(crate) fn dispatch(&self, event: &impl Event) -> bool {
        let mut desk = self.desk();
        let parcels = desk.fate(event.id());
        if parcels.is_empty() {
            drop(desk);
            self.note(Delivery {
                event: event.id().to_owned(),
                kind: event.kind().to_owned(),
                object: event.object_id().to_owned(),
                attempt: 1,
                status: None,
                error: None,
                dropped: true,
                acknowledged: false,
            });
            return false;
        }
        if desk.plan.hold {
            desk.held.push(event.id().to_owned());
        } else {
            for parcel in parcels {
                self.queue(&mut desk, parcel);
            }
        }
        true
    }

    /// Sends an event once more, whatever the plan says.
    pub(crate) fn redeliver(&self, event: &str) {
        self.queue(&mut self.desk(), Parcel::at_once(event));
    }

    /// Lets events go that were held back. Holding ends with it.
    pub(crate) fn release(&self, order: &ReleaseOrder) -> Vec<String> {
        let mut desk = self.desk();
        desk.plan.hold = false;
        let released = order.take(&mut desk.held);
        for event in &released {
            self.queue(&mut desk, Parcel::at_once(event));
        }
        released
    }

    /// Waits until the first attempts of these events have ended, within reason. Nobody waits for what the plan delays.
    pub(crate) async fn first_attempts(&self, events: &[String]) {
        let mut logged = self.logged.subscribe();
        let ended = logged.wait_for(|_| {
            let desk = self.desk();
            !events.iter().any(|event| desk.first_due.contains_key(event))
        });
        // Too late or not: those who wait go on, and the retries do the rest.
        let _ = tokio::time::timeout(FIRST_ATTEMPTS_CEILING, ended).await;
    }

    /// Waits until nothing is queued, delayed or to be repeated.
    pub(crate) async fn quiet(&self) {
        let mut logged = self.logged.subscribe();
        // The sender is a field of this very courier, so the wait has no other end.
        let _ = logged.wait_for(|_| self.desk().under_way == 0).await;
    }

    /// Waits for a delivery that satisfies the condition.
    pub(crate) async fn wait_for(&self, wanted: impl Fn(&Delivery) -> bool) -> Delivery {
        let mut logged = self.logged.subscribe();
        loop {
            if let Some(found) = self.desk().log.iter().find(|delivery| wanted(delivery)) {
                return found.clone();
            }
            // The sender is a field of this very courier, so the wait has no other end.
            let _ = logged.changed().await;
        }
    }

    pub(super) fn note(&self, delivery: Delivery) {
        let mut desk = self.desk();
        if desk.log.len() == DELIVERIES_KEPT {
            desk.log.pop_front();
        }
        desk.log.push_back(delivery);
        drop(desk);
        self.logged.send_modify(|count| *count += 1);
    }

    pub(super) fn first_ended(&self, parcel: &Parcel) {
        if !parcel.is_awaited() {
            return;
        }
        let mut desk = self.desk();
        if let Some(due) = desk.first_due.get_mut(&parcel.event) {
            *due -= 1;
            if *due == 0 {
                desk.first_due.remove(&parcel.event);
            }
        }
        drop(desk);
        self.logged.send_modify(|count| *count += 1);
    }

    /// A parcel was taken, or given up.
    pub(super) fn ended(&self) {
        self.desk().under_way -= 1;
        self.logged.send_modify(|count| *count += 1);
    }

    fn queue(&self, desk: &mut Desk, parcel: Parcel) {
        let awaited = parcel.is_awaited().then(|| parcel.event.clone());
        // Fails only while the simulator shuts down, when nobody is left to deliver.
        if self.parcels.send(parcel).is_ok() {
            desk.under_way += 1;
            if let Some(event) = awaited {
                *desk.first_due.entry(event).or_default() += 1;
            }
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// How an event goes out by the plan; not at all when it is dropped.
    fn fate(&mut self, event: &str) -> Vec<Parcel> {
        if self.plan.drops() {
            return Vec::new();
        }
        let planned = Duration::from_millis(self.plan.delay_ms);
        let copies = 1 + self.plan.duplicates.min(MOST_DUPLICATES);
        let delays = match &self.plan.chaos {
            Some(chaos) => chaos.draw(&mut self.luck, MOST_DUPLICATES),
            None => vec![Duration::ZERO],
        };
        let parcel = |delay| Parcel { event: event.to_owned(), copies, delay: planned.saturating_add(delay) };
        delays.into_iter().map(parcel).collect()
    }
}

impl Parcel {
    fn at_once(event: &str) -> Self {
        Self { event: event.to_owned(), copies: 1, delay: Duration::ZERO }
    }

    /// Whether those who caused it wait for its first attempt.
    fn is_awaited(&self) -> bool {
        self.delay.is_zero()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Courier, DELIVERIES_KEPT, Delivery};

    #[test]
    fn only_so_many_deliveries_are_kept() {
        let (courier, _queue) = Courier::new(Duration::from_secs(1), Vec::new()).unwrap();
        for number in 0..DELIVERIES_KEPT + 5 {
            courier.note(Delivery {
                event: number.to_string(),
                kind: String::new(),
                object: String::new(),
                attempt: 1,
                status: Some(200),
                error: None,
                dropped: false,
                acknowledged: true,
            });
        }
        let log = courier.log();
        assert_eq!((log.len(), log[0].event.as_str()), (DELIVERIES_KEPT, "5"));
    }
}
