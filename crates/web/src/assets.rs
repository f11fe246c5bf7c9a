//! Serves the embedded stylesheet and icon, compressed once. The stylesheet's name changes with its content.

use std::io::Write as _;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const STYLESHEET: &[u8] = include_bytes!("../assets/site.css");
const ICON: &[u8] = include_bytes!("../assets/icon.svg");

pub(crate) const FOREVER: &str = "public, max-age=31536000, immutable";
/// The best that Brotli can do, which takes a moment.
const BEST: i32 = 11;

static STYLESHEET_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/assets/{:016x}.css", const { fingerprint(STYLESHEET) }));

/// One file, in all its codings.
pub(crate) struct Asset {
    plain: &'static [u8],
    brotli: Vec<u8>,
    gzip: Vec<u8>,
}

static STYLESHEETS: LazyLock<Asset> = LazyLock::new(|| Asset::of(STYLESHEET));
static ICONS: LazyLock<Asset> = LazyLock::new(|| Asset::of(ICON));

impl Asset {
    /// A coding that fails, or gains nothing, stays empty and is not used.
    pub(crate) fn of(plain: &'static [u8]) -> Self {
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: BEST, ..Default::default() };
        if brotli::BrotliCompress(&mut { plain }, &mut brotli, &parameters).is_err() {
            brotli.clear();
        }
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let gzip = encoder.write_all(plain).and_then(|()| encoder.finish()).unwrap_or_default();
        let gains = |bytes: Vec<u8>| if bytes.len() < plain.len() { bytes } else { Vec::new() };
        Self { plain, brotli: gains(brotli), gzip: gains(gzip) }
    }

    /// The bytes for a client that accepts this, and their coding.
    fn for_client(&self, accepts: &str) -> (&[u8], Option<&'static str>) {
        let wants = |coding| accepts.split(',').any(|one| one.trim() == coding);
        match (wants("br") && !self.brotli.is_empty(), wants("gzip") && !self.gzip.is_empty()) {
            (true, _) => (&self.brotli, Some("br")),
            (_, true) => (&self.gzip, Some("gzip")),
            _ => (self.plain, None),
        }
    }
}

pub(crate) fn stylesheet_path() -> &'static str {
    &STYLESHEET_PATH
}

pub(crate) fn router() -> Router {
    Router::new().route("/assets/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let (kind, lifetime, asset) = if stylesheet_path().ends_with(&format!("/{file}")) {
        ("text/css; charset=utf-8", FOREVER, &*STYLESHEETS)
    } else if file == "icon.svg" {
        ("image/svg+xml", "public, max-age=604800", &*ICONS)
    } else {
        return StatusCode::NOT_FOUND.into_response();
    };
    answer(asset, kind, lifetime, &headers)
}

/// The asset in a coding that the client accepts. `kind` is its media type, `lifetime` its `Cache-Control`.
pub(crate) fn answer(
    asset: &Asset,
    kind: &'static str,
    lifetime: &'static str,
    headers: &HeaderMap,
) -> Response {
    // In front of us, the gateway leaves the one coding that it chose (`gateway/src/compression.rs`).
    let accepts = headers.get(ACCEPT_ENCODING).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    let (bytes, coding) = asset.for_client(accepts);
    let about = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, lifetime),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (VARY, "Accept-Encoding"),
    ];
    let mut response = (about, bytes.to_vec()).into_response();
    if let Some(coding) = coding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
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
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_poor_network_is_asked_for_little() {
        assert!(STYLESHEET.len() + ICON.len() < 15_000, "{} bytes", STYLESHEET.len());
    }

    #[test]
    fn every_coding_is_smaller_and_gives_the_same_bytes() {
        let asset = &*STYLESHEETS;
        let (brotli, coding) = asset.for_client("br");
        assert!(coding == Some("br") && brotli.len() * 3 < asset.plain.len());
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut { brotli }, &mut plain).unwrap();
        assert_eq!(plain, asset.plain);
        let (gzip, coding) = asset.for_client("gzip");
        assert!(coding == Some("gzip") && gzip.len() * 3 < asset.plain.len());
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(gzip).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, asset.plain);
        assert_eq!(asset.for_client("identity"), (asset.plain, None));
        assert!(ICONS.for_client("br").0.len() <= ICON.len(), "what gains nothing is sent as it is");
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        let css = String::from_utf8(STYLESHEET.to_vec()).unwrap();
        assert!(!css.contains("url(") && !css.contains("@import"));
    }
}
