use std::{fmt, sync::Arc, time::Duration};

use billing_core::{Clock, CostEstimator, LedgerSettings, Operation, Profiles, SystemClock};
use bytes::Bytes;
use http::{HeaderName, Response, request::Parts};
use tower_layer::Layer;

use crate::{
    Charge, FailOpen, FromExtensions, Identify, Mode, Outcomes, Protocol, Refusal, Settler, gate::Gate,
    guard::Terms,
};

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
    /// as it is spelt there: `search_cases` for `/api/tools/search_cases`; see [`Protocol`] for others. A layer is one
    /// route's or a router's: routes that differ in how they are charged get layers of their own on one settler.
    pub fn new(settler: Settler, estimator: impl CostEstimator) -> Self {
        let gate = Gate {
            profiles: Profiles::new(Arc::clone(settler.ledger())),
            settler,
            estimator: Arc::new(estimator),
            identity: Arc::new(FromExtensions),
            operation: None,
            refuse: None,
            clock: Arc::new(SystemClock),
            topup_url: None,
            hold_ttl: None,
            body_limit: 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            upgrades: false,
            protocol: Protocol::Http,
            mode: Mode::Enforce,
            terms: Terms::default(),
            cost_header: None,
            fail_open: None,
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
        self.with(|gate| gate.operation = Some(Arc::new(operation)))
    }

    /// Another form for refusals than that of the route's [`Protocol`].
    #[must_use]
    pub fn with_refusal(self, refuse: impl Fn(Refusal) -> Response<Bytes> + Send + Sync + 'static) -> Self {
        self.with(|gate| gate.refuse = Some(Arc::new(refuse)))
    }

    /// Where to top up: it stands in refusals for lack of money.
    #[must_use]
    pub fn with_topup_url(self, url: impl Into<Arc<str>>) -> Self {
        self.with(|gate| gate.topup_url = Some(url.into()))
    }

    /// Another life for holds than the ledger's own: at least a second, at most [`LedgerSettings::MAX_HOLD_TTL`]. The
    /// hold of a call that lasts longer is extended; that of a process that was killed is free again so soon.
    #[must_use]
    pub fn with_hold_ttl(self, ttl: Duration) -> Self {
        let ttl = ttl.clamp(Duration::from_secs(1), LedgerSettings::MAX_HOLD_TTL);
        self.with(|gate| gate.hold_ttl = Some(ttl))
    }

    /// What the routes speak; else plain HTTP.
    #[must_use]
    pub fn with_protocol(self, protocol: Protocol) -> Self {
        self.with(|gate| gate.protocol = protocol)
    }

    /// Whether calls are refused and charged; else they are.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> Self {
        self.with(|gate| gate.mode = mode)
    }

    /// What calls cost, by how they end; else [`Outcomes::default`].
    #[must_use]
    pub fn with_outcomes(self, outcomes: Outcomes) -> Self {
        self.with(|gate| gate.terms.outcomes = outcomes)
    }

    /// Lets bodies end without waiting for their capture, which goes on in the background: an answer that was read to
    /// its end is charged a moment later, and should the process be killed in that moment, not before its hold expires
    /// and not at all. No trailer tells the cost then.
    #[must_use]
    pub fn with_background_settlement(self) -> Self {
        self.with(|gate| gate.terms.in_background = true)
    }

    /// The header or trailer in which the inner service, such as a proxy, tells what a call really costs: a plain
    /// decimal number, `0.0125`. It counts like [`Meter::record`](crate::Meter::record), a trailer after a header, and
    /// is taken out of the answer. One that can't be read is logged and leaves the estimate.
    #[must_use]
    pub fn with_cost_header(self, name: HeaderName) -> Self {
        self.with(|gate| gate.cost_header = Some(name))
    }

    /// Lets calls through while the ledger is out of reach, within bounds; else they are refused.
    #[must_use]
    pub fn with_fail_open(self, fail_open: FailOpen) -> Self {
        self.with(|gate| gate.fail_open = Some(fail_open))
    }

    /// What is known of payers, shared with others; else the layer asks the settler's ledger itself.
    #[must_use]
    pub fn with_profiles(self, profiles: Profiles) -> Self {
        self.with(|gate| gate.profiles = profiles)
    }

    /// How long a body may be that names its call ([`Protocol::JsonRpc`], [`Protocol::Mcp`]); else 1 MiB. Estimators
    /// bound what they want to see themselves.
    #[must_use]
    pub fn with_body_limit(self, bytes: usize) -> Self {
        self.with(|gate| gate.body_limit = bytes)
    }

    /// How long a body may take that names its call, or that the estimator wants to see; else 30 seconds.
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
