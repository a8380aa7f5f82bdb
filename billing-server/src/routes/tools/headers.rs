//! What is said to the upstream in a caller's name, and what comes back of its answer.
use std::net::IpAddr;

use billing_core::AccountId;
use billing_tower::Payer;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts};

use crate::{
    App,
    client_address::{self, Peer},
};

/// They are about one connection, not about the message.
const HOP_BY_HOP: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// What a caller says and the upstream never hears. A cookie is ours alone; `Expect` is answered here; the host is the
/// upstream's; a condition or a range would have it run for an answer that delivers nothing, or less; the others would
/// have it take one request for another, or one caller for another.
const WITHHELD: [&str; 16] = [
    "cookie",
    "expect",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-real-ip",
    "x-rewrite-url",
];
/// What only this server says, and families of headers that it speaks for.
const OURS: [&str; 2] = ["x-billing-", "x-forwarded-"];

const ACCOUNT: HeaderName = HeaderName::from_static("x-billing-account");
const EXEMPT: HeaderName = HeaderName::from_static("x-billing-exempt");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where a call came from, as far as it can be believed.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    client: IpAddr,
    host: Option<HeaderValue>,
    proto: HeaderValue,
}

impl Origin {
    /// What the peer says of itself, unless it is a trusted proxy, which speaks for another.
    pub(super) fn of(parts: &Parts, peer: Peer, app: &App) -> Self {
        let is_trusted = app.trusted_proxies.contains(peer.0.ip());
        let told = |name: &HeaderName| parts.headers.get(name).filter(|_| is_trusted).cloned();
        Self {
            client: client_address::client(peer.0.ip(), &parts.headers, &app.trusted_proxies),
            host: told(&FORWARDED_HOST).or_else(|| host(&parts.headers, &parts.uri)),
            proto: told(&FORWARDED_PROTO).unwrap_or(HeaderValue::from_static("http")),
        }
    }
}

/// Who calls, as the upstream is told: an account, or a service that nobody pays for.
#[derive(Clone, Debug)]
pub(super) struct Told {
    name: HeaderName,
    value: HeaderValue,
}

impl Told {
    /// What was found out about the caller; `None` where nobody did.
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        if let Some(Payer::Exempt { principal }) = parts.extensions.get() {
            return Some(Self { name: EXEMPT, value: visible(principal) });
        }
        parts.extensions.get().map(Self::account)
    }

    fn account(account: &AccountId) -> Self {
        Self { name: ACCOUNT, value: visible(account.as_str()) }
    }
}

/// Brings a caller's headers into the form that the upstream gets.
pub(super) fn prepare(headers: &mut HeaderMap, caller: Told, origin: Origin) {
    end_hop(headers);
    retain(headers, |name| {
        // In some servers the two are one.
        let name = name.replace('_', "-");
        !WITHHELD.contains(&&*name) && !OURS.iter().any(|ours| name.starts_with(ours))
    });
    // So that the cost may come behind the body.
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("TE"));
    headers.insert(caller.name, caller.value);
    headers.insert(FORWARDED_FOR, visible(&origin.client.to_string()));
    headers.insert(FORWARDED_PROTO, origin.proto);
    if let Some(host) = origin.host {
        headers.insert(FORWARDED_HOST, host);
    }
}

/// Brings the upstream's headers into the form that the caller gets. What is ours to say is left out: costs, cookies,
/// and which web pages may read the answer.
pub(super) fn clean(headers: &mut HeaderMap) {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        // It outweighs a length, which would be believed otherwise.
        headers.remove(header::CONTENT_LENGTH);
    }
    end_hop(headers);
    retain(headers, |name| {
        !name.starts_with("x-billing-") && !name.starts_with("access-control-") && name != "set-cookie"
    });
}

