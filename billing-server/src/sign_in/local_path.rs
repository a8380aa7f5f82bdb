use std::fmt;

use reqwest::Url;

/// Longer ones are not worth coming back to, and have to fit into a cookie.
const LONGEST_BYTES: usize = 1_024;

/// Where a browser goes after signing in: an address of this very server, as it stands behind the host.
///
/// Anybody can send somebody here with a wish of his own; nobody is sent on to another site for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LocalPath(String);

impl LocalPath {
    /// `None` for what is not, or may not be, an address here.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
        if text.len() > LONGEST_BYTES || !text.starts_with('/') || !text.bytes().all(is_plain) {
            return None;
        }
        // As a browser takes it.
        let base = Url::parse("https://billing.invalid").ok()?;
        let resolved = base.join(text).ok().filter(|url| url.origin() == base.origin())?;
        let path = resolved.path();
        let begins_twice = path.starts_with("//") || is_escaped_slash(path.get(1..4));
        // Signing in leads to no signing in.
        let is_sign_in = path == "/auth" || path.starts_with("/auth/");
        (!begins_twice && !is_sign_in).then(|| Self(text.to_owned()))
    }

    /// The one wished for, else the first page.
    pub(crate) fn wished(text: Option<&str>) -> Self {
        text.and_then(Self::parse).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who unescapes it once more would see another host.
fn is_escaped_slash(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.eq_ignore_ascii_case("%2f") || text.eq_ignore_ascii_case("%5c"))
}

impl Default for LocalPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_this_server_is_returned_to() {
        for good in [
            "/",
            "/topup",
            "/topup?amount=10&currency=USD",
            "/transactions?q=%D1%96#top",
            "/payment/stripe/return?payment=0190",
            "/a//b",
            "/topup?return=https://example.com//",
            "/authors",
        ] {
            assert_eq!(LocalPath::wished(Some(good)).as_str(), good);
        }
        for bad in [
            "",
            "topup",
            "//evil.com",
            "///evil.com",
            "/\\evil.com",
            "\\\\evil.com",
            "/\tevil.com",
            "/\t/evil.com",
            "/topup\r\nSet-Cookie: a=b",
            " /topup",
            "/to pup",
            "https://evil.com",
            "https:evil.com",
            "javascript:alert(1)",
            "/.//evil.com",
            "/a/..//evil.com",
            "/%2e//evil.com",
            "/%2Fevil.com",
            "/%2fevil.com",
            "/%5Cevil.com",
            "%2F%2Fevil.com",
            "/@evil.com\u{0}",
            "/їжак",
            "/auth/login",
            "/auth",
            "/./auth/login",
            &format!("/{}", "a".repeat(1_024)),
        ] {
            assert_eq!(LocalPath::parse(bad), None, "{bad:?}");
            assert_eq!(LocalPath::wished(Some(bad)).as_str(), "/");
        }
        assert_eq!(LocalPath::wished(None).as_str(), "/");
    }
}
