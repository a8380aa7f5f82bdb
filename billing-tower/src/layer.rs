use std::{fmt, sync::Arc, time::Duration};

use billing_core::{Clock, CostEstimator, LedgerSettings, Operation, SystemClock};
use bytes::Bytes;
use http::{Response, request::Parts};
use tower_layer::Layer;

use crate::{Charge, FromExtensions, Identify, Refusal, Settler, gate::Gate};

/// Layer that applies [`Charge`]: money is held before a call, and what it cost is taken when its response ends.
///
/// See the [crate page](crate) for an example and for what is charged when.
#[derive(Clone)]
pub struct ChargeLayer {
    gate: Arc<Gate>,
}

impl ChargeLayer {
    /// Bills calls at the estimator's prices on the settler's ledger.
    ///
    /// Who pays is read [from the request's extensions](FromExtensions). The operation is the last segment of the path,
    /// as it is spelt there: `search_cases` for `/api/tools/search_cases`.
    pub fn new(settler: Settler, estimator: impl CostEstimator) -> Self {
        let gate = Gate {
            settler,
            estimator: Arc::new(estimator),
            identity: Arc::new(FromExtensions),
            operation: Arc::new(last_segment),
            refuse: Arc::new(Refusal::into_response),
            clock: Arc::new(SystemClock),
            topup_url: None,
            hold_ttl: None,
            body_timeout: Duration::from_secs(30),
            upgrades: false,
        };
        Self { gate: Arc::new(gate) }
    }

    /// Another way to tell who pays.
    #[must_use]
    pub fn with_identity(self, identity: impl Identify) -> Self {
        self.with(|gate| gate.identity = Arc::new(identity))
    }

    /// Another way to tell what is called. A request that is no operation (`None`) is refused with 404: give what is
    /// free a price of nothing, or leave it outside this layer.
    #[must_use]
    pub fn with_operation(
        self,
        operation: impl Fn(&Parts) -> Option<Operation> + Send + Sync + 'static,
    ) -> Self {
        self.with(|gate| gate.operation = Arc::new(operation))
    }

    /// Another form for refusals than [`Refusal::into_response`].
    #[must_use]
    pub fn with_refusal(self, refuse: impl Fn(Refusal) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        self.with(|gate| gate.refuse = Arc::new(refuse))
    }

    /// Where to top up: it stands in refusals for lack of money.
    #[must_use]
    pub fn with_topup_url(self, url: impl Into<Arc<str>>) -> Self {
        self.with(|gate| gate.topup_url = Some(url.into()))
    }

    /// Another life for holds than the ledger's own: at least a second, at most [`LedgerSettings::MAX_HOLD_TTL`]. It
    /// has to cover the longest call; what ends later is charged only as far as the account has money left.
    #[must_use]
    pub fn with_hold_ttl(self, ttl: Duration) -> Self {
        let ttl = ttl.clamp(Duration::from_secs(1), LedgerSettings::MAX_HOLD_TTL);
        self.with(|gate| gate.hold_ttl = Some(ttl))
    }

    /// How long a body may take that the estimator wants to see; else 30 seconds.
    #[must_use]
    pub fn with_body_timeout(self, limit: Duration) -> Self {
        self.with(|gate| gate.body_timeout = limit)
    }

    /// Lets paid calls take the connection over (101, or `CONNECT`). They are charged before they do: what happens on
    /// the connection afterwards has no end that this layer could see. Else they are refused with 501.
    #[must_use]
    pub fn with_upgrades(self) -> Self {
        self.with(|gate| gate.upgrades = true)
    }

    /// Another clock; it tells how long to wait for a limit to reset.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock) -> Self {
        self.with(|gate| gate.clock = Arc::new(clock))
    }

    fn with(mut self, change: impl FnOnce(&mut Gate)) -> Self {
        change(Arc::make_mut(&mut self.gate));
        self
    }
}

impl<S> Layer<S> for ChargeLayer {
    type Service = Charge<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Charge { inner, gate: Arc::clone(&self.gate) }
    }
}

impl fmt::Debug for ChargeLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChargeLayer").field("gate", &self.gate).finish()
    }
}

fn last_segment(parts: &Parts) -> Option<Operation> {
    let segment = parts.uri.path().rsplit('/').next()?;
    // An escaped name would be priced as one thing and run as another.
    if segment.contains('%') { None } else { Operation::new(segment).ok() }
}
