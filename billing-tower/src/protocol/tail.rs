use std::{borrow::Cow, mem};

use bytes::Buf;
use http::{HeaderMap, header};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// The longest answer that is looked into: errors are short.
const LIMIT_BYTES: usize = 64 * 1024;

/// What has passed of an answer in JSON-RPC: its JSON, or the event that an event stream is at.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    is_events: bool,
    /// The JSON; of an event stream, the line that has begun.
    text: Vec<u8>,
    /// The data of the event so far.
    event: Vec<u8>,
    /// Whether nobody can tell what it says: it is too long, or compressed.
    is_opaque: bool,
    /// Whether the last answer was a result.
    is_result: Option<bool>,
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    error: Option<IgnoredAny>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
}

/// How MCP tells that a tool has failed, or that it has to know more before it can do anything.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult<'a> {
    #[serde(default)]
    is_error: bool,
    #[serde(borrow)]
    result_type: Option<Cow<'a, str>>,
}

impl ToolResult<'_> {
    fn delivers(&self) -> bool {
        !self.is_error && self.result_type.as_deref() != Some("input_required")
    }
}

impl Tail {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let content_type = headers.get(header::CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
        let is_opaque = headers.contains_key(header::CONTENT_ENCODING);
        Self { is_events: content_type.starts_with(b"text/event-stream"), is_opaque, ..Self::default() }
    }

    pub(super) fn see(&mut self, data: &impl Buf) {
        let bytes = data.chunk();
        if self.is_opaque || bytes.len() < data.remaining() {
            self.overflow();
        } else if self.is_events {
            for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
                self.see_events(piece);
            }
        } else if self.text.len() + bytes.len() > LIMIT_BYTES {
            self.overflow();
        } else {
            self.text.extend_from_slice(bytes);
        }
    }

    /// Whether there was a result, at the end.
    pub(super) fn delivered(mut self) -> bool {
        if !self.is_events {
            self.event = mem::take(&mut self.text);
        }
        self.close_event();
        self.is_opaque || self.is_result == Some(true)
    }

    /// Whether there was an error, as far as whole events have told.
    pub(super) fn has_failed(&self) -> bool {
        self.is_result == Some(false) && !self.is_opaque
    }

    /// A line of an event stream, or a part of one.
    fn see_events(&mut self, piece: &[u8]) {
        if self.text.len() + self.event.len() + piece.len() > LIMIT_BYTES {
            // An answer of such a length is no error; the next event may be.
            (self.text, self.event) = (Vec::new(), Vec::new());
            self.is_result = Some(true);
            return;
        }
        self.text.extend_from_slice(piece);
        if !piece.ends_with(b"\n") {
            return;
        }
        let line = mem::take(&mut self.text);
        match line.trim_ascii_end() {
            [] => self.close_event(),
            line => {
                if let Some(data) = line.strip_prefix(b"data:") {
                    self.event.extend_from_slice(data);
                }
            }
        }
    }

    fn close_event(&mut self) {
        let event = mem::take(&mut self.event);
        // Notifications and the server's own requests say nothing about the call.
        if let Ok(Answer { id: Some(_), error, result }) = serde_json::from_slice(&event)
            && (error.is_some() || result.is_some())
        {
            let tool_failed = |result: &RawValue| {
                serde_json::from_str(result.get()).is_ok_and(|result: ToolResult<'_>| !result.delivers())
            };
            self.is_result = Some(error.is_none() && !result.is_some_and(tool_failed));
        }
    }

    fn overflow(&mut self) {
        self.is_opaque = true;
        self.text = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderValue;

    use super::*;

    fn delivers(content_type: &'static str, pieces: &[&str]) -> bool {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        let mut tail = Tail::new(&headers);
        for piece in pieces {
            tail.see(&Bytes::copy_from_slice(piece.as_bytes()));
        }
        tail.delivered()
    }

    #[test]
    fn an_error_or_a_tool_that_failed_is_no_result() {
        let json = |pieces: &[&str]| delivers("application/json", pieces);
        assert!(!json(&[r#"{"jsonrpc":"2.0","id":1,"er"#, r#"ror":{"code":-1,"message":""}}"#]));
        assert!(!json(&[r#"{"id":1,"result":{"content":[],"isError":true}}"#]));
        assert!(!json(&[r#"{"id":1,"result":{"resultType":"input_required","inputRequests":{}}}"#]));
        assert!(json(&[r#"{"id":1,"result":{"resultType":"complete","content":[]}}"#]));
        assert!(json(&[r#"{"id":1,"result":{"content":[]}}"#]));
        assert!(json(&[r#"{"id":1,"result":[1]}"#]));
        assert!(!json(&["no json"]) && !json(&[]));
        assert!(json(&[r#"{"id":1,"error":""#, &"x".repeat(LIMIT_BYTES), r#""}"#]));
    }

    #[test]
    fn the_last_answer_of_an_event_stream_decides() {
        let events = |pieces: &[&str]| delivers("text/event-stream; charset=utf-8", pieces);
        let (good, bad) = (r#"data: {"id":1,"result":{}}"#, r#"data: {"id":1,"error":{}}"#);
        let note = "data: {\"method\":\"notifications/progress\"}\n\n";
        assert!(!events(&["event: message\n", bad, "\n\n", note]));
        assert!(!events(&[note, &bad[..9], &bad[9..], "\r\n\r\n"]));
        assert!(events(&[bad, "\n\n", good, "\n\n"]));
        assert!(events(&[bad, "\n\n", "data: \"", &"x".repeat(LIMIT_BYTES), "\"\n\n"]));
        // The stream ends without its last blank line.
        assert!(!events(&[bad, "\n"]));
    }
}
