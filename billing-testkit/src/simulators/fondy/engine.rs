//! Fondy as a provider: its merchant, its signatures, its callbacks.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use form_urlencoded::Serializer;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use serde_json::{Map, Value, json};

use super::callback::Callback;
use super::error::ApiError;
use super::moment::Moment;
use super::order::{Order, picture};
use super::signature::{SignatureAlgorithm, signature, signed_text_masked, text_of};
use super::state::State;
use crate::simulators::shared::engine::{self, Provider};

/// The simulator behind its doors.
pub(super) type Engine = engine::Engine<Fondy>;

/// How often open orders are looked through for a lifetime that is over, besides at every visit.
const LIFETIME_CHECK: Duration = Duration::from_secs(1);

/// Fondy does not look like a robot.
const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";

/// What the simulator was told when it was built.
pub(super) struct Fondy {
    pub(super) merchant_id: i64,
    pub(super) secret_key: String,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) is_test: bool,
    /// Where its pages are, without a final slash.
    pub(super) base_url: String,
}

// By hand: the secret stays out of it.
impl fmt::Debug for Fondy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Fondy")
            .field("merchant_id", &self.merchant_id)
            .field("algorithm", &self.algorithm)
            .field("is_test", &self.is_test)
            .finish_non_exhaustive()
    }
}

impl Fondy {
    pub(super) fn sign(&self, fields: &Map<String, Value>) -> Option<String> {
        signature(self.algorithm, &self.secret_key, fields)
    }

    /// The fields with their signature, and in test mode with the text that was signed.
    pub(super) fn signed(&self, mut fields: Map<String, Value>) -> Map<String, Value> {
        let signed_text = self.is_test.then(|| signed_text_masked(&self.secret_key, &fields)).flatten();
        fields.insert("signature".to_owned(), json!(self.sign(&fields)));
        if let Some(text) = signed_text {
            fields.insert("response_signature_string".to_owned(), json!(text));
        }
        fields
    }

    pub(super) fn checkout_url(&self, order: &Order) -> String {
        format!("{}/checkout/{}", self.base_url, order.token)
    }
}

impl Provider for Fondy {
    type State = State;
    type Moment = Moment;
    type Error = ApiError;

    fn moment(&self, now: i64) -> Moment {
        Moment { now, merchant_id: self.merchant_id, is_test: self.is_test }
    }

    fn destination(&self, callback: &Callback, fallback: Option<String>) -> Option<String> {
        callback.url.clone().or(fallback)
    }

    fn message(&self, state: &State, callback: &Callback, _now: i64) -> Option<(HeaderMap, String)> {
        let fields = self.signed(callback.fields.clone());
        let (kind, body) = if state.quirks.callbacks_as_form {
            ("application/x-www-form-urlencoded", form(&fields))
        } else if state.quirks.callbacks_in_envelope {
            ("application/json; charset=UTF-8", json!({ "response": fields }).to_string())
        } else {
            ("application/json; charset=UTF-8", Value::Object(fields).to_string())
        };
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(kind)),
            (USER_AGENT, HeaderValue::from_static(BROWSER)),
        ]);
        Some((headers, body))
    }

    fn is_acknowledged(status: u16) -> bool {
        status == 200
    }
}

fn form(fields: &Map<String, Value>) -> String {
    let mut form = Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, &text_of(value).unwrap_or_default());
    }
    form.finish()
}

impl engine::Engine<Fondy> {
    /// An order as `status/order_id` tells it, unsigned.
    pub(super) fn picture(&self, state: &State, order: &Order) -> Map<String, Value> {
        picture(order, &self.moment(), &state.quirks, "purchase")
    }

    /// Ends the orders whose lifetime is over.
    pub(super) fn expire_overdue(&self) -> Result<(), ApiError> {
        if !self.read(|state| state.has_overdue(self.now())) {
            return Ok(());
        }
        self.change(|state| state.expire_overdue(&self.moment()))?.0
    }
}

/// Ends orders in time though nobody looks at them, until the simulator stops.
pub(super) async fn watch_lifetimes(engine: Arc<Engine>) {
    let mut stop = engine.stop.subscribe();
    let mut ticks = tokio::time::interval(LIFETIME_CHECK);
    loop {
        tokio::select! {
            // Ends with an error only when the simulator is gone, which is a reason to stop as well.
            _ = stop.wait_for(|stopped| *stopped) => return,
            _ = ticks.tick() => {
                if let Err(error) = engine.expire_overdue() {
                    tracing::error!(error = %error, "an order was not ended in time");
                }
            }
        }
    }
}
