//! One call: what it says, and whether it says it well.

use axum::body::{Body, to_bytes};
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::simulators::fondy::engine::Fondy;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::signature::text_of;
use crate::simulators::shared::setup::BODY_LIMIT_BYTES;

/// Twelve digits.
const LARGEST_AMOUNT: i64 = 999_999_999_999;

const URL_LENGTH: usize = 2048;

/// The fields of a request that the merchant has signed.
#[derive(Debug)]
pub(super) struct Call(Map<String, Value>);

#[derive(Deserialize)]
struct Envelope {
    request: Map<String, Value>,
}

impl Call {
    /// Reads a body. Only JSON is understood.
    pub(super) async fn read(body: Body) -> Result<Self, ApiError> {
        let bytes = to_bytes(body, BODY_LIMIT_BYTES).await.map_err(|_| ApiError::empty_request())?;
        let envelope: Envelope = serde_json::from_slice(&bytes).map_err(|_| ApiError::empty_request())?;
        Ok(Self(envelope.request))
    }

    /// Checks who calls. A field that Fondy does not know is not signed by Fondy: the signatures differ.
    pub(super) fn admit(&self, fondy: &Fondy, known: &[&str]) -> Result<(), ApiError> {
        let merchant_id = self.required("merchant_id", 12)?;
        if merchant_id != fondy.merchant_id.to_string() {
            return Err(ApiError::merchant(&merchant_id));
        }
        let claimed = self.required("signature", 40)?;
        let fields = self.0.iter().filter(|(name, _)| known.contains(&name.as_str()));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        match fondy.sign(&fields) {
            Some(expected) if expected == claimed => Ok(()),
            _ => Err(ApiError::signature()),
        }
    }

    /// A field that may be left out, or be empty.
    pub(super) fn text(&self, name: &str, longest: usize) -> Result<Option<String>, ApiError> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let text = text_of(value).ok_or_else(|| ApiError::incorrect(name))?;
        if text.chars().count() > longest {
            return Err(ApiError::incorrect(name));
        }
        if text.contains('|') {
            return Err(ApiError::separator(name));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    pub(super) fn required(&self, name: &str, longest: usize) -> Result<String, ApiError> {
        let missing = if self.0.contains_key(name) { ApiError::empty(name) } else { ApiError::missing(name) };
        self.text(name, longest)?.ok_or(missing)
    }

    /// An amount in minor units, above zero.
    pub(super) fn amount(&self) -> Result<i64, ApiError> {
        self.required("amount", 12)?
            .parse()
            .ok()
            .filter(|amount| (1..=LARGEST_AMOUNT).contains(amount))
            .ok_or_else(|| ApiError::incorrect("amount"))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        let parse = |text: String| text.parse().map_err(|_| ApiError::incorrect(name));
        self.text(name, 20)?.map(parse).transpose()
    }

    /// `Y` or `N`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name, 1)?.as_deref() {
            None => Ok(None),
            Some("Y") => Ok(Some(true)),
            Some("N") => Ok(Some(false)),
            Some(_) => Err(ApiError::incorrect(name)),
        }
    }

    pub(super) fn url(&self, name: &str) -> Result<Option<String>, ApiError> {
        let Some(text) = self.text(name, URL_LENGTH)? else { return Ok(None) };
        match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(text)),
            _ => Err(ApiError::incorrect(name)),
        }
    }

    /// Whether it speaks protocol 1.0.1, which is meant when it says nothing. Protocol 2.0 is not played.
    pub(super) fn is_current_version(&self) -> Result<bool, ApiError> {
        match self.text("version", 10)?.as_deref() {
            None | Some("1.0.1") => Ok(true),
            Some("1.0") => Ok(false),
            Some(_) => Err(ApiError::incorrect("version")),
        }
    }
}
