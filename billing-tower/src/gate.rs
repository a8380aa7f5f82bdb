use std::{fmt, sync::Arc, time::Duration};

use billing_core::{
    AccountId, Authorize, Breakdown, Call, Clock, CostEstimator, Estimate, HoldId, LedgerError, Operation,
};
use bytes::Bytes;
use http::{Response, request::Parts};
use tokio::time::timeout;

use crate::{
    Identify, Payer, Refusal, Settler,
    guard::HoldGuard,
    pass::{Pass, PassHeaders},
};

/// What is asked of every call, and in which order.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) settler: Settler,
    pub(crate) estimator: Arc<dyn CostEstimator>,
    pub(crate) identity: Arc<dyn Identify>,
    pub(crate) operation: Arc<NameOperation>,
    pub(crate) refuse: Arc<Refuse>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) topup_url: Option<Arc<str>>,
    pub(crate) hold_ttl: Option<Duration>,
    pub(crate) body_timeout: Duration,
    pub(crate) upgrades: bool,
}

type NameOperation = dyn Fn(&Parts) -> Option<Operation> + Send + Sync;
type Refuse = dyn Fn(Refusal) -> Response<Bytes> + Send + Sync;

/// Who calls what.
pub(crate) struct Caller {
    account: AccountId,
    pub(crate) operation: Operation,
}

/// A call with its price.
pub(crate) struct Priced {
    authorize: Authorize,
    breakdown: Option<Breakdown>,
}

impl Gate {
    /// The longest that a call waits for the ledger.
    const LEDGER_TIMEOUT: Duration = Duration::from_secs(10);

    /// Who calls what; `None` when nobody has to pay.
    pub(crate) fn caller(&self, parts: &Parts) -> Result<Option<Caller>, Refusal> {
        let account = match self.identity.identify(parts) {
            Payer::Account(account) => account,
            Payer::Exempt { principal } => {
                tracing::info!(
                    principal,
                    path = parts.uri.path(),
                    "exempt call of {principal} runs unbilled"
                );
                return Ok(None);
            }
            Payer::Nobody => return Err(Refusal::unauthenticated()),
        };
        let operation = (self.operation)(parts).ok_or_else(|| Refusal::unknown_operation(None))?;
        Ok(Some(Caller { account, operation }))
    }

    /// What the call may cost; `None` when it is free.
    pub(crate) fn price(
        &self,
        caller: Caller,
        parts: &Parts,
        body: Option<&Bytes>,
    ) -> Result<Option<Priced>, Refusal> {
        let Caller { account, operation } = caller;
        let mut call = Call::new(&parts.method, parts.uri.path(), &operation, &parts.headers);
        call.body = body;
        match self.estimator.estimate(&call) {
            Ok(Estimate::UpTo { amount, breakdown }) => {
                let mut authorize = Authorize::new(HoldId::new(), account, amount, operation);
                authorize.ttl = self.hold_ttl;
                Ok(Some(Priced { authorize, breakdown }))
            }
            Ok(_) => Ok(None),
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

    /// Takes the means to settle, then the hold: whatever is dropped from there on is undone.
    pub(crate) async fn admit(self: Arc<Self>, priced: Priced) -> Result<Pass, Refusal> {
        let Priced { authorize, breakdown } = priced;
        let Some(place) = self.settler.place().await else {
            tracing::error!("call is refused: the settler has no place left");
            return Err(Refusal::unavailable());
        };
        let ledger = self.settler.ledger();
        let guard = HoldGuard::new(place, Arc::clone(ledger), &authorize, breakdown);
        let error = match timeout(Self::LEDGER_TIMEOUT, ledger.authorize(authorize.clone())).await {
            Ok(Ok(authorization)) => {
                let headers = PassHeaders::new(&authorization);
                return Ok(Pass { guard, headers });
            }
            Ok(Err(error)) => error,
            Err(elapsed) => LedgerError::Unavailable(elapsed.into()),
        };
        // Only a refusal is sure to have left no hold behind.
        if error.is_refusal() {
            guard.disarm();
        }
        log_refusal(&authorize, &error);
        Err(self.refusal(&error))
    }

    pub(crate) fn refusal(&self, error: &LedgerError) -> Refusal {
        let refusal = Refusal::from_ledger(error, self.clock.now());
        match &self.topup_url {
            Some(url) => refusal.with_topup_url(&**url),
            None => refusal,
        }
    }
}

fn log_refusal(authorize: &Authorize, error: &LedgerError) {
    let Authorize { account, operation, .. } = authorize;
    match error {
        LedgerError::InsufficientFunds { .. } | LedgerError::InDebt { .. } => {
            tracing::info!(account.id = %account, %operation, "Insufficient balance of account {account}: {error}");
        }
        error if error.is_refusal() => {
            tracing::info!(account.id = %account, %operation, "call of account {account} is refused: {error}");
        }
        error => {
            let error: &(dyn std::error::Error + 'static) = error;
            tracing::error!(account.id = %account, %operation, error, "call of account {account} can't be billed");
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("settler", &self.settler)
            .field("estimator", &self.estimator)
            .finish_non_exhaustive()
    }
}
