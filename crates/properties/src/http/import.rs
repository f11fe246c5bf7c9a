//! Importing a sheet of homes: `POST /api/properties/import`, its template, and its report.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use bytes::Bytes;
use domain::StreamId;
use domain::audit::AuditEvent;
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query};
use sheet::StatedRow;
use sheet::import::{
    CheckOnly, ImportStarted, ImportTarget, PutMode, PutRow, RowWriter, SheetForm, csv_attachment,
};
use uuid::Uuid;

use crate::App;
use crate::sheet::HOMES;

#[async_trait]
impl RowWriter for App {
    async fn put(&self, caller: &Caller, row: &StatedRow, writing: PutMode<'_>) -> Result<PutRow, Failure> {
        let put = self.put_listing(caller, &row.reference, &row.members, writing).await?;
        let id = put.id.map(|id| id.to_string());
        Ok(PutRow { action: put.action, id, changed: put.changed, position: put.position })
    }
}

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
        (status = 202, description = "It is at work: see `Location`", body = ApiResponse<ImportStarted<'static>>),
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
    caller.person()?;
    let CheckOnly { check } = query?;
    let (context, imports) = (app.context.clone(), app.imports.clone());
    let target = ImportTarget { context, imports, kind: &HOMES, writer: Arc::new(app) };
    target.start(caller, check, conditions, request).await
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
    let text = Bytes::from(sheet::template(&HOMES));
    Ok(csv_attachment("homes-template.csv", text, "public, max-age=3600"))
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
        return Ok(csv_attachment("import-report.csv", kept.csv, "private, no-store"));
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
