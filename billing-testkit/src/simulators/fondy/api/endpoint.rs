//! From a request to its answer: signatures, faults, and the operation itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use serde_json::{Map, Value, json};

use super::call::Call;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::shared::connection::Connection;
use crate::simulators::shared::faults::{self, FaultStage};

type Operation = fn(&Engine, &Call) -> Result<Map<String, Value>, ApiError>;

/// What stands behind a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Endpoint {
    operation: Operation,
    known: &'static [&'static str],
    is_signed: bool,
}

impl Endpoint {
    pub(super) fn new(operation: Operation, known: &'static [&'static str]) -> Self {
        Self { operation, known, is_signed: true }
    }

    /// Its answer bears no signature.
    pub(super) fn unsigned(self) -> Self {
        Self { is_signed: false, ..self }
    }

    pub(super) fn route(self) -> MethodRouter<Arc<Engine>> {
        let handler = move |Shared(engine): Shared<Arc<Engine>>,
                            ConnectInfo(connection): ConnectInfo<Connection>,
                            request: Request| async move {
            let is_code_text = engine.read(|state| state.quirks.error_codes_as_text);
            let answer = self.serve(&engine, &connection, request).await;
            answer.unwrap_or_else(|refusal| refusal.answer(is_code_text))
        };
        post(handler)
    }

    async fn serve(
        self,
        engine: &Engine,
        connection: &Connection,
        request: Request,
    ) -> Result<Response, ApiError> {
        let (parts, body) = request.into_parts();
        let call = Call::read(body).await?;
        call.admit(&engine.provider, self.known)?;
        engine.expire_overdue()?;

        let fault = engine.faults.take(&parts.method, parts.uri.path());
        let is_code_text = engine.read(|state| state.quirks.error_codes_as_text);
        let strike = |stage| {
            let stop = engine.stop.subscribe();
            faults::strike(fault.as_ref(), stage, connection, stop, move |demanded| {
                ApiError::on_demand(demanded, is_code_text)
            })
        };

        if let Some(response) = strike(FaultStage::Before).await {
            return Ok(response);
        }
        let outcome = (self.operation)(engine, &call).map(|fields| self.answer(engine, fields));
        match strike(FaultStage::After).await {
            Some(response) => Ok(response),
            None => outcome,
        }
    }

    fn answer(self, engine: &Engine, fields: Map<String, Value>) -> Response {
        let fields = if self.is_signed { engine.provider.signed(fields) } else { fields };
        Json(json!({ "response": fields })).into_response()
    }
}
