use std::{
    fs,
    path::{Path, PathBuf},
};

use super::TemplateFault;

/// The page that all letters share.
pub(super) const LAYOUT_HTML: &str = "layout.html";
/// The same as plain text.
pub(super) const LAYOUT_TEXT: &str = "layout.txt";

/// A template: the name of its file, and what is in it.
pub(super) type File = (&'static str, &'static str);

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../templates/", $name)))),*]
    };
}

/// All that there are.
pub(super) const FILES: [File; 22] = files![
    "layout.html",
    "layout.txt",
    "uk/common.jinja",
    "uk/payment_succeeded.jinja",
    "uk/payment_failed.jinja",
    "uk/taken_back.jinja",
    "uk/balance_low.jinja",
    "uk/limit_reached.jinja",
    "uk/needs_review.jinja",
    "uk/refund_declined.jinja",
    "uk/webhook_unmatched.jinja",
    "uk/test.jinja",
    "en/common.jinja",
    "en/payment_succeeded.jinja",
    "en/payment_failed.jinja",
    "en/taken_back.jinja",
    "en/balance_low.jinja",
    "en/limit_reached.jinja",
    "en/needs_review.jinja",
    "en/refund_declined.jinja",
    "en/webhook_unmatched.jinja",
    "en/test.jinja",
];

/// The templates of a folder, under their names.
pub(super) fn read(folder: &Path) -> Result<Vec<(&'static str, String)>, TemplateFault> {
    let mut found = Vec::new();
    let mut names = list(folder)?;
    for language in ["uk", "en"] {
        let inner = folder.join(language);
        if inner.is_dir() {
            names.extend(list(&inner)?);
        }
    }
    for path in names {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let Some((known, _)) = FILES.iter().find(|(known, _)| *known == name) else {
            return Err(TemplateFault::Unknown(path));
        };
        let source = fs::read_to_string(&path).map_err(|error| TemplateFault::Unreadable(path, error))?;
        found.push((*known, source));
    }
    Ok(found)
}

/// The files of a folder that are meant as templates.
fn list(folder: &Path) -> Result<Vec<PathBuf>, TemplateFault> {
    let unreadable = |error| TemplateFault::Unreadable(folder.to_owned(), error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension().and_then(|extension| extension.to_str());
        if !is_hidden && matches!(extension, Some("html" | "txt" | "jinja")) && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
