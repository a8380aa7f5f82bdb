use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};

use billing_core::{Authorize, Breakdown, Capture, Ledger, LedgerError, Money, Void};

use crate::{
    Meter, Outcomes,
    fail_open::Ticket,
    settler::{End, Kept, Place},
};

/// Settles its hold exactly once, in the background if it is dropped.
#[derive(Debug)]
pub(crate) struct HoldGuard {
    place: Option<Place>,
    ledger: Arc<dyn Ledger>,
    request: Authorize,
    breakdown: Option<Breakdown>,
    meter: Meter,
    terms: Terms,
    course: Course,
    kept: Option<Kept>,
    ticket: Option<Ticket>,
}

/// How calls are settled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) outcomes: Outcomes,
    /// Whether nobody waits for captures.
    pub(crate) in_background: bool,
}

/// How a call would have ended if it did now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Unanswered,
    ClientGone,
    BrokenOff,
    OtherAnswer,
    Delivered,
}

impl HoldGuard {
    /// Guards a hold that is about to be placed.
    pub(crate) fn new(
        place: Place,
        ledger: Arc<dyn Ledger>,
        request: Authorize,
        breakdown: Option<Breakdown>,
        terms: Terms,
    ) -> Self {
        let meter = Meter::new(request.amount);
        Self {
            place: Some(place),
            ledger,
            request,
            breakdown,
            meter,
            terms,
            course: Course::Unanswered,
            kept: None,
            ticket: None,
        }
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(crate) fn estimate(&self) -> Money {
        self.request.amount
    }

    /// The hold is extended for as long as the call runs.
    pub(crate) fn keep(&mut self, kept: Kept) {
        self.kept = Some(kept);
    }

    /// The call runs without a hold, by this right; `None` takes it back.
    pub(crate) fn let_through(&mut self, ticket: Option<Ticket>) {
        self.ticket = ticket;
    }

    /// The answer has begun: whether it delivers, as far as it has told.
    pub(crate) fn answer(&mut self, begins: bool) {
        self.course = if begins { Course::ClientGone } else { Course::OtherAnswer };
    }

    /// The answer has broken off.
    pub(crate) fn break_off(&mut self) {
        if self.course == Course::ClientGone {
            self.course = Course::BrokenOff;
        }
    }

    /// No hold was placed, or it is not ours; there is nothing to settle.
    pub(crate) fn disarm(mut self) {
        self.place = None;
    }

    /// Ends the call where somebody may wait for it: whether it has delivered. `None` when nobody has to: it is settled
    /// in the background.
    pub(crate) fn finish(mut self, delivered: bool) -> Option<Capturing> {
        self.course = if delivered { Course::Delivered } else { Course::OtherAnswer };
        if self.terms.in_background {
            return None;
        }
        let end = self.end();
        let End::Capture(_) = end else {
            return None;
        };
        let place = self.place.take();
        Some(Capturing::new(place, Arc::clone(&self.ledger), end, self.ticket.clone()))
    }

    fn end(&self) -> End {
        let Authorize { account, id, amount, operation, .. } = &self.request;
        let metered = self.meter.reading();
        match self.due().cost(metered, *amount) {
            None => End::Void(Void::new(account.clone(), *id)),
            Some(cost) => {
                let mut capture = Capture::new(account.clone(), *id, cost);
                capture.breakdown = self.breakdown(metered.filter(|metered| *metered == cost));
                End::Capture(match self.ticket {
                    Some(_) => capture.let_through(operation.clone()),
                    None => capture,
                })
            }
        }
    }

    fn due(&self) -> crate::Due {
        let Outcomes { delivered, client_gone, broken_off, other_answer, unanswered } = self.terms.outcomes;
        match self.course {
            Course::Unanswered => unanswered,
            Course::ClientGone => client_gone,
            Course::BrokenOff => broken_off,
            Course::OtherAnswer => other_answer,
            Course::Delivered => delivered,
        }
    }

    /// How the cost came about: as estimated, or metered beside the estimate.
    fn breakdown(&self, metered: Option<Money>) -> Option<Breakdown> {
        let estimate = self.breakdown.as_ref()?;
        match metered {
            None => Some(estimate.clone()),
            Some(_) => {
                Breakdown::new(format!(r#"{{"price":"metered","estimate":{}}}"#, estimate.as_str())).ok()
            }
        }
    }
}

impl Drop for HoldGuard {
    fn drop(&mut self) {
        // A panic is our side's failure, not a client that has gone.
        if thread::panicking() {
            self.break_off();
        }
        if let Some(place) = self.place.take() {
            settle_later(place, self.ticket.as_ref(), || self.end());
        }
    }
}

/// Settles where nobody waits. What was let through is only written down, here and now: the queue may be full of those
/// that wait for the ledger.
fn settle_later(place: Place, ticket: Option<&Ticket>, end: impl FnOnce() -> End) {
    match ticket {
        Some(ticket) => ticket.end_now(end()),
        None => drop(place.send(end())),
    }
}

type CaptureFuture = Pin<Box<dyn Future<Output = Result<Option<Money>, LedgerError>> + Send>>;

/// A capture that somebody waits for; it answers what was charged, if that is known. Dropped before it is done, or
/// failed, it goes on in the background: the hold's id makes the repeat harmless.
pub(crate) struct Capturing {
    place: Option<Place>,
    end: End,
    ticket: Option<Ticket>,
    future: CaptureFuture,
}

impl Capturing {
    /// How long the end of a body waits for a ledger that is out of reach or overrun. The call is charged in any case,
    /// so that giving up early only costs its caller the answer.
    const PATIENCE: Duration = Duration::from_secs(30);

    fn new(place: Option<Place>, ledger: Arc<dyn Ledger>, end: End, ticket: Option<Ticket>) -> Self {
        let (own, right) = (end.clone(), ticket.clone());
        let future = Box::pin(async move {
            match right {
                Some(ticket) => {
                    ticket.end(own).await;
                    Ok(None)
                }
                None => own.settle(&*ledger, Self::PATIENCE).await,
            }
        });
        Self { place, end, ticket, future }
    }
}

impl Future for Capturing {
    type Output = Result<Option<Money>, LedgerError>;

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
            settle_later(place, self.ticket.as_ref(), || self.end.clone());
        }
    }
}
