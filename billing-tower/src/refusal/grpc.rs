//! A refusal as gRPC tells it: a status in the head of an answer without a body.
//!
//! The status and its details: <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md> and
//! <https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto>.
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use prost::encoding::{WireType, encode_key, encode_varint, int64, string};

use super::Refusal;

/// Who coined the reasons of these refusals.
const DOMAIN: &str = "billing";
/// Everything that `grpc-message` may not hold as it is; what is not ASCII is never held as it is.
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

impl Refusal {
    /// The status of gRPC that says the same.
    pub fn grpc_code(&self) -> i32 {
        match self.status {
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => 3,
            StatusCode::REQUEST_TIMEOUT => 4,
            StatusCode::FORBIDDEN => 7,
            StatusCode::TOO_MANY_REQUESTS => 8,
            StatusCode::PAYMENT_REQUIRED => 9,
            StatusCode::CONFLICT => 10,
            StatusCode::NOT_FOUND | StatusCode::NOT_IMPLEMENTED => 12,
            StatusCode::SERVICE_UNAVAILABLE => 14,
            StatusCode::UNAUTHORIZED => 16,
            _ => 13,
        }
    }

    /// The answer in gRPC: status, message and details in the head, no body. The details hold a
    /// `google.rpc.ErrorInfo` with the refusal's code as its reason, the domain `billing`, and the whole refusal as JSON
    /// under `refusal` in its metadata; and a `google.rpc.RetryInfo` where it is told when to ask again.
    ///
    /// # Examples
    /// ```
    /// use billing_tower::Refusal;
    /// use bytes::Bytes;
    ///
    /// let response = Refusal::unavailable().into_grpc::<Bytes>();
    /// assert_eq!((response.status().as_u16(), &response.headers()["grpc-status"]), (200, &"14".parse()?));
    /// # Ok::<(), http::header::InvalidHeaderValue>(())
    /// ```
    pub fn into_grpc<B: From<Bytes>>(self) -> Response<B> {
        let message = self.message();
        let details = STANDARD_NO_PAD.encode(self.grpc_details(&message));
        let message = utf8_percent_encode(&message, ESCAPED).to_string();
        let mut response = Response::new(Bytes::new().into());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", self.grpc_code().into());
        for (name, text) in [("grpc-message", message), ("grpc-status-details-bin", details)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
        self.write_retry_after(response.headers_mut());
        response
    }

    /// A `google.rpc.Status`.
    fn grpc_details(&self, message: &str) -> Vec<u8> {
        let mut status = Vec::new();
        int64::encode(1, &self.grpc_code().into(), &mut status);
        string::encode(2, &message.to_owned(), &mut status);
        let json = self.to_json();
        let info = error_info(self.code, &String::from_utf8_lossy(&json));
        detail("google.rpc.ErrorInfo", &info, &mut status);
        if let Some(wait) = self.retry_after {
            detail("google.rpc.RetryInfo", &retry_info(wait), &mut status);
        }
        status
    }
}

fn error_info(reason: &str, json: &str) -> Vec<u8> {
    let mut metadata = Vec::new();
    string::encode(1, &"refusal".to_owned(), &mut metadata);
    string::encode(2, &json.to_owned(), &mut metadata);
    let mut info = Vec::new();
    string::encode(1, &reason.to_owned(), &mut info);
    string::encode(2, &DOMAIN.to_owned(), &mut info);
    nested(3, &metadata, &mut info);
    info
}

fn retry_info(wait: Duration) -> Vec<u8> {
    let mut delay = Vec::new();
    int64::encode(1, &i64::try_from(wait.as_secs()).unwrap_or(i64::MAX), &mut delay);
    int64::encode(2, &i64::from(wait.subsec_nanos()), &mut delay);
    let mut info = Vec::new();
    nested(1, &delay, &mut info);
    info
}

/// Adds a `google.protobuf.Any` to a status.
fn detail(name: &str, content: &[u8], status: &mut Vec<u8>) {
    let mut any = Vec::new();
    string::encode(1, &format!("type.googleapis.com/{name}"), &mut any);
    nested(2, content, &mut any);
    nested(3, &any, status);
}

/// Bytes, or a message, under a tag.
fn nested(tag: u32, content: &[u8], buffer: &mut Vec<u8>) {
    encode_key(tag, WireType::LengthDelimited, buffer);
    encode_varint(u64::try_from(content.len()).unwrap_or(u64::MAX), buffer);
    buffer.extend_from_slice(content);
}
