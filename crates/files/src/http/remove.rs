//! `DELETE /api/files/{id}`: deletes a file for good. Repeating the request is safe.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::file::{File, FileCommand, FileRejection};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{Caller, Conditions, Failure, Query, Right};
use journal::ExecuteError;

use super::find::may_see;
use super::{file_id, no_such_file};
use crate::App;

/// Deletes a file for good. Only its owner or an admin may do this. Its bytes are removed afterwards.
#[utoipa::path(
    delete,
    path = "/api/files/{id}",
    summary = "Delete a file for good",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "Deleted; asking twice is fine")),
)]
pub async fn remove(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.person()?;
    let id = file_id(path)?;
    let context = &app.files.context;
    let (known, _) = app.folded(&caller.tenant, id).await?;
    // Callers who may not see a document learn nothing about it.
    let hidden = |refusal| if may_see(&caller, &known) { refusal } else { no_such_file() };
    caller.require(Right::Change(known.owner)).map_err(hidden)?;
    nothing?;
    let options = conditions.options(context, &caller, &[], &id);
    let done = context.execute::<File>(&caller.actor(), id, FileCommand::Delete, options).await;
    let done = done.map_err(|error| match error {
        ExecuteError::Rejected(FileRejection::Unknown) => no_such_file(),
        other => http_kit::refused(other),
    })?;
    Ok(context.done(&caller, "File deleted", (), done.position).empty().into_response())
}
