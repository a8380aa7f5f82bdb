//! What routes speak beside plain HTTP.
mod grpc;
mod json_rpc;
mod judge;
mod tail;

pub(crate) use self::{
    grpc::grpc_operation,
    json_rpc::{Spoken, listen},
    judge::Judge,
};

/// What a route speaks: how its calls are named, when they deliver, and how they are refused.
///
/// | | a call is named | delivers with | is refused with |
/// |---|---|---|---|
/// | [`Http`](Protocol::Http) | by the last segment of its path | a 2xx | a status, and [JSON](crate::Refusal::into_response) |
/// | [`Grpc`](Protocol::Grpc) | by its whole path, `package.Service/Method` | `grpc-status: 0`, in head or trailers | a [gRPC status with details](crate::Refusal::into_grpc) |
/// | [`JsonRpc`](Protocol::JsonRpc) | by its `method` | a `result` | a [JSON-RPC error](crate::Refusal::into_json_rpc) |
/// | [`Mcp`](Protocol::Mcp) | `tools/call` by the tool's name; every other method is free | a `result` that is no error of the tool, and does not ask for more input | a JSON-RPC error |
///
/// The last two name a call by its body, which the layer reads first: up to
/// [a bound](crate::ChargeLayer::with_body_limit). What the price depends on are the `params`, in MCP the tool's
/// `arguments`, which an estimator sees as the call's body. Several requests at once (a batch) are refused: MCP has none
/// any more. What is not a `POST`, such as MCP's stream of server messages, is free.
///
/// How answers end is read from JSON of at most 64 KiB, and from the last answer of an event stream; one that is longer,
/// or compressed, counts as a result, and so does an answer in gRPC-Web, whose status is in its body. An answer without a
/// result, such as that to a notification, delivers nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// Plain HTTP.
    #[default]
    Http,
    /// gRPC, such as tonic's.
    Grpc,
    /// JSON-RPC 2.0 over HTTP.
    JsonRpc,
    /// The Model Context Protocol over HTTP.
    Mcp,
}

impl Protocol {
    /// Whether a call is named by its body.
    pub(crate) fn is_json_rpc(self) -> bool {
        matches!(self, Self::JsonRpc | Self::Mcp)
    }
}
