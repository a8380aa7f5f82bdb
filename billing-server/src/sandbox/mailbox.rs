//! The mailbox of the sandbox: letters that were sent, as a mail program would show them.
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    extract::State,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::header;
use mail_parser::{Address, Message, MessageParser};
use tokio::task::spawn_blocking;

use crate::{App, Mode, error::ApiError, extract::ApiPath};

/// The newest ones; older ones stay in the folder.
const MOST_SHOWN: usize = 200;
const LARGEST_BYTES: u64 = 1_000_000;
/// Around a letter: styles within the page, and the letter in a frame.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; \
    frame-ancestors 'none'";
/// A letter itself: no scripts, and links open elsewhere.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;\
    color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;\
    border-bottom:1px solid #8886;vertical-align:top}iframe{width:100%;height:44rem;border:1px solid #8886;\
    background:#fff}pre{white-space:pre-wrap;border:1px solid #8886;padding:1rem}\
    .banner{background:#ffd84d;color:#111;padding:.5rem 1rem;font-weight:600}";

/// Its pages.
pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/mailbox", get(list))
        .route("/mailbox/{letter}", get(show))
        .route("/mailbox/{letter}/html", get(html))
}

async fn list(State(app): State<Arc<App>>) -> Result<Response, ApiError> {
    let folder = folder(&app)?;
    let rows = read(move || {
        let mut rows = String::new();
        for name in names(&folder)?.into_iter().take(MOST_SHOWN) {
            rows.push_str(&row(&folder, &name)?);
        }
        Ok(rows)
    })
    .await?;
    let table = if rows.is_empty() {
        "<p>No letters yet. Pay, or let a payment be declined, and one lands here.</p>".to_owned()
    } else {
        format!("<table><tr><th>When<th>To<th>Subject</tr>{rows}</table>")
    };
    Ok(page("Mailbox", &format!("<h1>Mailbox</h1>{table}")))
}

fn row(folder: &Path, name: &str) -> io::Result<String> {
    let raw = fs::read(folder.join(name))?;
    let Some(letter) = MessageParser::new().parse(&raw) else { return Ok(String::new()) };
    let (to, subject) = (escaped(&reader_of(&letter)), escaped(letter.subject().unwrap_or_default()));
    let at = letter.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
    Ok(format!(r#"<tr><td>{at}<td>{to}<td><a href="/mailbox/{name}">{subject}</a></tr>"#))
}

async fn show(State(app): State<Arc<App>>, ApiPath(name): ApiPath<String>) -> Result<Response, ApiError> {
    let raw = letter(&app, name.clone()).await?;
    let letter = MessageParser::new().parse(&raw).ok_or_else(unknown_letter)?;
    let subject = escaped(letter.subject().unwrap_or_default());
    let text = escaped(&letter.body_text(0).unwrap_or_default());
    let mut headers = String::new();
    for (name, value) in letter.headers_raw() {
        headers.extend([&escaped(name), ": ", &escaped(value.trim()), "\n"]);
    }
    let body = format!(
        r#"<p><a href="/mailbox">Mailbox</a></p><h1>{subject}</h1><p>To {to}</p>
<h2>HTML</h2><iframe title="The letter" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/mailbox/{name}/html"></iframe>
<h2>Text</h2><pre>{text}</pre><h2>Headers</h2><pre>{headers}</pre>"#,
        to = escaped(&reader_of(&letter)),
    );
    Ok(page(&subject, &body))
}

async fn html(State(app): State<Arc<App>>, ApiPath(name): ApiPath<String>) -> Result<Response, ApiError> {
    let raw = letter(&app, name).await?;
    let letter = MessageParser::new().parse(&raw).ok_or_else(unknown_letter)?;
    let html = letter.body_html(0).unwrap_or_default();
    let html = html.replacen("<head>", r#"<head><base target="_blank">"#, 1);
    Ok(([(header::CONTENT_SECURITY_POLICY, LETTER_POLICY)], Html(html)).into_response())
}

/// The raw letter of a name. Only what stands in the folder has one.
async fn letter(app: &App, name: String) -> Result<Vec<u8>, ApiError> {
    let folder = folder(app)?;
    let raw = read(move || {
        let known = names(&folder)?.contains(&name);
        known.then(|| fs::read(folder.join(name))).transpose()
    })
    .await?;
    raw.ok_or_else(unknown_letter)
}

fn unknown_letter() -> ApiError {
    ApiError::not_found("NOT_FOUND", "there is no such letter; see /mailbox")
}

fn folder(app: &App) -> Result<PathBuf, ApiError> {
    match &app.mode {
        Mode::Sandbox { mail, .. } => Ok(mail.clone()),
        Mode::Serve => Err(unknown_letter()),
    }
}

/// The names of all letters, the newest first: they begin with their time.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let plain = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
        if name.strip_suffix(".eml").is_some()
            && name.chars().all(plain)
            && entry.metadata()?.len() <= LARGEST_BYTES
        {
            names.push(name);
        }
    }
    names.sort_unstable_by(|a, b| b.cmp(a));
    Ok(names)
}

async fn read<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ApiError> {
    let done = spawn_blocking(work).await.map_err(ApiError::internal)?;
    done.map_err(ApiError::internal)
}

fn reader_of(letter: &Message<'_>) -> String {
    let first = letter.to().and_then(Address::first);
    first.map_or(String::new(), |to| match (to.name(), to.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (_, address) => address.unwrap_or_default().to_owned(),
    })
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        r#"<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>{STYLE}</style><p class="banner">SANDBOX: these letters went nowhere else.</p>{body}</html>"#
    );
    ([(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)], Html(html)).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
