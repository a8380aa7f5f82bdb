use std::{fmt, net::IpAddr, str::FromStr};

use http::{Uri, uri::Scheme};

/// A web address that others are built on: scheme, host, port and path, without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    origin: String,
    path: String,
    host: String,
}

impl Url {
    pub(super) fn new(uri: &Uri) -> Self {
        let scheme = uri.scheme_str().unwrap_or("http");
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let usual_port = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        // As browsers write it in `Origin`.
        let origin = match uri.port_u16() {
            Some(port) if port != usual_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        };
        Self { origin, path: uri.path().trim_end_matches('/').to_owned(), host }
    }

    /// The address of a server on this machine.
    pub fn of_server(addr: std::net::SocketAddr) -> Self {
        Self { origin: format!("http://{addr}"), path: String::new(), host: addr.ip().to_string() }
    }

    /// Scheme, host and port, as browsers send it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// With a path that begins with a slash behind it.
    pub fn join(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    pub(crate) fn is_encrypted(&self) -> bool {
        self.origin.starts_with("https://")
    }

    pub(crate) fn is_loopback(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Url {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        super::parse::url(text)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
