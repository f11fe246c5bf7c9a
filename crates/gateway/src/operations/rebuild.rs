//! Rebuilds a read model from the journal, beside the one in use.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Actor, Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, AppContext, Caller, Conditions, Failure, Job, Query};
use projection::ViewStore;
use serde::Serialize;
use utoipa::ToSchema;

use super::jobs;
use crate::Gateway;
use bus::GroupHandle;

/// The consumer group behind `/api/user-history`.
const HISTORY: &str = "history-service-group";

/// The job that was started.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StartedJob)]
struct Started<'a> {
    #[schema(value_type = uuid::Uuid)]
    job_id: &'a str,
}

/// `POST /api/user-history/replay`
#[utoipa::path(
    post,
    path = "/api/user-history/replay",
    summary = "Make the histories again",
    params(IdempotencyKey),
    responses(
        (status = 202, description = "It is at work", body = ApiResponse<Started<'static>>),
        (status = 409, description = "It is paused, or at work already"),
    ),
)]
pub async fn history(
    state: State<Gateway>,
    caller: Caller,
    query: Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    group(state, caller, Path(HISTORY.to_owned()), query, conditions).await
}

/// `POST /api/v1/admin/consumers/{group}/rebuild`
#[utoipa::path(
    post,
    path = "/api/v1/admin/consumers/{group}/rebuild",
    summary = "Make a read model again",
    params(IdempotencyKey),
    responses(
        (status = 202, description = "It is at work", body = ApiResponse<Started<'static>>),
        (status = 409, description = "It fills no read model, is paused, or is at work already"),
    ),
)]
pub async fn group(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(name): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    caller.operates(&gateway.context)?;
    nothing?;
    let handle = gateway.group(&name)?.clone();
    let view = gateway.views.iter().find(|(group, _)| group.name == name).map(|(_, view)| view.clone());
    let view = view.ok_or_else(|| Failure::conflict("NOT_REBUILDABLE", "this group fills no read model"))?;
    if handle.status.paused().is_some() {
        return Err(Failure::conflict("GROUP_PAUSED", "a paused group cannot take over; resume it first"));
    }
    let context = gateway.context.clone();
    let id = context.aggregates.fresh();
    let actor = caller.actor();
    let stream = jobs::stream(&caller, id);
    let once = conditions.once(&context, &caller, &[], &id);
    if let Some(first) = context.answered(&stream, once.as_ref()).await? {
        return Ok(started(&context, &caller, &first, None));
    }
    let begun = context.jobs.begin(id, &name, context.aggregates.clock().now());
    let job = begun.map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is rebuilding it already; see /api/jobs/{id}"))
    })?;
    let event = AuditEvent::ReplayStarted { group: name };
    let recorded = context.record(&actor, stream.clone(), &event, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(&context, &caller, &first, Some(recorded.position)));
    }
    let reply = started(&context, &caller, &id.to_string(), Some(recorded.position));
    let work = RebuildJob { context: context.clone(), handle, view, actor, stream };
    context.jobs.spawn(work.run(job));
    Ok(reply)
}

fn started(context: &AppContext, caller: &Caller, job: &str, position: Option<Position>) -> Response {
    let reply = context.done(caller, "Rebuild started", Started { job_id: job }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}

struct RebuildJob {
    context: AppContext,
    handle: GroupHandle,
    view: ViewStore,
    actor: Actor,
    stream: StreamId,
}

impl RebuildJob {
    async fn run(self, job: Job) {
        let name = self.handle.group.name;
        let told =
            projection::rebuild(&self.view, &self.handle, |now| job.progress(now.done, now.total)).await;
        let group = name.to_owned();
        let event = match told {
            Ok(rebuilt) => {
                tracing::info!(group, events = rebuilt.events, tables = ?rebuilt.tables, "a read model was rebuilt");
                let equal = Some(rebuilt.is_equal());
                AuditEvent::ReplayFinished { group, events: rebuilt.events, equal, differences: None }
            }
            Err(error) => {
                tracing::error!(group, %error, "a read model could not be rebuilt");
                AuditEvent::ReplayFailed { group, reason: error.to_string() }
            }
        };
        if let Err(error) = self.context.aggregates.record(&self.actor, self.stream, &event).await {
            tracing::error!(group = name, %error, "the end of a rebuild could not be written down");
        }
    }
}
