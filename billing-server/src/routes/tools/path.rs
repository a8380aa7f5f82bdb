//! What is called, read from a path in one way only: what is priced is what runs.
use billing_core::Operation;
use http::Uri;

use crate::{BoxError, error::ApiError};

/// Where all tools are.
pub(super) const TOOLS: &str = "/api/tools";
/// Several calls in one request.
const BATCH: &str = "batch";
/// The answer comes as events, at the same price.
const STREAM: &str = "stream";

/// The path of a call, in its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToolPath {
    /// What is called.
    pub(super) operation: Operation,
    is_stream: bool,
}

impl ToolPath {
    /// Reads `/api/tools/{tool}` or `/api/tools/{tool}/stream`, as it came.
    ///
    /// # Errors
    /// `INVALID_PATH` for everything else, and whatever another reader could take for another tool.
    pub(super) fn parse(path: &str) -> Result<Self, ApiError> {
        let segments = path.strip_prefix(TOOLS).and_then(|path| path.strip_prefix('/')).unwrap_or_default();
        let mut segments = segments.split('/');
        let name = segments.next().and_then(name).ok_or_else(invalid)?;
        let is_stream = match segments.next().map(self::name) {
            None => false,
            Some(Some(name)) if name == STREAM => true,
            Some(_) => return Err(invalid()),
        };
        if segments.next().is_some() {
            return Err(invalid());
        }
        Ok(Self { operation: Operation::new(name).map_err(|_| invalid())?, is_stream })
    }

    /// A request's address with this path in it; all else stays as it is.
    pub(super) fn put_into(&self, uri: Uri) -> Result<Uri, BoxError> {
        let stream = if self.is_stream { "/stream" } else { "" };
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut parts = uri.into_parts();
        parts.path_and_query = Some(format!("{TOOLS}/{}{stream}{query}", self.operation).parse()?);
        Ok(Uri::from_parts(parts)?)
    }
}

/// A segment with its escapes undone. Only plain letters may be escaped, so that nothing appears that would split a
/// path, end it or go up in it.
fn name(segment: &str) -> Option<String> {
    let mut name = String::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [byte, after @ ..] = rest {
        let (byte, after) = match (byte, after) {
            (b'%', [high, low, after @ ..]) => (unescape(*high, *low)?, after),
            (byte, after) => (*byte, after),
        };
        if !byte.is_ascii_alphanumeric() && !b"-_.".contains(&byte) {
            return None;
        }
        name.push(char::from(byte));
        rest = after;
    }
    // Some servers do not tell cases apart in the parts of a path that they know, and would take it for a batch.
    let is_odd_batch = name != BATCH && name.eq_ignore_ascii_case(BATCH);
    (!name.is_empty() && !name.starts_with('.') && !is_odd_batch).then_some(name)
}

fn unescape(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

fn invalid() -> ApiError {
    let message = "a call's path is /api/tools/{tool}, or the same with /stream behind it; \
        a tool's name has letters, digits, and -, _ or . within";
    ApiError::bad_request("INVALID_PATH", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(path: &str) -> Option<String> {
        let path = ToolPath::parse(&format!("/api/tools/{path}")).ok()?;
        let uri = path.put_into(Uri::from_static("/")).unwrap();
        Some(uri.path().trim_start_matches("/api/tools/").to_owned())
    }

    #[test]
    fn a_path_has_one_spelling() {
        for (path, expected) in [
            ("search_cases", "search_cases"),
            ("%73earch%5Fcases", "search_cases"),
            ("a-b.c_1/stream", "a-b.c_1/stream"),
            ("a/%73tream", "a/stream"),
            ("batch", "batch"),
            ("%62atch", "batch"),
            ("stream", "stream"),
            ("Dear", "Dear"),
            ("a..b", "a..b"),
        ] {
            assert_eq!(canonical(path).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn a_path_that_could_mean_two_things_is_refused() {
        for path in [
            "",
            "/",
            "//dear",
            "/dear",
            "dear/",
            "dear//",
            "dear//stream",
            "dear/stream/",
            "dear/STREAM",
            "dear/streams",
            "dear/stream/x",
            "dear/x",
            ".",
            "..",
            "../dear",
            "./dear",
            "cheap/..",
            "cheap/../dear",
            ".hidden",
            "%2e%2e",
            "%2E",
            "cheap%2F..%2Fdear",
            "cheap%2fdear",
            "cheap%5Cdear",
            "cheap\\dear",
            "a%00",
            "a%20b",
            "a;b",
            "a%3Bb",
            "a%ff",
            "a%2",
            "a%",
            "a%zz",
            "a%+1",
            "%2564ear",
            "a+b",
            "a%2Bb",
            "d\u{e9}ar",
            "d%C3%A9ar",
            "Batch",
            "BATCH",
            "%42ATCH",
            "a:b",
            "a@b",
            "a,b",
        ] {
            assert_eq!(canonical(path), None, "{path}");
        }
        assert_eq!(canonical(&"a".repeat(128)).map(|path| path.len()), Some(128));
        assert_eq!(canonical(&"a".repeat(129)), None);
        assert!(ToolPath::parse("/api/toolsdear").is_err());
    }

    #[test]
    fn the_rest_of_an_address_is_left_alone() {
        let path = ToolPath::parse("/api/tools/%64ear/stream").unwrap();
        assert_eq!(path.operation.as_str(), "dear");
        for (asked, expected) in [
            ("/x?q='..%2f'&q=%27", "/api/tools/dear/stream?q='..%2f'&q=%27"),
            ("http://host:1/x?q", "http://host:1/api/tools/dear/stream?q"),
        ] {
            assert_eq!(path.put_into(Uri::from_static(asked)).unwrap(), expected);
        }
    }
}
