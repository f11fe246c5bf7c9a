//! `POST /api/files/optimize`: has images looked over and made anew where they are not as they should be.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Fields, Log, Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{Caller, Conditions, Envelope, Failure, JsonObject, Kit, Right};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::OptimisationBody;
use crate::App;
use crate::optimize::Work;

/// The caller's own images, or with `{"all": true}`, for admins, everybody's; a job tells how far it is and what came
/// of it.
#[utoipa::path(
    post,
    path = "/api/files/optimize",
    summary = "Have images looked over and made anew where they are not as they should be",
    params(IdempotencyKey),
    request_body = OptimisationBody,
    responses(
        (status = 202, description = "It is at work: see `Location`", body = Envelope<Started>),
        (status = 409, description = "It is at work already, or the key is in use"),
    ),
)]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    let (user, kit) = (caller.person()?.user, &app.files.kit);
    let mut fields = Fields::new(&body.members);
    let all = asked_all(&mut fields);
    fields.finish(Some(()))?;
    if all {
        caller.require(Right::Administer)?;
    }
    let id = kit.ledger.fresh();
    let stream = StreamId::new(&caller.tenant, "job", id);
    let once = conditions.once(kit, &caller, &body.bytes, &id);
    if let Some(first) = kit.answered(&stream, once.as_ref()).await? {
        return Ok(started(kit, &caller, &first, None));
    }
    // What they sent just now is looked over, too.
    kit.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let subject =
        format!("images of {}/{}", caller.tenant, if all { "all".into() } else { user.to_string() });
    let job = kit.jobs.begin(id, &subject, kit.ledger.clock().now()).map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is at it already; see /api/jobs/{id}"))
    })?;
    let actor = caller.actor();
    let recorded = kit.record(&actor, stream.clone(), &AuditEvent::OptimizeStarted { all }, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(kit, &caller, &first, Some(recorded.position)));
    }
    let reply = started(kit, &caller, &id.to_string(), Some(recorded.position));
    let work = Work { files: app.files.clone(), actor, stream, owner: (!all).then_some(user) };
    kit.jobs.spawn(work.run(job));
    Ok(reply)
}

/// Whether everybody's images are meant.
pub fn asked_all(f: &mut Fields<'_>) -> bool {
    f.flag("all").unwrap_or(false)
}

/// A job that began.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OptimisationStarted)]
struct Started<'a> {
    #[schema(value_type = uuid::Uuid)]
    job_id: &'a str,
}

fn started(kit: &Kit, caller: &Caller, job: &str, position: Option<Position>) -> Response {
    let reply = kit.done(caller, "Optimisation started", Started { job_id: job }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}
