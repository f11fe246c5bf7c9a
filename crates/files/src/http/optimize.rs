//! `POST /api/files/optimize`: checks images, and re-encodes those that are not as they should be.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Fields, Log, Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, AppContext, Body, Caller, Conditions, Failure, Query, Request, Right};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::App;
use crate::optimize::OptimizeJob;

/// See [`Optimisation`].
pub type OptimisationBody = Body<Optimisation>;

/// Whose images to check.
pub struct Optimisation {
    all: bool,
}

impl Request for Optimisation {
    const NAME: &'static str = "Optimisation";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { all: f.flag("all").unwrap_or(false) })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "all").then_some("Everybody's images, for admins; else the caller's own.")
    }

    fn example() -> Value {
        json!({"all": false})
    }
}

/// Checks the caller's own images, or everybody's with `{"all": true}`, which only admins may use. A job reports the
/// progress and the result.
#[utoipa::path(
    post,
    path = "/api/files/optimize",
    summary = "Have images looked over and made anew where they are not as they should be",
    params(IdempotencyKey),
    request_body = OptimisationBody,
    responses(
        (status = 202, description = "It is at work: see `Location`", body = ApiResponse<Started>),
        (status = 409, description = "It is at work already, or the key is in use"),
    ),
)]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: OptimisationBody,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    let context = &app.files.context;
    nothing?;
    let Optimisation { all } = body.value?;
    if all {
        caller.require(Right::Administer)?;
    }
    let id = context.aggregates.fresh();
    let stream = StreamId::new(&caller.tenant, "job", id);
    let once = conditions.once(context, &caller, &body.bytes, &id);
    if let Some(first) = context.answered(&stream, once.as_ref()).await? {
        return Ok(started(context, &caller, &first, None));
    }
    // Also check what the caller uploaded just now.
    context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let subject =
        format!("images of {}/{}", caller.tenant, if all { "all".into() } else { user.to_string() });
    let job = context.jobs.begin(id, &subject, context.aggregates.clock().now()).map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is at it already; see /api/jobs/{id}"))
    })?;
    let actor = caller.actor();
    let recorded = context.record(&actor, stream.clone(), &AuditEvent::OptimizeStarted { all }, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(context, &caller, &first, Some(recorded.position)));
    }
    let reply = started(context, &caller, &id.to_string(), Some(recorded.position));
    let work = OptimizeJob { files: app.files.clone(), actor, stream, owner: (!all).then_some(user) };
    context.jobs.spawn(work.run(job));
    Ok(reply)
}

/// The job that was started.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OptimisationStarted)]
struct Started<'a> {
    #[schema(value_type = uuid::Uuid)]
    job_id: &'a str,
}

fn started(context: &AppContext, caller: &Caller, job: &str, position: Option<Position>) -> Response {
    let reply = context.done(caller, "Optimisation started", Started { job_id: job }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}
