//! `POST /api/properties/{id}/images`: adds photos to a listing.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::fields::MemberKind;
use domain::file::{File, FileDetails};
use domain::property::images::PhotoSelection;
use domain::property::{Listing, Property, PropertyCommand};
use domain::{Aggregate, FieldErrors, Fields, FileId, StreamId, TenantId};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request};
use serde_json::{Value, json};

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

/// Takes `{"fileIds": […], "primary": …}`. The files must be images of the caller's own or photos of the listing
/// already. They are shown in the given order, after the photos that are not named. Naming all photos reorders them.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/images",
    summary = "Add photos to a listing",
    params(IdempotencyKey, IfMatch),
    request_body = WantedImagesBody,
    responses(
        (status = 201, description = "The listing with its photos", body = ApiResponse<Document<'static>>),
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
    body: WantedImagesBody,
) -> Result<Response, Failure> {
    let id = property_id(path)?;
    let listing = app.changeable(&caller, id).await?;
    nothing?;
    let WantedImages { files, primary } = body.value?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let stream = StreamId::new(&caller.tenant, Property::TYPE, id);
    // A repeated request gets its first response, whatever happened to the files since.
    if app.context.answered(&stream, options.idempotency.as_ref()).await?.is_none() {
        app.check_own(&caller, &listing, &files, primary).await?;
    }
    let gone = app.gone(&caller.tenant, &listing).await?;
    let command = PropertyCommand::AddImages(PhotoSelection { files, primary, gone }, app.by(&caller)?);
    let done = app.run(&caller, id, command, options).await?;
    let listing = done.state.listing.ok_or_else(super::no_such_listing)?;
    let counts = app.known(&caller.tenant, id).await?.map_or_else(Counts::default, |known| known.counts);
    let document = Document::of(&listing, done.version, counts);
    let reply = app.context.done(&caller, "Photos added", document, done.position);
    let reply = reply.created(&format!("/api/files/property/{id}"));
    Ok(reply.etag(&etag(done.version, counts)).into_response())
}

impl App {
    /// Checks that every file is an image of the caller's or already a photo of the listing. The failure does not
    /// reveal whether somebody else has a file with that id.
    async fn check_own(
        &self,
        caller: &Caller,
        listing: &Listing,
        files: &[FileId],
        primary: Option<FileId>,
    ) -> Result<(), Failure> {
        let person = caller.person()?.user;
        let mut wrong = FieldErrors::default();
        let is_there = |id| files.contains(&id) || listing.images.iter().any(|image| image.file_id == id);
        if primary.is_some_and(|primary| !is_there(primary)) {
            wrong.0.insert("primary".into(), "must be one of the listing's photos".into());
        }
        for (index, file) in files.iter().enumerate() {
            let is_photo = listing.images.iter().any(|image| image.file_id == *file);
            let field = || format!("fileIds[{index}]");
            match self.file(&caller.tenant, *file).await? {
                Some(known) if known.deleted || (known.owner != person && !is_photo) => {
                    wrong.0.insert(field(), "is no file of yours".into());
                }
                Some(known) if !known.is_image() => {
                    wrong.0.insert(field(), "is no image".into());
                }
                Some(_) => {}
                None => {
                    wrong.0.insert(field(), "is no file of yours".into());
                }
            }
        }
        if wrong.0.is_empty() { Ok(()) } else { Err(wrong.into()) }
    }

    /// Photos of the listing whose files have been deleted.
    async fn gone(&self, tenant: &TenantId, listing: &Listing) -> Result<Vec<FileId>, Failure> {
        let mut gone = Vec::new();
        for image in &listing.images {
            if self.file(tenant, image.file_id).await?.is_none_or(|known| known.deleted) {
                gone.push(image.file_id);
            }
        }
        Ok(gone)
    }

    /// Loads a file from the journal, without a call to the files service.
    async fn file(&self, tenant: &TenantId, id: FileId) -> Result<Option<FileDetails>, Failure> {
        Ok(self.context.aggregates.load::<File>(tenant, id).await?.0.0)
    }
}
