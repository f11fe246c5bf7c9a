//! Uploading files. Nothing is stored before the whole request was read and checked. Then each file's bytes are
//! durable before its event, and the event before the response. With `propertyId` the files become photos of that
//! listing in the same request.

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use domain::file::{File, FileCommand, FileDetails};
use domain::quota::Quota;
use domain::{Aggregate, Fields, FileId, Position, PropertyId, StreamId, TenantId, Version};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Permit, Query, over_quota};
use journal::{ExecuteError, Executed, Options};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::body::Parts;
use crate::document::Document;
use crate::receive::{Batch, Received, Takes, receive};
use crate::spool::Spooled;
use crate::{App, AppParts, Files};

/// `POST /api/files/upload`: uploads one file, in the field `file`.
#[utoipa::path(
    post,
    path = "/api/files/upload",
    summary = "Send a file",
    params(Query<UploadTarget>, IdempotencyKey),
    request_body(content = OneFile, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The file", body = ApiResponse<Document<'static>>),
        (status = 403, description = "The caller keeps as much as they may: `QUOTA_EXCEEDED`, or the listing is another person's"),
        (status = 404, description = "There is no listing `propertyId`"),
        (status = 409, description = "A listing has at most ten photos, or the key is in use"),
        (status = 422, description = "It cannot be read as what it is, or the `Idempotency-Key` was used for another request"),
    ),
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    query: Query<UploadTarget>,
    conditions: Conditions,
    request: Request,
) -> Result<Response, Failure> {
    let taken = app.take(&caller, query, &conditions, request, Takes::One).await?;
    let (known, version) = taken.files.first().ok_or_else(|| Failure::unavailable(&"no file was kept"))?;
    let document = Document::of(app.files.context.photos.base_url(), known, *version);
    let reply =
        app.files.context.done(&caller, "File uploaded", document, taken.position).quota_left(&taken.left);
    Ok(reply.created(&format!("/api/files/{}", known.id)).etag(&version.to_string()).into_response())
}

/// `POST /api/files/upload/multiple`: uploads several files, in the field `files`. All of them are stored, or none.
#[utoipa::path(
    post,
    path = "/api/files/upload/multiple",
    summary = "Send files, all or none",
    params(Query<UploadTarget>, IdempotencyKey),
    request_body(content = SeveralFiles, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The files", body = ApiResponse<Vec<Document<'static>>>),
        (status = 403, description = "The caller keeps as much as they may: `QUOTA_EXCEEDED`, or the listing is another person's"),
        (status = 404, description = "There is no listing `propertyId`"),
        (status = 409, description = "A listing has at most ten photos, or the key is in use"),
        (status = 422, description = "One cannot be read as what it is, or the `Idempotency-Key` was used for another request"),
    ),
)]
pub async fn several(
    State(app): State<App>,
    caller: Caller,
    query: Query<UploadTarget>,
    conditions: Conditions,
    request: Request,
) -> Result<Response, Failure> {
    let taken = app.take(&caller, query, &conditions, request, Takes::Several).await?;
    let reply = app.files.context.done(&caller, "Files uploaded", taken.documents(&app), taken.position);
    Ok(reply.created("/api/files").quota_left(&taken.left).into_response())
}

/// `POST /api/files/bulk`: uploads several files, in the field `files`. Each is stored or refused by itself; the
/// request fails if none is stored.
#[utoipa::path(
    post,
    path = "/api/files/bulk",
    summary = "Send files, each by itself",
    params(Query<UploadTarget>, IdempotencyKey),
    request_body(content = SeveralFiles, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "What was kept, and what was not", body = ApiResponse<Uploaded<'static>>),
        (status = 403, description = "The caller keeps as much as they may: `QUOTA_EXCEEDED`, or the listing is another person's"),
        (status = 404, description = "There is no listing `propertyId`"),
        (status = 409, description = "A listing has at most ten photos, or the key is in use"),
        (status = 422, description = "None can be read as what it is, or the `Idempotency-Key` was used for another request"),
    ),
)]
pub async fn each(
    State(app): State<App>,
    caller: Caller,
    query: Query<UploadTarget>,
    conditions: Conditions,
    request: Request,
) -> Result<Response, Failure> {
    let taken = app.take(&caller, query, &conditions, request, Takes::Each).await?;
    let data = Uploaded { uploaded: taken.documents(&app), refused: &taken.refused };
    let reply = app.files.context.done(&caller, "Files uploaded", data, taken.position);
    Ok(reply.created("/api/files").quota_left(&taken.left).into_response())
}

