//! What other sites read: `/robots.txt`, `/sitemap.xml` with the files it names, and pictures of homes that are shared.
//! Everybody gets the same, without a session, and may keep it for a while.

mod entries;
mod homes;
mod index;
mod preview;
mod robots;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::Site;
use crate::api::{ApiError, Caller};
use crate::failure::Failure;
pub(crate) use index::Sitemaps;
pub(crate) use preview::{HEIGHT, Previews, WIDTH};

const XML: &str = "application/xml; charset=utf-8";

pub(crate) fn router() -> Router<Site> {
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/sitemap.xml", get(sitemap))
        .route("/sitemaps/{file}", get(part))
        .route("/previews/{file}", get(preview::preview))
}

/// Who asks, and for which site.
pub(super) struct Reader {
    pub(super) site: Site,
    pub(super) caller: Caller,
}

impl Reader {
    /// The complete address of a path of the site.
    pub(super) fn complete(&self, path: &str) -> String {
        format!("{}{path}", self.site.addresses.of(self.caller.host()))
    }
}

impl FromRequestParts<Site> for Reader {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        Ok(Self { caller: Caller::of(parts, site.settings.secure_cookies), site: site.clone() })
    }
}

async fn robots(reader: Reader) -> Response {
    kept("text/plain; charset=utf-8", robots::text(&reader.complete("/sitemap.xml")))
}

async fn sitemap(reader: Reader) -> Response {
    match index::index(&reader).await {
        Ok(index) => kept(XML, index),
        Err(error) => refused(error),
    }
}

async fn part(reader: Reader, Path(file): Path<String>) -> Response {
    if file == "areas.xml" {
        return match entries::places(&reader).await {
            Ok(places) => kept(XML, places),
            Err(error) => refused(error),
        };
    }
    let number = file.strip_prefix("homes-").and_then(|file| file.strip_suffix(".xml"));
    let Some(number) = number.and_then(|number| number.parse().ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(turn) = Arc::clone(&reader.site.sitemaps.sending).try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "10")]).into_response();
    };
    match homes::file(reader, number, turn).await {
        Ok(Some(body)) => kept(XML, body),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => refused(error),
    }
}

fn kept(media: &'static str, body: impl Into<Body>) -> Response {
    kept_for("public, max-age=3600", media, body.into())
}

fn kept_for(caching: &'static str, media: &'static str, body: Body) -> Response {
    ([(CONTENT_TYPE, media), (CACHE_CONTROL, caching)], body).into_response()
}

/// The status alone: no person reads these files. A search engine comes back after an error.
fn refused(error: ApiError) -> Response {
    let failure = Failure::from(error);
    let mut response = failure.status().into_response();
    if let Failure::TooMany { wait: Some(seconds) } = failure {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
