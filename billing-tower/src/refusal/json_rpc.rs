//! A refusal as JSON-RPC and MCP tell it: an error in an answer that is fine as far as HTTP is concerned.
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{Refusal, fields::Fields};

/// Of the codes that are free for a server's own errors (-32000 to -32099), one that MCP gives no meaning.
const CODE: i32 = -32040;

#[derive(Serialize)]
struct Answer<'a> {
    jsonrpc: &'static str,
    id: &'a RawValue,
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: i32,
    message: &'a str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
    refusal: &'a Fields,
}

impl Refusal {
    /// The answer to the JSON-RPC request with this id. Its `error` has the code -32040 and in `data` the refusal as
    /// HTTP would tell it: `status`, `retry_after_seconds`, and the JSON object as `refusal`.
    ///
    /// # Examples
    /// ```
    /// use billing_tower::Refusal;
    /// use bytes::Bytes;
    ///
    /// let id = serde_json::value::to_raw_value(&7)?;
    /// let response = Refusal::unauthenticated().into_json_rpc::<Bytes>(&id);
    /// assert!(response.body().starts_with(br#"{"jsonrpc":"2.0","id":7,"error":{"code":-32040,"message":"#));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn into_json_rpc<B: From<Bytes>>(self, id: &RawValue) -> Response<B> {
        let message = self.message();
        let data = Data {
            status: self.status.as_u16(),
            retry_after_seconds: self.retry_after_seconds(),
            refusal: &self.fields,
        };
        let answer = Answer { jsonrpc: "2.0", id, error: Error { code: CODE, message: &message, data } };
        // Texts and amounts have no way to fail.
        let json = serde_json::to_vec(&answer).unwrap_or_default();
        let mut response = Response::new(Bytes::from(json).into());
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.write_retry_after(headers);
        response
    }
}
