//! Requests of JSON-RPC 2.0 (<https://www.jsonrpc.org/specification>) and of the Model Context Protocol
//! (<https://modelcontextprotocol.io/specification>).
use std::borrow::Cow;

use billing_core::Operation;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Protocol;
use crate::Refusal;

/// MCP's method that calls a tool.
const TOOL_CALL: &str = "tools/call";

/// What a body asks for.
#[derive(Debug)]
pub(crate) struct Spoken {
    /// How the answer names the request; `None` when no answer is expected.
    pub(crate) id: Option<Box<RawValue>>,
    /// What is called, and with what; `None` for what is free.
    pub(crate) call: Option<(Operation, Bytes)>,
}

/// A field that comes twice is refused: readers differ on which of them counts.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ToolCall<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
}

/// Reads what is asked for.
pub(crate) fn listen(protocol: Protocol, body: &Bytes) -> Result<Spoken, Refusal> {
    let message: Message<'_> = serde_json::from_slice(body).map_err(|error| {
        let text = format!("The body has to be one JSON-RPC request: {error}");
        Refusal::invalid_json_rpc(text)
    })?;
    let id = message.id.map(ToOwned::to_owned);
    let call = match (protocol, message.method) {
        (Protocol::Mcp, Some(method)) if method == TOOL_CALL => {
            let params = message.params.map_or("{}", RawValue::get);
            let call: ToolCall<'_> = serde_json::from_str(params).map_err(|error| {
                Refusal::invalid_json_rpc(format!(
                    "The params of {TOOL_CALL} are not as they have to be: {error}"
                ))
            })?;
            Some((named(&call.name)?, part(body, call.arguments)))
        }
        // What has no method is an answer to what the server has asked.
        (Protocol::Mcp, Some(_)) | (_, None) => None,
        (_, Some(method)) => Some((named(&method)?, part(body, message.params))),
    };
    Ok(Spoken { id, call })
}

fn named(name: &str) -> Result<Operation, Refusal> {
    Operation::new(name).map_err(|_| Refusal::unknown_operation(None))
}

/// A part of the body, shared with it.
fn part(body: &Bytes, part: Option<&RawValue>) -> Bytes {
    part.map(|part| body.slice_ref(part.get().as_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(protocol: Protocol, body: &str) -> Option<(String, String)> {
        let spoken = listen(protocol, &Bytes::copy_from_slice(body.as_bytes())).unwrap();
        spoken.call.map(|(operation, arguments)| {
            (operation.as_str().to_owned(), String::from_utf8(arguments.to_vec()).unwrap())
        })
    }

    #[test]
    fn a_call_is_named_by_its_method_and_a_tool_by_its_name() {
        let call = |name: &str, arguments: &str| Some((name.to_owned(), arguments.to_owned()));
        let body = r#"{"jsonrpc":"2.0","id":1,"method":"search","params":{"q":"a"}}"#;
        assert_eq!(heard(Protocol::JsonRpc, body), call("search", r#"{"q":"a"}"#));
        assert_eq!(heard(Protocol::Mcp, body), None);
        let body = r#"{"id":"x","method":"tools\/call","params":{"arguments":{"q":1},"name":"s\u0065arch","_meta":{}}}"#;
        assert_eq!(heard(Protocol::Mcp, body), call("search", r#"{"q":1}"#));
        assert_eq!(
            heard(Protocol::Mcp, r#"{"method":"tools/call","params":{"name":"list"}}"#),
            call("list", "")
        );
        assert_eq!(heard(Protocol::Mcp, r#"{"id":1,"method":"tools/list"}"#), None);
        assert_eq!(heard(Protocol::Mcp, r#"{"id":1,"result":{}}"#), None);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for body in [
            "",
            "[]",
            r#"[{"id":1,"method":"tools/call","params":{"name":"a"}}]"#,
            r#"{"method":"tools/list","method":"tools/call","params":{"name":"a"}}"#,
            r#"{"method":"tools/call","params":{"name":"a","name":"b"}}"#,
            r#"{"method":"tools/call","params":{"name":"a","arguments":{},"arguments":{"deep":true}}}"#,
            r#"{"method":"tools/call","params":{"arguments":{}}}"#,
            r#"{"method":"tools/call"}"#,
            r#"{"method":7}"#,
            r#"{"method":"tools/call","params":{"name":"a"}} {}"#,
        ] {
            let refused = listen(Protocol::Mcp, &Bytes::copy_from_slice(body.as_bytes()));
            assert_eq!(refused.unwrap_err().code(), "INVALID_JSON_RPC", "{body}");
        }
    }
}
