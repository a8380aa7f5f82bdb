use std::{fmt, sync::Arc, time::Duration};

use billing_core::{
    AccountId, Authorize, Breakdown, Call, Clock, CostEstimator, Estimate, HoldId, LedgerError, Operation,
    Profile, Profiles,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Response, request::Parts};
use serde_json::value::RawValue;

use crate::{
    FailOpen, Identify, Mode, Payer, Protocol, Refusal, Settler,
    guard::Terms,
    idempotency::IdempotencyKey,
    in_time::in_time,
    protocol::{Spoken, grpc_operation, listen},
};

/// What is asked of every call, and in which order.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) settler: Settler,
    pub(crate) estimator: Arc<dyn CostEstimator>,
    pub(crate) profiles: Profiles,
    pub(crate) identity: Arc<dyn Identify>,
    pub(crate) operation: Option<Arc<NameOperation>>,
    pub(crate) refuse: Option<Arc<Refuse>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) topup_url: Option<Arc<str>>,
    pub(crate) hold_ttl: Option<Duration>,
    pub(crate) body_limit: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) upgrades: bool,
    pub(crate) protocol: Protocol,
    pub(crate) mode: Mode,
    pub(crate) terms: Terms,
    pub(crate) cost_header: Option<HeaderName>,
    pub(crate) fail_open: Option<FailOpen>,
}

pub(crate) type NameOperation = dyn Fn(&Parts) -> Option<Operation> + Send + Sync;
pub(crate) type Refuse = dyn Fn(Refusal) -> Response<Bytes> + Send + Sync;

/// A call whose payer is known.
#[derive(Debug)]
pub(crate) struct Caller {
    account: AccountId,
    key: Option<IdempotencyKey>,
    operation: Option<Operation>,
    /// How an answer in JSON-RPC names the request.
    pub(crate) id: Option<Box<RawValue>>,
    /// What the price depends on, where it is not the whole body.
    arguments: Option<Bytes>,
}

/// A call with its price.
#[derive(Debug)]
pub(crate) struct Priced {
    pub(crate) authorize: Authorize,
    pub(crate) breakdown: Option<Breakdown>,
    pub(crate) key: Option<IdempotencyKey>,
}

impl Gate {
    /// Who pays; `None` when nobody has to.
    pub(crate) fn payer(&self, parts: &Parts) -> Result<Option<AccountId>, Refusal> {
        let path = parts.uri.path();
        match self.identity.identify(parts) {
            Payer::Account(_) if self.mode == Mode::Off => Ok(None),
            Payer::Account(account) => Ok(Some(account)),
            Payer::Exempt { principal } => {
                tracing::info!(principal, path, "exempt call of {principal} runs unbilled");
                Ok(None)
            }
            Payer::Nobody => Err(Refusal::unauthenticated()),
        }
    }

    /// What is called, as far as the head tells; `None` when it is free.
    pub(crate) fn caller(
        &self,
        account: AccountId,
        parts: &Parts,
        has_body: bool,
    ) -> Result<Option<Caller>, Refusal> {
        let key = match IdempotencyKey::read(&parts.headers) {
            // It is ignored: an observed call is refused by nothing.
            Err(_) if self.mode == Mode::Observe => None,
            key => key?,
        };
        let caller = |operation| Caller { account, key, operation, id: None, arguments: None };
        if self.protocol.is_json_rpc() && self.operation.is_none() {
            // What brings nothing calls nothing, such as a client that listens.
            return Ok((has_body || parts.method == Method::POST).then(|| caller(None)));
        }
        let operation = match &self.operation {
            Some(name) => name(parts),
            None if self.protocol == Protocol::Grpc => grpc_operation(parts),
            None => last_segment(parts),
        };
        match operation {
            Some(operation) => Ok(Some(caller(Some(operation)))),
            None if self.mode == Mode::Observe => {
                tracing::warn!(path = parts.uri.path(), "observed call is no operation, and runs unbilled");
                Ok(None)
            }
            None => Err(Refusal::unknown_operation(None)),
        }
    }

    /// How long a body has to be read before the call can be priced.
    pub(crate) fn body_limit(&self, caller: &Caller) -> Option<usize> {
        match &caller.operation {
            None => Some(self.body_limit),
            Some(_) if self.protocol.is_json_rpc() => Some(self.body_limit),
            Some(operation) => self.estimator.needs(operation).body_limit,
        }
    }

