//! The arguments of a call, read so strictly that nobody who reads them after us can read them otherwise.
use std::{borrow::Cow, cell::OnceCell, fmt};

use http::{HeaderMap, header};
use serde_json::value::RawValue;

use super::{
    Call,
    error::{failed, invalid},
    json::{self, Member},
};
use crate::EstimateError;

/// What a call without a body is priced as.
const NOTHING: &str = "{}";

/// The body of a call, or that of one call of a batch.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    bytes: &'a [u8],
    headers: &'a HeaderMap,
    /// Once it was found to be JSON.
    json: OnceCell<&'a str>,
}

/// Text that an argument holds, or something that is no text.
#[derive(Debug)]
pub(super) struct Value<'a>(Option<Cow<'a, str>>);

impl Value<'_> {
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<'a> Arguments<'a> {
    /// The body of a call, as it was sent.
    pub(super) fn of(call: &Call<'a>, limit_bytes: usize) -> Result<Self, EstimateError> {
        let body =
            call.body.ok_or_else(|| failed("the body that the price depends on was not handed over"))?;
        if body.len() > limit_bytes {
            return Err(invalid(format!("the body must have at most {limit_bytes} bytes")));
        }
        let encodings = call.headers.get_all(header::CONTENT_ENCODING);
        if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(invalid("the body must not be encoded: leave the header Content-Encoding out"));
        }
        if body.is_empty() {
            return Ok(Self::none(call.headers));
        }
        Ok(Self { bytes: body, headers: call.headers, json: OnceCell::new() })
    }

    /// Those of a call that has none.
    pub(super) fn none(headers: &'a HeaderMap) -> Self {
        Self { bytes: NOTHING.as_bytes(), headers, json: OnceCell::from(NOTHING) }
    }

    /// A part of these arguments that is the arguments of another call.
    pub(super) fn part(&self, raw: Option<&'a RawValue>) -> Self {
        let json = raw.map_or(NOTHING, RawValue::get);
        Self { bytes: json.as_bytes(), headers: self.headers, json: OnceCell::from(json) }
    }

    /// How long they are, as they were sent.
    pub(super) fn length(&self) -> u64 {
        length(self.bytes)
    }

    /// How long an argument is: a string by what it says, anything else as it was sent. Nothing has no length.
    pub(super) fn length_of(&self, path: &ArgumentPath) -> Result<u64, EstimateError> {
        let Some(raw) = self.find(path)? else { return Ok(0) };
        let text = text(raw, path)?;
        Ok(length(text.as_str().unwrap_or(raw.get()).as_bytes()))
    }

    /// What an argument says; `None` when it is not there.
    pub(super) fn text(&self, path: &ArgumentPath) -> Result<Option<Value<'a>>, EstimateError> {
        self.find(path)?.map(|raw| text(raw, path)).transpose()
    }

    /// An argument as it was sent.
    pub(super) fn find(&self, path: &ArgumentPath) -> Result<Option<&'a RawValue>, EstimateError> {
        let mut json = self.json()?;
        let mut found = None;
        for name in &path.0 {
            found = json::read(Member(name), json)?;
            match found {
                Some(value) => json = value.get(),
                None => return Ok(None),
            }
        }
        Ok(found)
    }

    fn json(&self) -> Result<&'a str, EstimateError> {
        if let Some(json) = self.json.get() {
            return Ok(json);
        }
        check_media_type(self.headers)?;
        let text = std::str::from_utf8(self.bytes).map_err(|_| invalid("the body must be JSON in UTF-8"))?;
        json::check_depth(text)?;
        Ok(self.json.get_or_init(|| text))
    }
}

fn text<'a>(raw: &'a RawValue, path: &ArgumentPath) -> Result<Value<'a>, EstimateError> {
    if !raw.get().starts_with('"') {
        return Ok(Value(None));
    }
    let text =
        serde_json::from_str(raw.get()).map_err(|error| invalid(format!("{path} is no text: {error}")))?;
    Ok(Value(Some(text)))
}

/// In UTF-16 code units, as JavaScript counts; bytes where it is no UTF-8.
fn length(bytes: &[u8]) -> u64 {
    let units = std::str::from_utf8(bytes).map_or(bytes.len(), |text| text.encode_utf16().count());
    u64::try_from(units).unwrap_or(u64::MAX)
}

/// A body that says it is something else, or is written in another alphabet, may be read as something else.
fn check_media_type(headers: &HeaderMap) -> Result<(), EstimateError> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let is_json = match (types.next(), types.next()) {
        (Some(media_type), None) => media_type.to_str().is_ok_and(is_json),
        _ => false,
    };
    if is_json {
        Ok(())
    } else {
        Err(invalid("the body must say once that it is JSON: Content-Type: application/json"))
    }
}

fn is_json(media_type: &str) -> bool {
    let lower = media_type.to_ascii_lowercase();
    let mut parts = lower.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let is_json = name == "application/json" || (name.starts_with("application/") && name.ends_with("+json"));
    let is_utf_8 = |charset: &str| ["utf-8", "utf8"].contains(&charset.trim().trim_matches('"'));
    is_json
        && parts
            .filter_map(|part| part.trim_start().strip_prefix("charset")?.trim_start().strip_prefix('='))
            .all(is_utf_8)
}

/// Names an argument in a body: `reasoning_budget`, `arguments.reasoning_budget`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArgumentPath(Vec<String>);

impl ArgumentPath {
    const DEEPEST: usize = 8;
    const LONGEST_BYTES: usize = 256;

    /// Reads it, or says what it must be.
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let names: Vec<_> = text.split('.').map(str::to_owned).collect();
        let is_name = |name: &String| !name.trim().is_empty() && !name.chars().any(char::is_control);
        if text.len() <= Self::LONGEST_BYTES && names.len() <= Self::DEEPEST && names.iter().all(is_name) {
            Ok(Self(names))
        } else {
            Err(
                "must name an argument, such as \"query\" or \"options.depth\", at most 8 deep and of 256 bytes",
            )
        }
    }
}

impl fmt::Display for ArgumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}
