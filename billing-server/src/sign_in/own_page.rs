//! Whether a request of a browser was made by a page of this server.
use http::{HeaderMap, HeaderName, header};

use crate::config::Url;

const REQUESTED_WITH: HeaderName = HeaderName::from_static("x-requested-with");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What the dashboard says of itself. A form of another site can't say anything, and a script of another site is stopped
/// by the browser, which asks first.
const DASHBOARD: &str = "billing-dashboard";

/// The origin that this server's own pages have.
#[derive(Clone, Debug)]
pub(super) struct OwnPage {
    origin: String,
    is_plain: bool,
}

impl OwnPage {
    /// Of a server that browsers reach at `backend`.
    pub(super) fn new(backend: &Url) -> Self {
        let is_plain = backend.is_loopback() && !backend.is_encrypted();
        Self { origin: backend.origin().to_owned(), is_plain }
    }

    /// Whether the dashboard has made a request: it says so, and the browser says where it comes from.
    pub(super) fn is_dashboard(&self, headers: &HeaderMap) -> bool {
        only(headers, &REQUESTED_WITH) == Some(DASHBOARD) && self.made(headers) == Some(true)
    }

    /// Whether one of our pages has made a request, as the browser says; `None` when nothing is said, which no browser of
    /// today does for a form or a script.
    pub(super) fn made(&self, headers: &HeaderMap) -> Option<bool> {
        if headers.contains_key(header::ORIGIN) {
            return Some(only(headers, &header::ORIGIN).is_some_and(|origin| self.is_ours(origin, headers)));
        }
        headers.contains_key(FETCH_SITE).then(|| only(headers, &FETCH_SITE) == Some("same-origin"))
    }

    /// On this machine a server is `localhost` as well as `127.0.0.1`: the name that was asked for counts, too.
    fn is_ours(&self, origin: &str, headers: &HeaderMap) -> bool {
        if origin == self.origin {
            return true;
        }
        let Some(host) = origin.strip_prefix("http://").filter(|_| self.is_plain) else { return false };
        let is_this_machine = origin.parse().is_ok_and(|origin: Url| origin.is_loopback());
        is_this_machine && only(headers, &header::HOST) == Some(host)
    }
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn made(backend: &str, lines: &[(&'static str, &str)]) -> Option<bool> {
        OwnPage::new(&backend.parse().unwrap()).made(&headers(lines))
    }

    #[test]
    fn the_browser_says_where_a_request_comes_from() {
        let https = "https://billing.example.com";
        assert_eq!(made(https, &[("origin", https)]), Some(true));
        assert_eq!(made(https, &[("sec-fetch-site", "same-origin")]), Some(true));
        assert_eq!(made(https, &[]), None);
        for foreign in [
            "null",
            "http://billing.example.com",
            "https://billing.example.com:8443",
            "https://billing.example.com.evil.com",
            "https://evil.com",
            "",
        ] {
            assert_eq!(made(https, &[("origin", foreign)]), Some(false), "{foreign}");
            let claimed = [("origin", foreign), ("sec-fetch-site", "same-origin")];
            assert_eq!(made(https, &claimed), Some(false), "{foreign}");
        }
        for site in ["same-site", "cross-site", "none", ""] {
            assert_eq!(made(https, &[("sec-fetch-site", site)]), Some(false), "{site}");
        }
        assert_eq!(made(https, &[("origin", https), ("origin", https)]), Some(false));
    }

    #[test]
    fn on_this_machine_its_other_names_count() {
        let backend = "http://127.0.0.1:8080";
        let from = |origin: &str, host: &str| made(backend, &[("origin", origin), ("host", host)]);
        assert_eq!(from("http://localhost:8080", "localhost:8080"), Some(true));
        assert_eq!(from("http://localhost:8080", "127.0.0.1:8080"), Some(false));
        assert_eq!(from("http://localhost:9090", "localhost:8080"), Some(false));
        // A name of the attacker's that leads here.
        assert_eq!(from("http://evil.com:8080", "evil.com:8080"), Some(false));
        let https = "https://localhost";
        let lines = [("origin", "http://127.0.0.1"), ("host", "127.0.0.1")];
        assert_eq!(made(https, &lines), Some(false));
    }

    #[test]
    fn the_dashboard_names_itself_as_well() {
        let https = "https://billing.example.com";
        let page = OwnPage::new(&https.parse().unwrap());
        let is_dashboard = |lines: &[(&'static str, &str)]| page.is_dashboard(&headers(lines));
        assert!(is_dashboard(&[("origin", https), ("x-requested-with", "billing-dashboard")]));
        assert!(!is_dashboard(&[("origin", https)]));
        assert!(!is_dashboard(&[("origin", https), ("x-requested-with", "XMLHttpRequest")]));
        assert!(!is_dashboard(&[("x-requested-with", "billing-dashboard")]));
        let foreign = [("origin", "https://evil.com"), ("x-requested-with", "billing-dashboard")];
        assert!(!is_dashboard(&foreign));
    }
}