/// The files that were stored, and those that were refused.
#[derive(Debug, Serialize, ToSchema)]
struct Uploaded<'a> {
    uploaded: Vec<Document<'a>>,
    refused: &'a [Refusal],
}

/// A file that was refused, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RefusedFile)]
struct Refusal {
    field: String,
    code: &'static str,
    message: String,
}

/// One file of at most 10 MB: a JPEG, PNG, GIF or WebP image, which is re-encoded in sRGB, or a PDF. Of an animation the
/// first picture is kept. An image that is damaged or cut off is refused; so are HEIC and AVIF, with what to do instead.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
struct OneFile {
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// The listing that gets the file as a photo.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    property_id: (),
}

/// Files of at most 10 MB each, and 50 MB in total, as for a single one.
#[derive(Debug, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
struct SeveralFiles {
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1)]
    files: (),
    /// The listing that gets the files as photos.
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    property_id: (),
}

/// The result of a request.
#[derive(Default)]
pub(super) struct Taken {
    pub files: Vec<(FileDetails, Version)>,
    /// Those of them that no earlier request with the same key stored.
    pub fresh: Vec<FileId>,
    refused: Vec<Refusal>,
    pub position: Option<Position>,
    /// What is left of the sender's quotas.
    pub left: String,
}

impl Taken {
    fn documents(&self, app: &App) -> Vec<Document<'_>> {
        self.files
            .iter()
            .map(|(known, version)| Document::of(app.files.context.photos.base_url(), known, *version))
            .collect()
    }
}

/// The query parameter `propertyId`.
#[derive(Debug)]
pub struct UploadTarget {
    property: Option<PropertyId>,
}

impl http_kit::Request for UploadTarget {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let property =
            f.parsed("propertyId", |id| id.parse().map_err(|_| "must be the id of a listing of yours"));
        Some(Self { property })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some(
            "The listing of the caller's that gets the files as photos. A field of the form may name it, too.",
        )
    }

    fn example() -> Value {
        json!({})
    }
}

impl App {
    async fn take(
        &self,
        caller: &Caller,
        Query(target): Query<UploadTarget>,
        conditions: &Conditions,
        request: Request,
        takes: Takes,
    ) -> Result<Taken, Failure> {
        caller.person()?;
        let UploadTarget { property } = target?;
        let (_upload, batch) = self.receive(caller, request, takes).await?;
        match property.or(batch.property) {
            // `If-Match` is about a listing's version only where the path names the listing.
            Some(property) => self.keep_for(property, caller, conditions, false, batch).await,
            None => self.keep(caller, conditions, batch).await,
        }
    }
}

impl AppParts {
    /// Reads and checks a request. The permit is to be held until its files are stored.
    pub(super) async fn receive(
        &self,
        caller: &Caller,
        request: Request,
        takes: Takes,
    ) -> Result<(Permit, Batch), Failure> {
        let person = caller.person()?.user;
        let upload = self.files.uploads.begin((caller.tenant.clone(), person))?;
        let (parts, body) = request.into_parts();
        let aggregates = &self.files.context.aggregates;
        let key = || aggregates.fresh().simple().to_string();
        let Files { image_pool, spool, .. } = &self.files;
        let parts = Parts::of(&parts.headers, body, spool)?;
        Ok((upload, receive(parts, takes, (image_pool, spool), key).await?))
    }

