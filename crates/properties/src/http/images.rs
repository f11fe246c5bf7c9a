//! `POST /api/properties/{id}/images`: adds photos to a listing, by the ids of their files or with their bytes.

mod album;
pub mod urls;
mod wrong_files;

use axum::extract::{FromRequest as _, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use domain::fields::MemberKind;
use domain::property::images::PhotoSelection;
use domain::property::{Listing, PropertyCommand};
use domain::{FieldErrors, Fields, FileId, Position, PropertyId, Version};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request};
use serde_json::{Value, json};
use utoipa::ToSchema;
use wrong_files::IDS;

use super::property_id;
use crate::App;
use crate::document::{Counts, Document, etag};

/// Maximum number of ids read from a request; a listing accepts fewer.
const MOST_IDS: usize = 50;

/// See [`WantedImages`].
pub type WantedImagesBody = Body<WantedImages>;

/// The body of `POST /api/properties/{id}/images`.
pub struct WantedImages {
    files: Vec<FileId>,
    primary: Option<FileId>,
}

impl Request for WantedImages {
    const NAME: &'static str = "WantedImages";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("fileIds", || MemberKind::Ids(MOST_IDS));
        let primary = f.parsed("primary", |text| text.parse().map_err(|_| "must be the id of a file"));
        let ids = f.raw("fileIds").map(|ids| ids.as_array().map_or(&[][..], Vec::as_slice));
        let ids = f.required("fileIds", ids).unwrap_or_default();
        let mut files = Vec::with_capacity(ids.len().min(MOST_IDS));
        for (index, id) in ids.iter().enumerate().take(MOST_IDS + 1) {
            match id.as_str().and_then(|id| id.parse().ok()) {
                _ if index == MOST_IDS => f.wrong("fileIds", "names too many files"),
                Some(id) => files.push(id),
                None => f.wrong(&format!("fileIds[{index}]"), "must be the id of a file"),
            }
        }
        if f.raw("fileIds").is_some_and(|ids| ids.as_array().is_none_or(Vec::is_empty)) {
            f.wrong("fileIds", "must be a list of ids of files");
        }
        Some(Self { files, primary })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "primary").then_some("The one that stands for the listing.")
    }

    fn example() -> Value {
        json!({"fileIds": ["018f4a6e-0000-7000-8000-000000000001"]})
    }
}

/// Photos sent along: images of at most 10 MB each, and 50 MB in total.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
struct SentPhotos {
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1)]
    files: (),
}

/// Takes `{"fileIds": […], "primary": …}`, or the photos themselves as a form. The files must be images of the caller's
/// own that are on no other listing, or photos of the listing already. They are shown in the given order, after the
/// photos that are not named. Naming all photos reorders them. Of a form, all photos are taken or none; they count for
/// the quotas of files.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/images",
    summary = "Add photos to a listing",
    params(IdempotencyKey, IfMatch),
    request_body(content((WantedImagesBody = "application/json"), (SentPhotos = "multipart/form-data"))),
    responses(
        (status = 201, description = "The listing with its photos", body = ApiResponse<Document<'static>>),
        (status = 403, description = "The listing is another person's, or the caller keeps as much as they may: `QUOTA_EXCEEDED`"),
        (status = 409, description = "A listing has at most ten photos"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn add(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    request: axum::extract::Request,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    let listing = app.changeable(&caller, id).await?;
    nothing?;
    if is_form(&request) {
        return app.upload(caller, id, conditions, request).await;
    }
    let body = WantedImagesBody::from_request(request, &()).await?;
    let WantedImages { files, primary } = body.value?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    // A repeated request gets its first response, whatever happened to the files since.
    if !app.is_repeated(&caller, id, &options).await? {
        let named: Vec<_> = files.iter().map(|file| Some(*file)).collect();
        let wrong = app.wrong_files(&caller, Some(&listing), &named, &IDS).await?;
        let is_there = |id| files.contains(&id) || listing.images.iter().any(|image| image.file_id == id);
        let wrong = match primary {
            Some(primary) if !is_there(primary) => {
                wrong.and(FieldErrors::one("primary", "must be one of the listing's photos"))
            }
            _ => wrong,
        };
        wrong.none()?;
    }
    let gone = app.gone(&caller.tenant, &listing).await?;
    let command = PropertyCommand::AddImages(PhotoSelection { files, primary, gone }, app.by(&caller)?);
    let done = app.run(&caller, id, command, options).await?;
    let listing = done.state.listing.ok_or_else(super::no_such_listing)?;
    app.pictured(&caller, (&listing, done.version), done.position, None).await
}

fn is_form(request: &axum::extract::Request) -> bool {
    let media = request.headers().get(CONTENT_TYPE).and_then(|media| media.to_str().ok()).unwrap_or_default();
    media.trim_start().to_ascii_lowercase().starts_with("multipart/")
}

impl App {
    /// Uploads the photos in a form, in the background as every upload.
    async fn upload(
        &self,
        caller: Caller,
        id: PropertyId,
        conditions: Conditions,
        request: axum::extract::Request,
    ) -> Result<Response, Failure> {
        let intake = self.context.photos.intake()?;
        let sender = caller.clone();
        let work = async move { intake.upload(&sender, id, &conditions, request).await };
        let done = self.context.jobs.background().run(work).await;
        let done = done.map_err(|stopped| Failure::unavailable(&stopped))??;
        let (listing, version) = self.folded(&caller.tenant, id).await?;
        self.pictured(&caller, (&listing, version), done.position, Some(&done.quota_left)).await
    }

    async fn pictured(
        &self,
        caller: &Caller,
        (listing, version): (&Listing, Version),
        position: Option<Position>,
        quota_left: Option<&str>,
    ) -> Result<Response, Failure> {
        let known = self.known(&caller.tenant, listing.id).await?;
        let counts = known.map_or_else(Counts::default, |known| known.counts);
        let document = self.document(listing, version, counts);
        let reply = self.context.done(caller, "Photos added", document, position);
        let reply = reply.created(&format!("/api/files/property/{}", listing.id));
        let reply = quota_left.into_iter().fold(reply, http_kit::Reply::quota_left);
        Ok(reply.etag(&etag(version, counts)).into_response())
    }
}
