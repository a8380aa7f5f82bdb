//! The files of the dashboard: within the program, or in an operator's folder.
use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use billing_core::BoxError;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// The page that all pages are.
pub(super) const INDEX: &str = "index.html";
/// A folder with more is not a dashboard.
const MOST_FILES: usize = 2_000;
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// The dashboard that was built with this program. While it is worked on, its files are read from where they are built.
#[cfg(feature = "dashboard")]
#[derive(rust_embed::Embed)]
#[folder = "dashboard/dist"]
#[allow_missing = true]
struct Built;

/// Where the files are.
pub(super) enum Assets {
    /// In the program.
    #[cfg(feature = "dashboard")]
    Built,
    /// In memory, as they were in a folder at the start.
    Loaded(BTreeMap<String, Asset>),
}

/// A file.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    pub(super) content: Bytes,
    /// What `ETag` says: weak, for what is sent may be packed in several ways.
    pub(super) tag: String,
}

impl Asset {
    fn new(content: Bytes, hash: [u8; 32]) -> Self {
        let tag = format!("W/\"{}\"", hex::encode(&hash[..16]));
        Self { content, tag }
    }
}

impl Assets {
    /// Those within the program, if it was built with them.
    #[cfg(feature = "dashboard")]
    pub(super) fn built() -> Option<Self> {
        Built::get(INDEX).map(|_| Self::Built)
    }

    /// None: this program was built without them.
    #[cfg(not(feature = "dashboard"))]
    pub(super) const fn built() -> Option<Self> {
        None
    }

    /// Those of a folder, all of them at once: later changes to it are not seen.
    ///
    /// # Errors
    /// When it can't be read, or holds no dashboard.
    pub(super) fn load(folder: &Path) -> Result<Self, BoxError> {
        let unusable = |reason: &str| format!("dashboard in {} can't be used: {reason}", folder.display());
        let mut files = BTreeMap::new();
        let mut bytes = 0;
        let mut folders = vec![PathBuf::new()];
        while let Some(below) = folders.pop() {
            for entry in fs::read_dir(folder.join(&below)).map_err(|error| unusable(&error.to_string()))? {
                let entry = entry?;
                let path = below.join(entry.file_name());
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    folders.push(path);
                } else if let Some(name) = path.to_str().filter(|_| kind.is_file()) {
                    bytes += entry.metadata()?.len();
                    if bytes > MOST_BYTES || files.len() >= MOST_FILES {
                        return Err(unusable("it holds too much").into());
                    }
                    let content = fs::read(entry.path())?;
                    let hash = Sha256::digest(&content).into();
                    files.insert(name.to_owned(), Asset::new(content.into(), hash));
                }
            }
        }
        if files.contains_key(INDEX) {
            Ok(Self::Loaded(files))
        } else {
            Err(unusable("it has no index.html").into())
        }
    }

    /// The file of this name.
    pub(super) fn get(&self, name: &str) -> Option<Asset> {
        match self {
            #[cfg(feature = "dashboard")]
            Self::Built => {
                use std::borrow::Cow;

                let file = Built::get(name)?;
                let content = match file.data {
                    Cow::Borrowed(content) => Bytes::from_static(content),
                    Cow::Owned(content) => content.into(),
                };
                Some(Asset::new(content, file.metadata.sha256_hash()))
            }
            Self::Loaded(files) => files.get(name).cloned(),
        }
    }
}

impl fmt::Debug for Assets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assets").finish_non_exhaustive()
    }
}

/// What a browser is to take a file for, by its name.
pub(super) fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "webmanifest") => "application/json; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(all(test, feature = "dashboard"))]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_the_page_names_is_there() {
        let Some(assets) = Assets::built() else { return };
        let index = assets.get(INDEX).unwrap();
        let index = std::str::from_utf8(&index.content).unwrap();
        let named = index.split(['"', '\'']).filter(|text| text.starts_with('/') && text.contains('.'));
        let named: Vec<_> = named.collect();
        assert!(!named.is_empty(), "{index}");
        for name in named {
            assert!(assets.get(name.trim_start_matches('/')).is_some(), "{name}");
            assert_ne!(media_type(name), "application/octet-stream", "{name}");
        }
        for outside in ["../Cargo.toml", "../../Cargo.toml", "/etc/passwd", "assets", ""] {
            assert!(assets.get(outside).is_none(), "{outside}");
        }
    }
}