/// Removes what is about the connection, and what a message says is.
fn end_hop(headers: &mut HeaderMap) {
    let lines = headers.get_all(header::CONNECTION).iter().filter_map(|line| line.to_str().ok());
    let named: Vec<_> = lines.flat_map(|line| line.split(',')).map(|name| name.trim().to_owned()).collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

fn retain(headers: &mut HeaderMap, keep: impl Fn(&str) -> bool) {
    let leaving: Vec<_> = headers.keys().filter(|name| !keep(name.as_str())).cloned().collect();
    for name in leaving {
        headers.remove(name);
    }
}

/// The host that was asked: HTTP/2 says it in the address alone.
fn host(headers: &HeaderMap, uri: &Uri) -> Option<HeaderValue> {
    let authority = uri.authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    authority.or_else(|| headers.get(header::HOST).cloned())
}

/// A text as a header can carry it: what is not visible ASCII is escaped, and so is the sign that escapes begin with.
fn visible(text: &str) -> HeaderValue {
    let escape = |byte: u8| {
        if byte.is_ascii_graphic() && byte != b'%' {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    let text: String = text.bytes().map(escape).collect();
    HeaderValue::try_from(text).unwrap_or_else(|_| unreachable!("visible ASCII is a header's value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn prepared(lines: &[(&'static str, &'static str)], account: &str) -> HeaderMap {
        let mut headers = headers(lines);
        let origin = Origin {
            client: "203.0.113.7".parse().unwrap(),
            host: Some(HeaderValue::from_static("billing.example.com")),
            proto: HeaderValue::from_static("https"),
        };
        prepare(&mut headers, Told::account(&AccountId::new(account).unwrap()), origin);
        headers
    }

    const SAID: [(&str, &str); 6] = [
        ("te", "trailers"),
        ("connection", "TE"),
        ("x-billing-account", "anna"),
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "billing.example.com"),
    ];

    #[test]
    fn what_is_about_a_connection_ends_with_it() {
        let told = prepared(
            &[
                ("connection", "close, X-Mine ,not a name"),
                ("connection", "x-too"),
                ("x-mine", "1"),
                ("x-too", "1"),
                ("keep-alive", "timeout=5"),
                ("proxy-authorization", "Basic x"),
                ("te", "gzip"),
                ("transfer-encoding", "chunked"),
                ("upgrade", "websocket"),
                ("trailer", "x"),
            ],
            "anna",
        );
        assert_eq!(told, headers(&SAID));
    }

    #[test]
    fn nobody_speaks_in_our_name() {
        let told = prepared(
            &[
                ("x-billing-account", "berta"),
                ("x-billing-exempt", "1"),
                ("x_billing_account", "berta"),
                ("x-billing_account", "berta"),
                ("x-forwarded-for", "192.0.2.1"),
                ("x_forwarded_for", "192.0.2.1"),
                ("x-forwarded-prefix", "/dear"),
                ("forwarded", "for=192.0.2.1"),
                ("x-original-url", "/api/tools/dear"),
                ("x-http-method-override", "POST"),
                ("cookie", "session=1"),
                ("host", "billing.example.com"),
                ("expect", "100-continue"),
                ("connection", "x-billing-account"),
            ],
            "anna",
        );
        assert_eq!(told, headers(&SAID));
        let kept = [("authorization", "Bearer x"), ("x-api-key", "k"), ("content-type", "application/json")];
        let told = prepared(&kept, "anna");
        assert_eq!(told, headers(&[&kept[..], &SAID].concat()));
    }

    #[test]
    fn a_subject_is_told_so_that_it_can_be_read_back() {
        for (account, told) in [
            ("auth0|5f7c8ec7", "auth0|5f7c8ec7"),
            ("anna@example.com", "anna@example.com"),
            ("100%25", "100%2525"),
            ("anna b", "anna%20b"),
            ("їжак", "%D1%97%D0%B6%D0%B0%D0%BA"),
        ] {
            assert_eq!(prepared(&[], account)["x-billing-account"], told);
        }
    }

    #[test]
    fn an_answer_says_nothing_of_its_connection_and_nothing_in_our_name() {
        let mut answer = headers(&[
            ("transfer-encoding", "chunked"),
            ("content-length", "7"),
            ("connection", "keep-alive, x-mine"),
            ("keep-alive", "timeout=5"),
            ("x-mine", "1"),
            ("x-billing-cost", "0.1"),
            ("x-billing-hold", "1"),
            ("set-cookie", "session=1"),
            ("access-control-allow-origin", "*"),
            ("content-type", "text/event-stream"),
            ("vary", "accept"),
        ]);
        clean(&mut answer);
        assert_eq!(answer, headers(&[("content-type", "text/event-stream"), ("vary", "accept")]));
    }
}
