//! Everything kept about a person, as one answer.

use axum::extract::{Path, State};
use axum::response::Response;
use domain::audit::AuditEvent;
use http_kit::Envelope;
use http_kit::{Caller, Failure, Right};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{App, NoParams, private};
use crate::queries::document::UserDocument;
use crate::sessions::Listed;

/// Everything kept about a person.
#[derive(Serialize, ToSchema)]
struct Export {
    profile: UserDocument,
    sessions: Vec<Listed>,
    #[schema(value_type = Vec<std::collections::BTreeMap<String, Value>>)]
    events: Vec<Value>,
}

#[utoipa::path(
    get,
    path = "/api/users/{id}/export",
    summary = "Everything kept about a person",
    responses((status = 200, description = "To take along", body = Envelope<Export>)),
)]
pub async fn export(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let user = caller.named(&id)?;
    let access = caller.require(Right::See(user))?;
    let (person, version) = app.users.person(&caller.tenant, user).await?;
    caller.write_down(&app.users.kit, &AuditEvent::Exported { subject_id: user }).await?;
    let profile = app.users.document(&caller.tenant, &person, version).await;
    let now = app.users.kit.ledger.clock().now();
    let current = Some(access.person.session);
    let sessions = app.users.sessions.living(&caller.tenant, user, current, now).await?;
    let events = app.users.events_of(&caller.tenant, user).await?;
    Ok(private(
        app.users.kit.reply("Everything kept about this person", Export { profile, sessions, events }),
    ))
}
