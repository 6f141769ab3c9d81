//! The style sheet and the script, in the binary. Their paths carry their content's hash, so that a
//! browser may keep them for good and never shows an old one.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

const CSS: &str = include_str!("assets/verzet.css");
const JS: &str = include_str!("assets/verzet.js");

static CSS_NAME: LazyLock<String> = LazyLock::new(|| format!("{}.css", hash(CSS)));
static JS_NAME: LazyLock<String> = LazyLock::new(|| format!("{}.js", hash(JS)));

fn hash(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().take(8).map(|b| format!("{b:02x}")).collect()
}

/// Where the style sheet is.
pub(crate) fn css_path() -> String {
    format!("/assets/{}", *CSS_NAME)
}

/// Where the script is.
pub(crate) fn js_path() -> String {
    format!("/assets/{}", *JS_NAME)
}

/// An asset by the name in its path.
pub(crate) async fn get(Path(name): Path<String>) -> Response {
    let (kind, text) = if name == *CSS_NAME {
        ("text/css; charset=utf-8", CSS)
    } else if name == *JS_NAME {
        ("text/javascript; charset=utf-8", JS)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, text).into_response()
}
