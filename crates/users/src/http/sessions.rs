//! A person's own sessions.

use axum::extract::{Path, State};
use domain::SessionId;
use http_kit::{ApiResponse, Caller, Failure, Query, Reply};

use super::App;
use crate::sessions::Listed;

#[utoipa::path(
    get,
    path = "/api/auth/sessions",
    summary = "The caller's sessions",
    responses((status = 200, description = "The last used first", body = ApiResponse<Vec<Listed>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
) -> Result<Reply<Vec<Listed>>, Failure> {
    nothing?;
    let person = caller.person()?;
    let sessions = app.users.living_sessions(&caller.tenant, person.user, Some(person.session)).await?;
    Ok(app.users.context.reply("Your sessions", sessions))
}

#[utoipa::path(
    delete,
    path = "/api/auth/sessions/{id}",
    summary = "End a session",
    responses((status = 204, description = "It is over")),
)]
pub async fn end(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
) -> Result<Reply<()>, Failure> {
    nothing?;
    caller.person()?;
    // A malformed id is treated as a session that does not exist.
    let id: SessionId = id.parse().unwrap_or_else(|_| uuid::Uuid::nil().into());
    let position = app.users.end_own(&caller, id).await?;
    Ok(app.users.context.done(&caller, "Session ended", (), position).empty())
}
