//! `/homes/{id}/photos`: the photos of a listing, for its owner.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::listing::{owns, who};
use super::show_as;
use crate::Site;
use crate::api::{ApiError, Call, Image, Property, Refusal};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::visit::Visit;

/// The most photos of a listing.
const MOST: usize = 10;

#[derive(Template)]
#[template(path = "photos.html")]
struct PhotosPage {
    frame: Frame,
    id: Key,
    heading: String,
    photos: Vec<Image>,
    /// How many more it may have.
    room: usize,
    /// What is wrong with the files that were sent, in words.
    errors: Vec<String>,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/homes/{id}/photos", get(album).post(add))
        .route("/homes/{id}/photos/first", post(first))
        .route("/homes/{id}/photos/remove", post(remove))
}

async fn album(visit: Visit, id: Key) -> Result<Response, Failure> {
    page(&visit, id, StatusCode::OK, Vec::new()).await
}

/// Shows the photos there are now. Photos whose files were deleted just now are left out of this list first.
async fn page(visit: &Visit, id: Key, status: StatusCode, errors: Vec<String>) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let person = who(visit).await?;
    let home: Property = visit.ask(Call::get(format!("/api/properties/{id}"))).await?;
    if !owns(person.as_ref(), &home) {
        return Err(Failure::Forbidden);
    }
    let photos = photos(visit, &id).await?;
    let page = PhotosPage {
        frame: visit.frame(visit.text("post-photos-title").to_string()),
        heading: home.heading().to_owned(),
        room: MOST.saturating_sub(photos.len()),
        id,
        photos,
        errors,
    };
    show_as(status, &page)
}

async fn photos(visit: &Visit, id: &Key) -> Result<Vec<Image>, ApiError> {
    visit.ask(Call::get(format!("/api/files/property/{id}"))).await
}

async fn add(visit: Visit, id: Key, request: Request) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let (parts, body) = request.into_parts();
    let Some(media) = parts.headers.get(CONTENT_TYPE) else { return Err(Failure::Unavailable) };
    let call = Call::send_files(format!("/api/properties/{id}/images"), media.clone(), body);
    match visit.tell(call).await {
        Ok(()) => Ok(visit.go(&format!("/homes/{id}/photos"), Some(Flash::PhotosAdded))),
        Err(ApiError::Refused(refusal)) if !refusal.field_errors.is_empty() => {
            page(&visit, id, refusal.status, words(&visit, &refusal)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// What is wrong, photo by photo in the order in which they were chosen.
fn words(visit: &Visit, refusal: &Refusal) -> Vec<String> {
    let place = |field: &str| field.strip_prefix("files[")?.strip_suffix(']')?.parse::<usize>().ok();
    let sorted: BTreeMap<_, _> =
        refusal.field_errors.iter().map(|(field, error)| ((place(field), field), error)).collect();
    let one = |((place, _), error): ((Option<usize>, &String), &String)| match place {
        Some(place) => visit.text("post-photo-wrong").arg("photo", place + 1).arg("error", error).to_string(),
        None => visit.text("post-photos-wrong").arg("error", error).to_string(),
    };
    sorted.into_iter().map(one).collect()
}

/// Makes a photo the one that stands for the home. The order stays.
async fn first(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let photo = chosen(&form)?;
    let ids: Vec<String> = photos(&visit, &id).await?.into_iter().map(|photo| photo.id).collect();
    let body = json!({ "fileIds": ids, "primary": photo.to_string() });
    visit.tell(Call::post(format!("/api/properties/{id}/images"), body)).await?;
    Ok(visit.go(&format!("/homes/{id}/photos"), Some(Flash::Updated)))
}

/// Deletes the file, which takes the photo off the listing.
async fn remove(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let photo = chosen(&form)?;
    if !photos(&visit, &id).await?.iter().any(|known| known.id == photo.to_string()) {
        return Err(Failure::NotFound);
    }
    visit.tell(Call::delete(format!("/api/files/{photo}"))).await?;
    Ok(visit.go(&format!("/homes/{id}/photos"), Some(Flash::PhotoRemoved)))
}

fn chosen(form: &Form) -> Result<Key, Failure> {
    form.filled("photo").and_then(Key::parse).ok_or(Failure::NotFound)
}
