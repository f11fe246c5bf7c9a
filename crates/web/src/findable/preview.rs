//! `/previews/{id}.jpg`: the picture that other sites show when a home is shared.
//!
//! One picture is drawn at a time, on a thread where it holds nobody up. Whoever comes meanwhile gets the photo itself. The
//! last pictures are kept. The reader pays for the calls to the API.

mod drawing;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Redirect, Response};
use tokio::sync::Semaphore;

use super::{Reader, kept_for, refused};
use crate::api::{ApiError, Call, Property};
use crate::key::Key;
pub(crate) use drawing::{HEIGHT, WIDTH};

/// The most pictures that are kept; each has about 100 kB.
const KEPT: usize = 32;
/// The width of the photo that is drawn on.
const PHOTO: u32 = 1600;
/// The largest photo: ours have less than a tenth of it.
const LARGEST: usize = 8 * 1024 * 1024;

/// The pictures drawn last.
pub(crate) struct Previews {
    turn: Semaphore,
    /// The newest last, each under all that is on it.
    kept: Mutex<VecDeque<(String, Bytes)>>,
}

impl Default for Previews {
    fn default() -> Self {
        Self { turn: Semaphore::new(1), kept: Mutex::default() }
    }
}

impl Previews {
    fn get(&self, name: &str) -> Option<Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|(known, _)| known == name).map(|(_, picture)| picture.clone())
    }

    fn keep(&self, name: String, picture: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back((name, picture));
    }
}

pub(super) async fn preview(reader: Reader, Path(file): Path<String>) -> Response {
    let Some(id) = file.strip_suffix(".jpg").and_then(Key::parse) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match picture(&reader, &id).await {
        Ok(response) => response,
        Err(error) => refused(error),
    }
}

async fn picture(reader: &Reader, id: &Key) -> Result<Response, ApiError> {
    let call = Call::get(format!("/api/properties/{id}"));
    let home: Property = reader.site.api.send(&reader.caller, None, call).await?.data()?;
    let Some(photo) = home.primary_image().map(|image| image.at(PHOTO)) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let (price, place) = (home.price_words(), home.place());
    let name = format!("{photo}\n{price}\n{place}");
    let previews = &reader.site.previews;
    if let Some(picture) = previews.get(&name) {
        return Ok(sent(picture));
    }
    let Ok(_turn) = previews.turn.try_acquire() else { return Ok(instead(&photo)) };
    let answer = reader.site.api.file(&reader.caller, None, Call::get(&*photo)).await?;
    let bytes = to_bytes(answer.into_body(), LARGEST).await;
    let bytes = bytes.map_err(|error| ApiError::Unusable(error.to_string()))?;
    match tokio::task::spawn_blocking(move || drawing::draw(&bytes, &price, &place)).await {
        Ok(Ok(picture)) => {
            let picture = Bytes::from(picture);
            previews.keep(name, picture.clone());
            Ok(sent(picture))
        }
        Ok(Err(error)) => {
            tracing::warn!(%error, property.id = %id, "a preview could not be drawn");
            Ok(instead(&photo))
        }
        Err(error) => {
            tracing::error!(%error, property.id = %id, "drawing a preview failed");
            Ok(instead(&photo))
        }
    }
}

fn sent(picture: Bytes) -> Response {
    kept_for("public, max-age=86400", "image/jpeg", Body::from(picture))
}

/// The photo itself, this time.
fn instead(photo: &str) -> Response {
    ([(CACHE_CONTROL, "no-store")], Redirect::temporary(photo)).into_response()
}
