//! From a request to its answer: authorization, idempotency, faults, and the operation itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, Request, State as Shared};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use serde_json::Value;

use super::call::{Call, Caller};
use crate::simulators::shared::connection::Connection;
use crate::simulators::shared::faults::{self, FaultStage};
use crate::simulators::stripe::API_VERSION;
use crate::simulators::stripe::engine::Engine;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::idempotency::Remembered;
use crate::simulators::stripe::ids;
use crate::simulators::stripe::state::{Moment, State};

type Read = fn(&State, &Call) -> Result<Value, ApiError>;
type Write = fn(&mut State, &Moment, &Call) -> Result<Value, ApiError>;

/// What stands behind a method and a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint {
    operation: Operation,
    parameters: &'static [&'static str],
    expandable: &'static [&'static str],
    is_for_browsers: bool,
}

#[derive(Debug, Clone, Copy)]
enum Operation {
    Read(Read),
    Write(Write),
}

impl Endpoint {
    pub(super) fn read(look: Read) -> Self {
        Self::new(Operation::Read(look))
    }

    pub(super) fn write(act: Write) -> Self {
        Self::new(Operation::Write(act))
    }

    fn new(operation: Operation) -> Self {
        Self { operation, parameters: &[], expandable: &[], is_for_browsers: false }
    }

    /// The parameters it knows; any other is refused.
    pub(super) fn taking(self, parameters: &'static [&'static str]) -> Self {
        Self { parameters, ..self }
    }

    /// The properties that `expand` may name.
    pub(super) fn expanding(self, expandable: &'static [&'static str]) -> Self {
        Self { expandable, ..self }
    }

    /// Whoever holds the client secret may call it with a publishable key.
    pub(super) fn for_browsers(self) -> Self {
        Self { is_for_browsers: true, ..self }
    }

    /// `GET` when it reads, `POST` when it writes.
    pub(super) fn route(self) -> MethodRouter<Arc<Engine>> {
        let method = match self.operation {
            Operation::Read(_) => MethodFilter::GET,
            Operation::Write(_) => MethodFilter::POST,
        };
        let handler = move |Shared(engine): Shared<Arc<Engine>>,
                            ConnectInfo(connection): ConnectInfo<Connection>,
                            id: Option<Path<String>>,
                            request: Request| async move {
            let id = id.map(|Path(id)| id).unwrap_or_default();
            self.serve(&engine, &connection, id, request).await
        };
        on(method, handler)
    }

    async fn serve(self, engine: &Engine, connection: &Connection, id: String, request: Request) -> Response {
        let request_id = ids::new("req");
        let mut response = self
            .answer(engine, connection, &request_id, id, request)
            .await
            .unwrap_or_else(IntoResponse::into_response);
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("request-id", value);
        }
        response.headers_mut().insert("stripe-version", HeaderValue::from_static(API_VERSION));
        response
    }

    async fn answer(
        self,
        engine: &Engine,
        connection: &Connection,
        request_id: &str,
        id: String,
        request: Request,
    ) -> Result<Response, ApiError> {
        let (parts, body) = request.into_parts();
        let call = Call::read(&engine.provider.secret_key, &parts, body, id).await?;
        self.admit(engine, &call)?;

        let key = call.idempotency_key.as_deref();
        let claim = key.map(|key| engine.provider.running_keys.claim(key)).transpose()?;
        let kept = kept(engine, &call)?;
        let fault = engine.faults.take(&call.method, &call.path);
        let strike = |stage| {
            faults::strike(fault.as_ref(), stage, connection, engine.stop.subscribe(), ApiError::on_demand)
        };

        if let Some(response) = strike(FaultStage::Before).await {
            return Ok(response);
        }
        let outcome = match kept {
            Some(kept) => Ok(replay(kept)),
            None => self.run(engine, &call, request_id).map(|object| Json(object).into_response()),
        };
        drop(claim);
        match strike(FaultStage::After).await {
            Some(response) => Ok(response),
            None => outcome,
        }
    }

    /// Checks what can be checked before anything is done.
    fn admit(self, engine: &Engine, call: &Call) -> Result<(), ApiError> {
        if call.caller == Caller::Browser {
            let secret = call.params.text("client_secret")?;
            let is_theirs = engine.read(|state| {
                let intent = state.payment_intent(&call.id).ok();
                intent.is_some_and(|intent| secret == Some(intent.client_secret.as_str()))
            });
            if !self.is_for_browsers {
                let message = "This API call cannot be made with a publishable API key.";
                return Err(ApiError::unauthorized(message));
            } else if !is_theirs {
                return Err(ApiError::not_found("payment_intent", &call.id, "intent"));
            }
        }
        let known: Vec<_> = self.parameters.iter().copied().chain(["expand"]).collect();
        call.params.only(&known)?;
        for path in call.params.list("expand") {
            if !self.expandable.contains(&path.strip_prefix("data.").unwrap_or(path)) {
                let message = format!("This property cannot be expanded ({path}).");
                return Err(ApiError::parameter("expand", "", message));
            }
        }
        Ok(())
    }

    fn run(self, engine: &Engine, call: &Call, request_id: &str) -> Result<Value, ApiError> {
        let expand = call.params.list("expand");
        let act = match self.operation {
            Operation::Read(look) => {
                return engine.read(|state| Ok(state.expand(look(state, call)?, &expand)));
            }
            Operation::Write(act) => act,
        };
        let moment = Moment {
            request: Some(request_id.to_owned()),
            idempotency_key: call.idempotency_key.clone(),
            ..engine.moment()
        };
        let (outcome, _) = engine.change(|state| {
            let outcome = act(state, &moment, call).map(|object| state.expand(object, &expand));
            // In the same change as the effect: a stored effect always has its answer.
            if let Some(key) = &call.idempotency_key
                && let Some(answer) = Remembered::new(&call.fingerprint(), &outcome, moment.now)
            {
                state.answers.insert(key.clone(), answer);
            }
            outcome
        })?;
        outcome
    }
}

fn kept(engine: &Engine, call: &Call) -> Result<Option<Remembered>, ApiError> {
    let Some(key) = &call.idempotency_key else { return Ok(None) };
    engine.read(|state| Remembered::find(&state.answers, key, &call.fingerprint(), engine.now()))
}

fn replay(kept: Remembered) -> Response {
    let (status, body): (StatusCode, Value) = kept.answer();
    (status, [("idempotent-replayed", "true")], Json(body)).into_response()
}
