//! Requests of JSON-RPC 2.0 (<https://www.jsonrpc.org/specification>) and of the Model Context Protocol
//! (<https://modelcontextprotocol.io/specification>).
use std::{borrow::Cow, fmt};

use billing_core::Operation;
use bytes::Bytes;
use http::{HeaderMap, header};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
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

/// The members of an object. One that comes twice, or is spelt otherwise than it has to be, is refused: readers differ on
/// which of them counts.
struct Members<'a, const N: usize>([Option<&'a RawValue>; N]);

/// Reads an object of which only these members count.
fn members<'a, const N: usize>(json: &'a [u8], names: [&'static str; N]) -> Result<Members<'a, N>, String> {
    let members: Pairs<'a> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
    let mut found = [None; N];
    for (name, value) in members.0 {
        let folded = folded(&name);
        let Some(index) = names.iter().position(|known| *known == folded) else { continue };
        if name != names[index] || found[index].is_some() {
            return Err(format!("{:?} has to be there once, and so spelt", names[index]));
        }
        found[index] = Some(value);
    }
    Ok(Members(found))
}

/// In small letters, so that every spelling that some reader takes for the same is the same.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// An object as it was written, member by member.
struct Pairs<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(Name(name)) = map.next_key()? {
                    pairs.push((name, map.next_value()?));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A text that is borrowed where that is possible.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

fn text<'a>(value: Option<&'a RawValue>, name: &str) -> Result<Option<Cow<'a, str>>, String> {
    let read = |value: &'a RawValue| {
        serde_json::from_str(value.get())
            .map(|Name(text)| text)
            .map_err(|_| format!("{name:?} has to be a text"))
    };
    value.map(read).transpose()
}

/// Reads what is asked for.
pub(crate) fn listen(protocol: Protocol, headers: &HeaderMap, body: &Bytes) -> Result<Spoken, Refusal> {
    if !is_plain_json(headers) {
        let message = "The body has to be said to be application/json, in UTF-8 and not compressed";
        return Err(Refusal::invalid_json_rpc(message));
    }
    understand(protocol, body).map_err(|problem| match problem {
        Problem::Form(text) => {
            Refusal::invalid_json_rpc(format!("The body has to be one JSON-RPC request: {text}"))
        }
        Problem::Name => Refusal::unknown_operation(None),
    })
}

enum Problem {
    /// It is no request.
    Form(String),
    /// Nothing is called so.
    Name,
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self::Form(text)
    }
}

fn understand(protocol: Protocol, body: &Bytes) -> Result<Spoken, Problem> {
    let Members([id, method, params]) = members(body, ["id", "method", "params"])?;
    let id = id.filter(|id| id.get() != "null").map(ToOwned::to_owned);
    let call = match (protocol, text(method, "method")?) {
        (Protocol::Mcp, Some(method)) if method == TOOL_CALL => {
            let params = params.map_or("{}", RawValue::get);
            let Members([name, arguments]) = members(params.as_bytes(), ["name", "arguments"])?;
            let name = text(name, "name")?.ok_or_else(|| format!("{TOOL_CALL} has to have a \"name\""))?;
            Some((named(&name)?, part(body, arguments)))
        }
        // What has no method is an answer to what the server has asked.
        (Protocol::Mcp, Some(_)) | (_, None) => None,
        (_, Some(method)) => Some((named(&method)?, part(body, params))),
    };
    Ok(Spoken { id, call })
}

/// Whether everybody reads the body in the same way.
fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(content_type), None) = (types.next(), types.next()) else { return false };
    let Ok(content_type) = content_type.to_str() else { return false };
    let mut parts = content_type.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_json = parts.next().is_some_and(|media_type| media_type == "application/json");
    let mut in_utf_8 = parts.all(|parameter| matches!(&*parameter, "charset=utf-8" | "charset=\"utf-8\""));
    in_utf_8 &= headers.get_all(header::CONTENT_ENCODING).iter().all(|coding| coding == "identity");
    is_json && in_utf_8
}

fn named(name: &str) -> Result<Operation, Problem> {
    Operation::new(name).map_err(|_| Problem::Name)
}

/// A part of the body, shared with it.
fn part(body: &Bytes, part: Option<&RawValue>) -> Bytes {
    part.map(|part| body.slice_ref(part.get().as_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(protocol: Protocol, content_type: &'static str, body: &str) -> Result<Spoken, Refusal> {
        let content_type = http::HeaderValue::from_static(content_type);
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
        listen(protocol, &headers, &Bytes::copy_from_slice(body.as_bytes()))
    }

    fn heard(protocol: Protocol, body: &str) -> Option<(String, String)> {
        let spoken = said(protocol, "application/json; charset=UTF-8", body).unwrap();
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
            r#"{"method":"tools/list","Method":"tools/call","params":{"name":"a"}}"#,
            r#"{"method":"tools/list","paramſ":{"name":"a"}}"#,
            r#"{"method":"tools/call","params":{"name":"a","Arguments":{}}}"#,
            r#"{"method":"tools/call","params":{"name":"a"}} {}"#,
        ] {
            let refused = said(Protocol::Mcp, "application/json", body);
            assert_eq!(refused.unwrap_err().code(), "INVALID_JSON_RPC", "{body}");
        }
        for content_type in
            ["text/plain", "application/json; charset=utf-7", "application/json; charset=utf-16"]
        {
            let refused = said(Protocol::Mcp, content_type, r#"{"method":"tools/list"}"#);
            assert_eq!(refused.unwrap_err().code(), "INVALID_JSON_RPC", "{content_type}");
        }
    }
}
