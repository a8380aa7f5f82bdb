use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};

use billing_core::{AccountId, Breakdown, Capture, HoldId, Ledger, LedgerError, Money, Void};

use crate::{
    Meter,
    settler::{Place, Settlement},
};

/// Settles its hold exactly once, in the background if it is dropped.
#[derive(Debug)]
pub(crate) struct HoldGuard {
    place: Option<Place>,
    ledger: Arc<dyn Ledger>,
    account: AccountId,
    hold: HoldId,
    estimate: Money,
    breakdown: Option<Breakdown>,
    meter: Meter,
    delivered: bool,
}

impl HoldGuard {
    /// Guards a hold that is about to be placed.
    pub(crate) fn new(
        place: Place,
        ledger: Arc<dyn Ledger>,
        request: &billing_core::Authorize,
        breakdown: Option<Breakdown>,
    ) -> Self {
        Self {
            place: Some(place),
            ledger,
            account: request.account.clone(),
            hold: request.id,
            estimate: request.amount,
            breakdown,
            meter: Meter::new(request.amount),
            delivered: false,
        }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// The call delivers: it costs the estimate, unless the meter says otherwise.
    pub(crate) fn deliver(&mut self) {
        self.delivered = true;
    }

    /// The call has failed: it costs nothing, unless the meter says otherwise.
    pub(crate) fn fail(&mut self) {
        self.delivered = false;
    }

    /// No hold was placed; there is nothing to settle.
    pub(crate) fn disarm(mut self) {
        self.place = None;
    }

    /// Ends the call where somebody waits for it. `None` when it costs nothing: its hold is freed in the background.
    pub(crate) fn finish(mut self) -> Option<Capturing> {
        let settlement = self.settlement();
        let Settlement::Capture(_) = settlement else {
            return None;
        };
        let place = self.place.take();
        Some(Capturing::new(place, Arc::clone(&self.ledger), settlement))
    }

    fn settlement(&self) -> Settlement {
        let (cost, breakdown) = match self.meter.reading() {
            Some(cost) if self.delivered || cost.is_positive() => (cost, None),
            None if self.delivered => (self.estimate, self.breakdown.clone()),
            _ => return Settlement::Void(Void::new(self.account.clone(), self.hold)),
        };
        let capture = Capture::new(self.account.clone(), self.hold, cost);
        Settlement::Capture(match breakdown {
            Some(breakdown) => capture.with_breakdown(breakdown),
            None => capture,
        })
    }
}

impl Drop for HoldGuard {
    fn drop(&mut self) {
        // A panic is our side's failure, not a client that has gone.
        if thread::panicking() {
            self.fail();
        }
        if let Some(place) = self.place.take() {
            place.send(self.settlement());
        }
    }
}

type CaptureFuture = Pin<Box<dyn Future<Output = Result<(), LedgerError>> + Send>>;

/// A capture that somebody waits for. Dropped before it is done, or failed, it goes on in the background: the hold's
/// id makes the repeat harmless.
pub(crate) struct Capturing {
    place: Option<Place>,
    settlement: Settlement,
    future: CaptureFuture,
}

impl Capturing {
    /// How long the end of a body waits for a ledger out of reach.
    const PATIENCE: Duration = Duration::from_secs(5);

    fn new(place: Option<Place>, ledger: Arc<dyn Ledger>, settlement: Settlement) -> Self {
        let own = settlement.clone();
        let future = Box::pin(async move { own.settle(&*ledger, Self::PATIENCE).await });
        Self { place, settlement, future }
    }
}

impl Future for Capturing {
    type Output = Result<(), LedgerError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(self.future.as_mut().poll(cx));
        if outcome.is_ok() {
            self.place = None;
        }
        Poll::Ready(outcome)
    }
}

impl Drop for Capturing {
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            place.send(self.settlement.clone());
        }
    }
}
