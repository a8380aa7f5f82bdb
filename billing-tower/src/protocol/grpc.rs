use billing_core::Operation;
use http::{HeaderMap, header, request::Parts};

/// The status of a call that succeeded.
const OK: &[u8] = b"0";

/// A call's name: `package.Service/Method`.
pub(crate) fn grpc_operation(parts: &Parts) -> Option<Operation> {
    let path = parts.uri.path().strip_prefix('/')?;
    // An escaped name would be priced as one thing and run as another.
    if path.contains('%') { None } else { Operation::new(path).ok() }
}

/// Whether an answer is in gRPC-Web.
pub(super) fn is_web(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc-web"))
}

/// Whether a call has succeeded, if the headers, or the trailers, tell already.
pub(super) fn status(headers: &HeaderMap) -> Option<bool> {
    headers.get("grpc-status").map(|status| status.as_bytes() == OK)
}
