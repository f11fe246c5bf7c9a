//! Serves the embedded stylesheet and icon. The stylesheet's name changes with its content.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const STYLESHEET: &[u8] = include_bytes!("../assets/site.css");
const ICON: &[u8] = include_bytes!("../assets/icon.svg");

const FOREVER: &str = "public, max-age=31536000, immutable";

static STYLESHEET_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/assets/{:016x}.css", const { fingerprint(STYLESHEET) }));

pub(crate) fn stylesheet_path() -> &'static str {
    &STYLESHEET_PATH
}

pub(crate) fn router() -> Router {
    Router::new().route("/assets/{file}", get(serve))
}

async fn serve(Path(file): Path<String>) -> Response {
    let (kind, lifetime, content) = if stylesheet_path().ends_with(&format!("/{file}")) {
        ("text/css; charset=utf-8", FOREVER, STYLESHEET)
    } else if file == "icon.svg" {
        ("image/svg+xml", "public, max-age=604800", ICON)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, lifetime), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, content).into_response()
}

/// An FNV-1a hash. It identifies a version and has no security purpose.
const fn fingerprint(content: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < content.len() {
        hash = (hash ^ content[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::{ICON, STYLESHEET};

    #[test]
    fn a_poor_network_is_asked_for_little() {
        assert!(STYLESHEET.len() + ICON.len() < 15_000, "{} bytes", STYLESHEET.len());
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        let css = String::from_utf8(STYLESHEET.to_vec()).unwrap();
        assert!(!css.contains("url(") && !css.contains("@import"));
    }
}
