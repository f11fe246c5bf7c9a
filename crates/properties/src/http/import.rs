//! Importing a sheet of homes: `POST /api/properties/import`, its template, and its report.

use std::io::Cursor;

use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::audit::AuditEvent;
use domain::{Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, AppContext, Caller, Conditions, Failure, Query};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::by_reference::CheckOnly;
use crate::App;
use crate::import::{ImportJob, ReceivedSheet, SheetBytes, unreadable};
use crate::sheet::{self, Sheet};

/// Imports a sheet of the caller's homes as a job. Each row becomes a listing or changes the one it became before; a
/// row that is wrong stops no other. The columns are recognised by their names, or named by a map in TOML.
#[utoipa::path(
    post,
    path = "/api/properties/import",
    summary = "Import a sheet of homes",
    params(Query<CheckOnly>, IdempotencyKey),
    request_body(content(
        (SheetForm = "multipart/form-data"),
        (String = "text/csv", example = json!("title,location,price,propertyType\nNear the lake,Miyapur,85 lakh,Flat\n")),
    )),
    responses(
        (status = 202, description = "It is at work: see `Location`", body = ApiResponse<Started>),
        (status = 409, description = "A sheet of the caller is at work already, or the key is in use"),
        (status = 413, description = "The sheet is larger than 5 MB"),
        (status = 415, description = "It is neither a form nor CSV"),
    ),
)]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CheckOnly>,
    conditions: Conditions,
    request: Request,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    let CheckOnly { check } = query?;
    let context = &app.context;
    let permit = app.imports.limiter.begin((caller.tenant.clone(), user))?;
    let (parts, body) = request.into_parts();
    let received = ReceivedSheet::of(&parts.headers, body).await?;
    let id = context.aggregates.fresh();
    let stream = StreamId::new(&caller.tenant, "job", id);
    let once = conditions.once(context, &caller, &received.said(), &id);
    if let Some(first) = context.answered(&stream, once.as_ref()).await? {
        return Ok(started(context, &caller, &first, Vec::new(), None));
    }
    let sheet = open(&app, received).await?;
    let notes = sheet.notes();
    let subject = format!("import of {}/{user}", caller.tenant);
    let job = context.jobs.begin(id, &subject, context.aggregates.clock().now()).map_err(|id| {
        Failure::conflict(
            "ALREADY_RUNNING",
            format!("job {id} is importing a sheet of yours; see /api/jobs/{id}"),
        )
    })?;
    let actor = caller.actor();
    let recorded = context.record(&actor, stream.clone(), &AuditEvent::ImportStarted { check }, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(context, &caller, &first, Vec::new(), Some(recorded.position)));
    }
    let reply = started(context, &caller, &id.to_string(), notes, Some(recorded.position));
    let work = ImportJob { app: app.clone(), caller, stream, sheet, check, permit };
    context.jobs.spawn(work.run(job));
    Ok(reply)
}

/// Reads the header and counts the rows, where it delays nobody.
async fn open(app: &App, received: ReceivedSheet) -> Result<SheetBytes, Failure> {
    let options = received.options()?;
    let background = app.context.jobs.background().clone();
    let work = move || Sheet::open(Cursor::new(received.sheet), &options);
    let opened = background.spawn_blocking(work).await.map_err(|error| Failure::unavailable(&error))?;
    opened.map_err(|error| unreadable(&error))
}

/// A sheet of at most 5 MB, and a map of its columns.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "a form is read part by part, never as a whole")]
struct SheetForm {
    /// The sheet as CSV.
    #[schema(value_type = String, format = Binary)]
    file: (),
    /// Which column is which field, as TOML.
    map: Option<String>,
}

/// The job that was started.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ImportStarted)]
struct Started<'a> {
    #[schema(value_type = Uuid)]
    job_id: &'a str,
    /// What the owner should know, such as columns that are left out. Empty for a repeated request.
    notes: Vec<String>,
}

fn started(
    context: &AppContext,
    caller: &Caller,
    job: &str,
    notes: Vec<String>,
    position: Option<Position>,
) -> Response {
    let reply = context.done(caller, "Import started", Started { job_id: job, notes }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}

/// A sheet with a column for each field of a listing, and a few homes as examples.
#[utoipa::path(
    get,
    path = "/api/properties/import/template",
    summary = "A sheet to fill in",
    responses((status = 200, description = "The sheet", body = String, content_type = "text/csv",
        example = json!("title,location,price,propertyType\nNear the lake,Miyapur,85 lakh,Apartment\n"))),
)]
pub async fn template(Query(nothing): Query<()>) -> Result<Response, Failure> {
    nothing?;
    Ok(csv("homes-template.csv", Bytes::from(sheet::template()), "public, max-age=3600"))
}

/// What became of each row of an import, for the person who started it. It is kept for a day, and lost when the server
/// is restarted.
#[utoipa::path(
    get,
    path = "/api/jobs/{id}/report",
    summary = "What became of each row of an import",
    responses(
        (status = 200, description = "A line for each row", body = String, content_type = "text/csv",
            example = json!("line,action,listing,reason\n2,created,018f4a6e-0000-7000-8000-000000000001,\n")),
        (status = 409, description = "The import is still at work"),
        (status = 410, description = "The report is not kept any more"),
    ),
)]
pub async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    nothing?;
    let unknown = || Failure::not_found("JOB_NOT_FOUND", "there is no such import of yours");
    let id: Uuid = id.parse().map_err(|_| unknown())?;
    let now = app.context.aggregates.clock().now();
    if let Some(kept) = app.imports.reports.of(id, &caller, now) {
        return Ok(csv("import-report.csv", kept.csv, "private, no-store"));
    }
    let stream = StreamId::new(&caller.tenant, "job", id);
    let told = app.context.aggregates.journal().read_stream(&stream, 0).await?;
    let begun = told.first().filter(|begun| begun.user_id == Some(user)).ok_or_else(unknown)?;
    let event: AuditEvent = app.context.aggregates.decode(begun)?;
    if !matches!(event, AuditEvent::ImportStarted { .. }) {
        return Err(unknown());
    }
    if app.context.jobs.progress(id, now).is_some() {
        return Err(Failure::conflict(
            "JOB_RUNNING",
            format!("the import is still at work; see /api/jobs/{id}"),
        ));
    }
    Err(Failure::gone(
        "REPORT_GONE",
        "reports are kept for a day and not across a restart; a check of the same sheet (check=true) gives it again",
    ))
}

fn csv(name: &str, bytes: Bytes, cached: &'static str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cached));
    if let Ok(disposition) = disposition {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}
