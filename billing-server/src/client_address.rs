//! The address that a request came from, as far as it can be believed.
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, request::Parts};

use crate::{App, BoxError, config::TrustedProxies, error::ApiError};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is at the other end of the connection that a request came over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The address of the client: the peer's, unless that is a trusted proxy, which tells whom it speaks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let Some(Peer(peer)) = parts.extensions.get() else {
            return Err(ApiError::internal(BoxError::from("the connection does not tell its peer")));
        };
        Ok(Self(client(peer.ip(), &parts.headers, &app.trusted_proxies)))
    }
}

/// Walks from the peer towards the client, for as long as each one on the way is trusted to name the one before it.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    let peer = peer.to_canonical();
    let mut client = peer;
    for line in headers.get_all(FORWARDED_FOR).iter().rev() {
        let Ok(line) = line.to_str() else { return peer };
        for named in line.rsplit(',') {
            if !trusted.contains(client) {
                return client;
            }
            match address(named.trim()) {
                Some(named) => client = named,
                None => return peer,
            }
        }
    }
    client
}

/// An address, with a port behind it or without.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The client that `10.0.0.1` is believed to speak for.
    fn behind(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        client(peer.parse().unwrap(), &headers, &"10.0.0.0/8,::1".parse().unwrap()).to_string()
    }

    #[test]
    fn who_is_not_a_trusted_proxy_speaks_for_itself() {
        assert_eq!(behind("203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(behind("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(behind("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_last_one_that_no_trusted_proxy_stands_for_is_the_client() {
        // What a client made up stands further to the left.
        assert_eq!(behind("10.0.0.1", &["192.0.2.1, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(behind("10.0.0.1", &["192.0.2.1", "198.51.100.1, 10.0.0.2", "10.0.0.3"]), "198.51.100.1");
        assert_eq!(behind("10.0.0.1", &["nonsense, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(behind("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn what_is_no_address_is_not_believed() {
        for garbage in ["", "unknown", "198.51.100.1,", "198.51.100.1 192.0.2.1", "_hidden", "\u{ff}"] {
            assert_eq!(behind("10.0.0.1", &[garbage]), "10.0.0.1", "{garbage}");
        }
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        assert_eq!(behind("::ffff:10.0.0.1", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(behind("::1", &["::ffff:198.51.100.1"]), "198.51.100.1");
        assert_eq!(behind("::1", &["[2001:db8::1]:443"]), "2001:db8::1");
    }
}
