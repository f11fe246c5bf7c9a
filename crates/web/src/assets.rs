//! Serves what pages load besides themselves: the stylesheet, the font, the icons and the mark of the site. All of it
//! is embedded and compressed once. A file whose name has its hash never changes, and is kept for ever.

mod asset;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub(crate) use asset::Asset;

/// The parts of the stylesheet, in their order: what stands later prevails.
const STYLES: [&str; 12] = [
    include_str!("../assets/css/tokens.css"),
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/forms.css"),
    include_str!("../assets/css/components.css"),
    include_str!("../assets/css/home.css"),
    include_str!("../assets/css/results.css"),
    include_str!("../assets/css/listing.css"),
    include_str!("../assets/css/areas.css"),
    include_str!("../assets/css/personal.css"),
    include_str!("../assets/css/console.css"),
    include_str!("../assets/css/islands.css"),
    include_str!("../assets/css/print.css"),
];

static FONT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::hashed("inter", "woff2", "font/woff2", include_bytes!("../assets/fonts/inter.woff2"))
});
static RUPEE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::hashed("inter-rupee", "woff2", "font/woff2", include_bytes!("../assets/fonts/inter-rupee.woff2"))
});
static ICONS: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("icons", "svg", "image/svg+xml", include_bytes!("../assets/icons.svg")));
static MARK: LazyLock<Asset> =
    LazyLock::new(|| Asset::named("icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));
static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::hashed("site", "css", "text/css; charset=utf-8", stylesheet().into_bytes()));

/// The whole stylesheet, with the addresses of the fonts.
fn stylesheet() -> String {
    let names = [("/assets/inter.woff2", &FONT), ("/assets/inter-rupee.woff2", &RUPEE)];
    names.iter().fold(STYLES.concat(), |css, (name, font)| css.replace(name, &font.path))
}

pub(crate) fn stylesheet_path() -> &'static str {
    &STYLESHEET.path
}

pub(crate) fn icons_path() -> &'static str {
    &ICONS.path
}

/// The font that every page needs at once.
pub(crate) fn font_path() -> &'static str {
    &FONT.path
}

pub(crate) fn router() -> Router {
    Router::new().route("/assets/{file}", get(serve))
}

async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let all = [&STYLESHEET, &FONT, &RUPEE, &ICONS, &MARK];
    all.into_iter()
        .find(|asset| asset.is_at(&file))
        .map_or_else(|| StatusCode::NOT_FOUND.into_response(), |asset| answer(asset, &headers))
}

/// The asset in a coding that the client accepts.
pub(crate) fn answer(asset: &Asset, headers: &HeaderMap) -> Response {
    // In front of us, the gateway leaves the one coding that it chose (`gateway/src/compression.rs`).
    let accepts = headers.get(ACCEPT_ENCODING).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    let (bytes, coding) = asset.for_client(accepts);
    let about = [
        (CONTENT_TYPE, asset.media),
        (CACHE_CONTROL, asset.lifetime),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (VARY, "Accept-Encoding"),
    ];
    let mut response = (about, bytes.to_vec()).into_response();
    if let Some(coding) = coding {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}
