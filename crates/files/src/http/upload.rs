//! Uploading files. Nothing is stored before the whole request was read and checked. Then each file's bytes are
//! durable before its event, and the event before the response.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use domain::file::{File, FileCommand, FileDetails};
use domain::quota::Quota;
use domain::{Aggregate, FileId, Position, StreamId, TenantId, Version};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query, over_quota};
use journal::{ExecuteError, Executed, Options};
use serde::Serialize;
use utoipa::ToSchema;

use crate::body::Parts;
use crate::document::Document;
use crate::receive::{Batch, Received, Takes, receive};
use crate::spool::Spooled;
use crate::{App, Files};

/// `POST /api/files/upload`: uploads one file, in the field `file`.
#[utoipa::path(
    post,
    path = "/api/files/upload",
    summary = "Send a file",
    params(IdempotencyKey),
    request_body(content = OneFile, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The file", body = ApiResponse<Document<'static>>),
        (status = 403, description = "The caller keeps as much as they may: `QUOTA_EXCEEDED`"),
        (status = 422, description = "It cannot be read as what it is, or the `Idempotency-Key` was used for another request"),
    ),
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    query: Query<()>,
    conditions: Conditions,
    request: Request,
) -> Result<Response, Failure> {
    let taken = app.take(&caller, query, &conditions, request, Takes::One).await?;
    let (known, version) = taken.files.first().ok_or_else(|| Failure::unavailable(&"no file was kept"))?;
    let document = Document::of(&app.files.settings, known, *version);
    let reply =
        app.files.context.done(&caller, "File uploaded", document, taken.position).quota_left(&taken.left);
    Ok(reply.created(&format!("/api/files/{}", known.id)).etag(&version.to_string()).into_response())
}

/// `POST /api/files/upload/multiple`: uploads several files, in the field `files`. All of them are stored, or none.
#[utoipa::path(
    post,
    path = "/api/files/upload/multiple",
    summary = "Send files, all or none",
    params(IdempotencyKey),
    request_body(content = SeveralFiles, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The files", body = ApiResponse<Vec<Document<'static>>>),
        (status = 403, description = "The caller keeps as much as they may: `QUOTA_EXCEEDED`"),
        (status = 422, description = "One cannot be read as what it is, or the `Idempotency-Key` was used for another request"),
    ),
)]
pub async fn several(
    State(app): State<App>,
    caller: Caller,
    query: Query<()>,
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
    params(IdempotencyKey),
    request_body(content = SeveralFiles, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "What was kept, and what was not", body = ApiResponse<Uploaded<'static>>),
        (status = 403, description = "The caller keeps as much as they may: `QUOTA_EXCEEDED`"),
        (status = 422, description = "None can be read as what it is, or the `Idempotency-Key` was used for another request"),
    ),
)]
pub async fn each(
    State(app): State<App>,
    caller: Caller,
    query: Query<()>,
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

/// One file of at most 10 MB: an image, which is re-encoded, or a PDF.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
struct OneFile {
    #[schema(value_type = String, format = Binary)]
    file: (),
}

/// Files of at most 10 MB each, and 50 MB in total.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
struct SeveralFiles {
    #[schema(value_type = Vec<String>, format = Binary, min_items = 1)]
    files: (),
}

/// The result of a request.
struct Taken {
    files: Vec<(FileDetails, Version)>,
    refused: Vec<Refusal>,
    position: Option<Position>,
    /// What is left of the sender's quotas.
    left: String,
}

impl Taken {
    fn documents(&self, app: &App) -> Vec<Document<'_>> {
        self.files.iter().map(|(known, version)| Document::of(&app.files.settings, known, *version)).collect()
    }
}

impl App {
    async fn take(
        &self,
        caller: &Caller,
        Query(nothing): Query<()>,
        conditions: &Conditions,
        request: Request,
        takes: Takes,
    ) -> Result<Taken, Failure> {
        let person = caller.person()?.user;
        nothing?;
        let _upload = self.files.uploads.begin((caller.tenant.clone(), person))?;
        let (parts, body) = request.into_parts();
        let batch = self.receive(&parts.headers, body, takes).await?;
        self.keep(caller, conditions, batch).await
    }

    async fn receive(&self, headers: &HeaderMap, body: Body, takes: Takes) -> Result<Batch, Failure> {
        let aggregates = &self.files.context.aggregates;
        let key = || aggregates.fresh().simple().to_string();
        let Files { image_pool, spool, .. } = &self.files;
        receive(Parts::of(headers, body, spool)?, takes, (image_pool, spool), key).await
    }

    async fn keep(&self, caller: &Caller, conditions: &Conditions, batch: Batch) -> Result<Taken, Failure> {
        let refused = batch.refused.iter().map(|refused| Refusal {
            field: refused.field.clone(),
            code: refused.failure.code,
            message: refused.failure.message.clone(),
        });
        let mut taken =
            Taken { files: Vec::new(), refused: refused.collect(), position: None, left: String::new() };
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