    /// Names the call by its body, where it is named there. Whether it is one that may cost something.
    pub(crate) fn listen(
        &self,
        caller: &mut Caller,
        headers: &HeaderMap,
        body: Option<&Bytes>,
    ) -> Result<bool, Refusal> {
        let Some(body) = body.filter(|_| self.protocol.is_json_rpc()) else { return Ok(true) };
        let spoken = listen(self.protocol, headers, body);
        if spoken.is_err() && self.mode == Mode::Observe {
            tracing::warn!("observed call is no JSON-RPC request, and runs unbilled");
            return Ok(false);
        }
        let Spoken { id, call } = spoken?;
        caller.id = id;
        let Some((operation, arguments)) = call else { return Ok(caller.operation.is_some()) };
        caller.operation.get_or_insert(operation);
        caller.arguments = Some(arguments);
        Ok(true)
    }

    /// The payer's profile, as far as the price depends on it: at once, or to be waited for.
    pub(crate) fn profile(&self, caller: &Caller) -> KnownProfile {
        match &caller.operation {
            Some(operation) if self.estimator.needs(operation).profile => {
                self.profiles.known(&caller.account).map_or(KnownProfile::Unknown, KnownProfile::Known)
            }
            _ => KnownProfile::Needless,
        }
    }

    /// Asks for the payer's profile.
    pub(crate) fn look_up(
        &self,
        caller: &Caller,
    ) -> impl Future<Output = Result<Profile, LedgerError>> + use<> {
        let (profiles, account) = (self.profiles.clone(), caller.account.clone());
        async move { in_time(profiles.get(&account)).await }
    }

    /// What the call may cost; `None` when it is free.
    pub(crate) fn price(
        &self,
        caller: Caller,
        profile: Option<&Profile>,
        parts: &Parts,
        body: Option<&Bytes>,
    ) -> Result<Option<Priced>, Refusal> {
        let Caller { account, key, operation, arguments, .. } = caller;
        let operation = operation.ok_or_else(|| Refusal::unknown_operation(None))?;
        let mut call = Call::new(&parts.method, parts.uri.path(), &operation, &parts.headers);
        call.body = arguments.as_ref().or(body);
        call.profile = profile;
        match self.estimator.estimate(&call) {
            Ok(Estimate::UpTo { amount, breakdown }) => {
                let hold = key.as_ref().map_or_else(HoldId::new, |key| key.hold(&account, 0));
                let mut authorize = Authorize::new(hold, account, amount, operation);
                authorize.ttl = self.hold_ttl;
                authorize.observe = self.mode == Mode::Observe;
                authorize.is_first = key.is_some();
                Ok(Some(Priced { authorize, breakdown, key }))
            }
            Ok(_) => Ok(None),
            Err(error) if self.mode == Mode::Observe => {
                tracing::warn!(%operation, "observed call of {operation} has no estimate, and runs unbilled: {error}");
                Ok(None)
            }
            Err(error) => {
                let refusal = Refusal::from_estimate(&error);
                if refusal.status().is_server_error() {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::error!(%operation, error, "call of {operation} is refused: it has no estimate");
                }
                Err(refusal)
            }
        }
    }

    /// How calls are settled. Nobody waits for what is only observed.
    pub(crate) fn terms(&self) -> Terms {
        let in_background = self.terms.in_background || self.mode == Mode::Observe;
        Terms { in_background, ..self.terms }
    }

    pub(crate) fn refusal(&self, error: &LedgerError) -> Refusal {
        let refusal = Refusal::from_ledger(error, self.clock.now());
        match &self.topup_url {
            Some(url) => refusal.with_topup_url(&**url),
            None => refusal,
        }
    }

    /// The answer to a call that is not let through, as its route speaks.
    pub(crate) fn answer(&self, refusal: Refusal, id: Option<&RawValue>) -> Response<Bytes> {
        match (&self.refuse, self.protocol, id) {
            (Some(refuse), ..) => refuse(refusal),
            (None, Protocol::Grpc, _) => refusal.into_grpc(),
            (None, Protocol::JsonRpc | Protocol::Mcp, Some(id)) => refusal.into_json_rpc(id),
            (None, ..) => refusal.into_response(),
        }
    }
}

/// What is known of a payer.
#[derive(Debug)]
pub(crate) enum KnownProfile {
    /// The price does not depend on it.
    Needless,
    Known(Profile),
    /// It has to be asked for.
    Unknown,
}

fn last_segment(parts: &Parts) -> Option<Operation> {
    let segment = parts.uri.path().rsplit('/').next()?;
    // An escaped name would be priced as one thing and run as another.
    if segment.contains('%') { None } else { Operation::new(segment).ok() }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("settler", &self.settler)
            .field("estimator", &self.estimator)
            .field("protocol", &self.protocol)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}
