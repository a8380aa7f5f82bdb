//! API calls that fail on demand.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::connection::Connection;

/// How a call fails.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fault {
    /// This HTTP status, with the body that the provider or what stands before it would send.
    Status(u16),
    /// The provider's own error of this code, in its own form: Fondy's `1002`, Stripe's `lock_timeout`.
    ApiError(String),
    /// Status 502 with a page of HTML, as a proxy in between would answer.
    Garbage,
    /// No answer, until the caller gives up or the simulator stops.
    Hang,
    /// The connection is closed without an answer.
    Close,
    /// The right answer, so many milliseconds late.
    Delay(u64),
}

/// An error asked for, still without its form.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Demanded<'a> {
    Status(StatusCode),
    Code(&'a str),
}

/// Whether the call takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultStage {
    /// It fails before anything is done. While it waits, its idempotency key, if any, is in use.
    #[default]
    Before,
    /// It is done, and kept under its idempotency key, but the answer is lost.
    After,
}

/// A fault for the next calls that it fits: by default for one call of any kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ApiFault {
    /// How the call fails.
    pub fault: Fault,
    /// Whether it takes effect first.
    #[serde(default)]
    pub stage: FaultStage,
    /// How many calls fail.
    #[serde(default = "once")]
    pub times: u32,
    /// Only calls of this method.
    #[serde(default)]
    pub method: Option<String>,
    /// Only calls whose path begins so: `/v1/refunds`, `/api/reverse`.
    #[serde(default)]
    pub path: Option<String>,
}

fn once() -> u32 {
    1
}

impl ApiFault {
    /// One call of any kind fails before it takes effect.
    pub fn new(fault: Fault) -> Self {
        Self { fault, stage: FaultStage::Before, times: once(), method: None, path: None }
    }

    /// The call takes effect, and its answer is lost.
    #[must_use]
    pub fn with_effect(mut self) -> Self {
        self.stage = FaultStage::After;
        self
    }

    /// So many calls fail.
    #[must_use]
    pub fn with_times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Only calls of this method whose path begins so: `("POST", "/v1/refunds")`.
    #[must_use]
    pub fn with_route(mut self, method: impl Into<String>, path: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self.path = Some(path.into());
        self
    }

    fn fits(&self, method: &Method, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method.as_str())
            && self.path.as_deref().is_none_or(|wanted| path.starts_with(wanted))
    }
}

/// Faults that wait for their calls, first come, first served.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<VecDeque<ApiFault>>);

impl Faults {
    pub(crate) fn add(&self, fault: ApiFault) {
        self.queue().push_back(fault);
    }

    pub(crate) fn clear(&self) {
        self.queue().clear();
    }

    pub(crate) fn list(&self) -> Vec<ApiFault> {
        self.queue().iter().cloned().collect()
    }

    /// The fault for this call, if one waits for it.
    pub(crate) fn take(&self, method: &Method, path: &str) -> Option<ApiFault> {
        let mut queue = self.queue();
        let place = queue.iter().position(|fault| fault.fits(method, path))?;
        let fault = queue.get_mut(place)?;
        let struck = fault.clone();
        fault.times = fault.times.saturating_sub(1);
        if fault.times == 0 {
            queue.remove(place);
        }
        Some(struck)
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<ApiFault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a call answers instead if its fault, if any, is for this stage; `None` when it may go on.
pub(crate) async fn strike(
    fault: Option<&ApiFault>,
    stage: FaultStage,
    connection: &Connection,
    stop: watch::Receiver<bool>,
    refuse: impl FnOnce(Demanded<'_>) -> Response,
) -> Option<Response> {
    let fault = fault.filter(|fault| fault.stage == stage)?;
    fault.fault.strike(connection, stop, refuse).await
}

impl Fault {
    /// The provider's own error of this code: `Fault::api_error(1002)`.
    #[expect(clippy::needless_pass_by_value, reason = "a code by value is what callers write")]
    pub fn api_error(code: impl ToString) -> Self {
        Self::ApiError(code.to_string())
    }

    /// Does its worst: errors in the form that `refuse` gives them. `None` when the call may go on.
    async fn strike(
        &self,
        connection: &Connection,
        mut stop: watch::Receiver<bool>,
        refuse: impl FnOnce(Demanded<'_>) -> Response,
    ) -> Option<Response> {
        match self {
            Self::Status(status) => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                Some(refuse(Demanded::Status(status)))
            }
            Self::ApiError(code) => Some(refuse(Demanded::Code(code))),
            Self::Garbage => {
                let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
                Some((StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], page).into_response())
            }
            Self::Hang => {
                // Ends with an error only when the simulator is gone, which ends the wait as well.
                let _ = stop.wait_for(|stopped| *stopped).await;
                Some(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
            Self::Close => {
                connection.cut();
                Some(Response::new(Body::empty()))
            }
            Self::Delay(milliseconds) => {
                tokio::time::sleep(Duration::from_millis(*milliseconds)).await;
                None
            }
        }
    }
}
