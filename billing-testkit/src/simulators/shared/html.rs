//! Small pages without scripts.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;margin:3rem auto;max-width:26rem;padding:0 1rem}\
body.wide{max-width:72rem}\
h1{font-size:1.3rem}\
h2{font-size:1.1rem;margin-top:2rem}\
.amount{font-size:2rem;font-weight:600;margin:.5rem 0}\
.muted{opacity:.7;font-size:.85rem;overflow-wrap:anywhere}\
form{display:inline-block;margin:.15rem .3rem .15rem 0}\
button{font:inherit;padding:.45rem 1rem;border:1px solid #8888;border-radius:.5rem;cursor:pointer}\
button.main{background:#3454d1;border-color:#3454d1;color:#fff}\
input{font:inherit;width:6rem;padding:.4rem;border:1px solid #8888;border-radius:.5rem}\
input.card{width:14rem}\
table{border-collapse:collapse;width:100%}\
td,th{border-bottom:1px solid #8884;padding:.5rem;text-align:left;vertical-align:top}";

/// Nothing but the page itself. No `form-action`, since a form may end at the merchant's return address.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// Text as it may stand in HTML, in attributes too.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A whole page. The title is text, the body is HTML.
pub(crate) fn page(status: StatusCode, language: &str, class: &str, title: &str, body: &str) -> Response {
    let title = escape(title);
    let page = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head>\
         <body class=\"{class}\"><h1>{title}</h1>{body}</body></html>"
    );
    let mut response = (status, Html(page)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A form with one button: hidden fields as pairs of name and value.
pub(crate) fn button(action: &str, class: &str, label: &str, hidden: &[(&str, &str)]) -> String {
    let mut form = format!("<form method=\"post\" action=\"{}\">", escape(action));
    for (name, value) in hidden {
        // Writing into a string does not fail.
        let _ = write!(form, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
    }
    let _ = write!(form, "<button class=\"{class}\">{}</button></form>", escape(label));
    form
}

/// Browsers ask for HTML by name; curl takes anything, and gets JSON.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    text(headers, header::ACCEPT).is_some_and(|accepted| accepted.contains("text/html"))
}

/// What the browser would like to read.
pub(crate) fn accepted_languages(headers: &HeaderMap) -> Option<&str> {
    text(headers, header::ACCEPT_LANGUAGE)
}

/// The language asked for, else the first accepted one that is spoken here, else English.
pub(crate) fn choose_language(asked: Option<&str>, accepted: Option<&str>) -> &'static str {
    asked
        .into_iter()
        .chain(accepted.unwrap_or_default().split(','))
        .find_map(|tag| match tag.trim().get(..2) {
            Some("uk") => Some("uk"),
            Some("en") => Some("en"),
            _ => None,
        })
        .unwrap_or("en")
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::{button, choose_language, escape};

    #[test]
    fn nothing_escapes_from_text_or_attributes() {
        assert_eq!(escape("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
        assert!(!button("/", "", "Pay", &[("secret", "\"><script>")]).contains("<script>"));
    }

    #[test]
    fn the_language_is_the_one_asked_for_else_accepted_else_english() {
        assert_eq!(choose_language(Some("uk"), Some("en")), "uk");
        assert_eq!(choose_language(None, Some("de-DE, uk;q=0.9, en;q=0.8")), "uk");
        assert_eq!(choose_language(Some("fr"), None), "en");
    }
}