    pub(super) async fn keep(
        &self,
        caller: &Caller,
        conditions: &Conditions,
        batch: Batch,
    ) -> Result<Taken, Failure> {
        let refused = batch.refused.iter().map(|refused| Refusal {
            field: refused.field.clone(),
            code: refused.failure.code,
            message: refused.failure.message.clone(),
        });
        let mut taken = Taken { refused: refused.collect(), ..Taken::default() };
        let limits = self.files.context.limits(caller, &[Quota::Files, Quota::FileBytes]).await?;
        self.room_for_all(caller, conditions, &batch, &limits).await?;
        for (index, file) in batch.files.into_iter().enumerate() {
            let id: FileId = self.files.context.aggregates.fresh().into();
            let conditions = conditions.of(index);
            let options = conditions.options(&self.files.context, caller, &batch.digest, &id);
            let options = Options { limits: limits.clone(), ..options };
            let done = self.keep_one(caller, id, file, options).await?;
            taken.position = done.position.or(taken.position);
            let known = done.state.0.ok_or_else(|| Failure::unavailable(&"a new file has no state"))?;
            if !done.repeated {
                taken.fresh.push(known.id);
            }
            taken.files.push((known, done.version));
        }
        taken.left = self.files.context.quota_left(caller, &limits).await?;
        Ok(taken)
    }

    /// Checks that all files of a request fit into the quotas, before any of them is stored. The append of each file
    /// then enforces the limit against other requests.
    async fn room_for_all(
        &self,
        caller: &Caller,
        conditions: &Conditions,
        batch: &Batch,
        limits: &[(Quota, u64)],
    ) -> Result<(), Failure> {
        let context = &self.files.context;
        let id: FileId = context.aggregates.fresh().into();
        let first = conditions.of(0).options(context, caller, &batch.digest, &id).idempotency;
        let stream = StreamId::new(&caller.tenant, File::TYPE, id);
        // A repeated request gets its first response, however much its sender stores by now.
        if limits.is_empty() || context.answered(&stream, first.as_ref()).await?.is_some() {
            return Ok(());
        }
        let owner = caller.person()?.user;
        let stored = batch.files.iter().flat_map(|file| file.content.stored());
        let bytes = stored.map(|stored| stored.size).fold(0, u64::saturating_add);
        for (quota, most) in limits {
            let adds = if *quota == Quota::FileBytes { bytes } else { batch.files.len() as u64 };
            let held = context.aggregates.journal().held(&caller.tenant, owner, *quota).await?;
            if held.saturating_add(adds) > *most {
                return Err(over_quota(*quota, held, *most));
            }
        }
        Ok(())
    }

    async fn keep_one(
        &self,
        caller: &Caller,
        id: FileId,
        file: Received,
        options: Options,
    ) -> Result<Executed<File>, Failure> {
        let context = &self.files.context;
        let tenant = &caller.tenant;
        let owner = caller.person()?.user;
        for (key, spooled) in file.bytes {
            if let Err(failure) = self.put(tenant, id, &key, &spooled).await {
                self.forget(caller, id).await;
                return Err(failure);
            }
        }
        let command = FileCommand::Upload { id, owner, name: file.name, content: file.content };
        let options = Options { new_stream: true, if_version: None, ..options };
        let done = context.execute::<File>(&caller.actor(), id, command, options).await;
        let kept = match &done {
            Ok(done) => !done.repeated,
            // Whether the event was written is unknown. The sweep at the next start finds out.
            Err(ExecuteError::Journal(_)) => true,
            Err(_) => false,
        };
        if !kept {
            self.forget(caller, id).await;
        }
        done.map_err(http_kit::refused)
    }

    async fn put(&self, tenant: &TenantId, id: FileId, key: &str, spooled: &Spooled) -> Result<(), Failure> {
        let turn = self.files.spool.turn().await?;
        let bytes = spooled.bytes(&turn).await?;
        self.files.bytes.put(tenant, id, key, bytes).await.map_err(|error| Failure::unavailable(&error))
    }

    /// Removes bytes that no event will refer to.
    async fn forget(&self, caller: &Caller, id: FileId) {
        if let Err(error) = self.files.bytes.remove(&caller.tenant, id).await {
            tracing::warn!(file = %id, %error, "bytes that nobody needs stay until the next start");
        }
    }
}
