//! The dashboard: a page for browsers, and the files that it is made of.
//!
//! Every address of a page is answered with the one page there is, which looks at the address itself. Addresses of the
//! API are never answered so: a program that mistypes one is told.
mod assets;
mod headers;

use std::{path::Path, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use billing_core::BoxError;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use tower_http::compression::{
    CompressionLayer,
    predicate::{And, NotForContentType, Predicate as _, SizeAbove},
};

use self::assets::{Asset, Assets, INDEX, media_type};
use crate::{App, error::nothing_here};

/// Their names change with their content.
const HASHED: &str = "assets/";
/// What is not the dashboard's, by the first part of its path.
const NOT_PAGES: [&str; 12] = [
    "admin",
    "api",
    "assets",
    "auth",
    "docs",
    "healthz",
    "mailbox",
    "metrics",
    "openapi.json",
    "readyz",
    "status",
    "webhooks",
];
/// Packing what is shorter is not worth it.
const PACKED_FROM_BYTES: u64 = 1_024;

/// The dashboard that is served.
#[derive(Debug)]
pub(crate) struct Dashboard {
    assets: Assets,
    headers: HeaderMap,
}

impl Dashboard {
    /// That of a folder, else the one within the program, if there is one.
    ///
    /// # Errors
    /// When the folder can't be used.
    pub(crate) fn open(folder: Option<&Path>, with_stripe: bool) -> Result<Option<Self>, BoxError> {
        let assets = match folder {
            Some(folder) => Some(Assets::load(folder)?),
            None => Assets::built(),
        };
        let with = |assets| Ok(Self { assets, headers: headers::page_headers(with_stripe)? });
        assets.map(with).transpose()
    }

    /// The page, which is the same at every address.
    pub(crate) fn page(&self, asked: &HeaderMap) -> Response {
        match self.assets.get(INDEX) {
            Some(index) => self.answer(INDEX, index, asked),
            None => nothing_here().into_response(),
        }
    }

    fn serve(&self, path: &str, asked: &HeaderMap) -> Response {
        let name = path.trim_start_matches('/');
        match self.assets.get(name) {
            Some(asset) => self.answer(name, asset, asked),
            None if is_page(name) => self.page(asked),
            None => nothing_here().into_response(),
        }
    }

    fn answer(&self, name: &str, asset: Asset, asked: &HeaderMap) -> Response {
        let is_known = asked.get_all(header::IF_NONE_MATCH).iter().any(|tags| names(tags, &asset.tag));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let content_type = HeaderValue::from_static(media_type(name));
            let mut response = Response::new(Body::from(asset.content));
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
            response
        };
        let keep = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = response.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        if let Ok(tag) = HeaderValue::try_from(asset.tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

/// Whether a list of tags names this one. All of them are compared as weak ones.
fn names(list: &HeaderValue, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    list.to_str().is_ok_and(|list| list.trim() == "*" || list.split(',').any(|one| bare(one) == bare(tag)))
}

/// Whether there is a page at an address: its last part has no ending, and its first is nobody else's.
fn is_page(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    !last.contains('.') && !NOT_PAGES.contains(&first)
}

/// What nothing else answers: the dashboard's.
pub(crate) async fn serve(State(app): State<Arc<App>>, request: Request) -> Response {
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    match app.dashboard.as_ref().filter(|_| is_read) {
        Some(dashboard) => dashboard.serve(request.uri().path(), request.headers()),
        None => nothing_here().into_response(),
    }
}

/// Packs pages, files and descriptions: what is the same for everybody. Answers about an account are sent as they are,
/// for the length of a packed one can tell of a secret that stands beside what an attacker has said.
pub(crate) fn packing() -> CompressionLayer<And<SizeAbove, NotForContentType>> {
    let worth_it = SizeAbove::new(PACKED_FROM_BYTES).and(NotForContentType::IMAGES);
    CompressionLayer::new().compress_when(worth_it)
}
