//! The courier's round: attempts, copies and retries.
//!
//! First attempts go out one after the other, in the order of the events. Delayed events and retries wait in tasks of
//! their own, so that they hold nobody up.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::delivery::Delivery;
use super::desk::{Parcel, Sender};

/// Carries parcels until the simulator stops, which ends the waiting ones too.
pub(crate) async fn run<S: Sender>(
    sender: Arc<S>,
    queue: mpsc::UnboundedReceiver<Parcel>,
    mut stop: watch::Receiver<bool>,
) {
    tokio::select! {
        // Ends with an error only when the simulator is gone, which is a reason to stop as well.
        _ = stop.wait_for(|stopped| *stopped) => {}
        () = carry(sender, queue) => {}
    }
}

async fn carry<S: Sender>(sender: Arc<S>, mut queue: mpsc::UnboundedReceiver<Parcel>) {
    let mut waiting = JoinSet::new();
    loop {
        tokio::select! {
            Some(parcel) = queue.recv() => {
                if !parcel.delay.is_zero() {
                    waiting.spawn(deliver_later(Arc::clone(&sender), parcel));
                } else if !deliver(&sender, &parcel).await {
                    waiting.spawn(retry(Arc::clone(&sender), parcel.event));
                }
            }
            Some(_) = waiting.join_next() => {}
            else => return,
        }
    }
}

async fn deliver_later<S: Sender>(sender: Arc<S>, parcel: Parcel) {
    tokio::time::sleep(parcel.delay).await;
    if !deliver(&sender, &parcel).await {
        retry(sender, parcel.event).await;
    }
}

/// The first attempt, with all copies at once. `true` when one was acknowledged, which ends the parcel.
async fn deliver<S: Sender>(sender: &Arc<S>, parcel: &Parcel) -> bool {
    let mut copies = JoinSet::new();
    for _ in 0..parcel.copies {
        let (sender, event) = (Arc::clone(sender), parcel.event.clone());
        copies.spawn(async move { attempt(&*sender, &event, 1).await });
    }
    let is_acknowledged = copies.join_all().await.contains(&true);
    if is_acknowledged {
        end(&**sender, &parcel.event);
    }
    sender.courier().first_ended(parcel);
    is_acknowledged
}

async fn retry<S: Sender>(sender: Arc<S>, event: String) {
    for (number, delay) in (2..).zip(&sender.courier().retry_delays) {
        tokio::time::sleep(*delay).await;
        if attempt(&*sender, &event, number).await {
            break;
        }
    }
    end(&*sender, &event);
}

fn end(sender: &impl Sender, event: &str) {
    sender.delivery_ended(event);
    sender.courier().ended();
}

/// One request to the endpoint, signed now.
async fn attempt(sender: &impl Sender, event: &str, number: u32) -> bool {
    let Some(letter) = sender.letter(event) else { return false };
    let courier = sender.courier();
    let answer = courier.client.post(letter.url).headers(letter.headers).body(letter.body).send().await;
    let (status, error) = match answer {
        Ok(answer) => (Some(answer.status().as_u16()), None),
        Err(error) => (None, Some(error.without_url().to_string())),
    };
    let is_acknowledged = status.is_some_and(|status| sender.is_acknowledged(status));
    if !is_acknowledged {
        tracing::warn!(event.id = event, attempt = number, status, "webhook was not acknowledged");
    }
    courier.note(Delivery {
        event: event.to_owned(),
        kind: letter.kind,
        object: letter.object,
        attempt: number,
        status,
        error,
        dropped: false,
        acknowledged: is_acknowledged,
    });
    is_acknowledged
}
