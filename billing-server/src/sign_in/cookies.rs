use std::time::Duration;

use billing_core::BoxError;
use http::{HeaderMap, HeaderValue, header};

use crate::config::Url;

/// The cookies of this server: for it alone, out of reach of scripts, and not sent along by other sites' forms.
///
/// Over https their names begin with `__Host-`, which browsers take from this very host over https alone. In the clear on
/// this machine, where people try things out, that would not work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cookies {
    is_plain: bool,
}

impl Cookies {
    /// For a server that browsers reach at `backend`.
    pub(super) fn new(backend: &Url) -> Self {
        Self { is_plain: backend.is_loopback() && !backend.is_encrypted() }
    }

    fn name(self, name: &str) -> String {
        if self.is_plain { name.to_owned() } else { format!("__Host-{name}") }
    }

    /// The value of a cookie that a request carries once. Of two, one was not set by us.
    pub(super) fn read<'a>(self, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        let name = self.name(name);
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value);
        let (Some(value), None) = (values.next(), values.next()) else { return None };
        Some(value)
    }

    /// Has the browser keep `value` for `life`.
    pub(super) fn set(self, name: &str, value: &str, life: Duration) -> Result<HeaderValue, BoxError> {
        let secure = if self.is_plain { "" } else { "; Secure" };
        let (name, life) = (self.name(name), life.as_secs());
        let cookie = format!("{name}={value}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax{secure}");
        let mut cookie = HeaderValue::try_from(cookie)?;
        cookie.set_sensitive(true);
        Ok(cookie)
    }

    /// Has the browser forget it.
    pub(super) fn forget(self, name: &str) -> Result<HeaderValue, BoxError> {
        self.set(name, "", Duration::ZERO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(backend: &str) -> Cookies {
        Cookies::new(&backend.parse().unwrap())
    }

    fn read(backend: &str, lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
        }
        cookies(backend).read(&headers, "billing").map(str::to_owned)
    }

    #[test]
    fn only_in_the_clear_on_this_machine_they_are_plain() {
        let set = |backend| cookies(backend).set("billing", "x", Duration::from_mins(1)).unwrap();
        let plain = "billing=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        for backend in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"] {
            assert_eq!(set(backend), plain, "{backend}");
        }
        for backend in ["https://billing.example.com", "https://localhost", "http://10.0.0.1"] {
            assert_eq!(set(backend), format!("__Host-{plain}; Secure"), "{backend}");
        }
        let forgotten = cookies("http://localhost").forget("billing").unwrap();
        assert_eq!(forgotten, "billing=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        assert!(!format!("{forgotten:?}").contains("billing"));
    }

    #[test]
    fn a_cookie_is_read_where_it_is_there_once() {
        let https = "https://billing.example.com";
        assert_eq!(read(https, &["a=b; __Host-billing=x.y=z; c=d"]), Some("x.y=z".to_owned()));
        assert_eq!(read(https, &["a=b", "__Host-billing=x"]), Some("x".to_owned()));
        assert_eq!(read(https, &["billing=x"]), None);
        assert_eq!(read(https, &["__Host-billing=x; __Host-billing=y"]), None);
        assert_eq!(read(https, &["__Host-billing=x", "__Host-billing=x"]), None);
        assert_eq!(read("http://localhost", &["billing=x; __Host-billing=y"]), Some("x".to_owned()));
        assert_eq!(read(https, &["__host-billing=x; __Host-billing"]), None);
    }
}
