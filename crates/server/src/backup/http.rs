//! `POST /api/v1/admin/backups`: a backup of the running server, into the directories named in its settings.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Actor, Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, AppContext, Caller, Conditions, Failure, Job, Query};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{BackupError, Source};

/// Only the settings name the target directories; a request cannot.
#[derive(Clone, Debug)]
pub struct Backups {
    /// The data to copy.
    pub source: Source,
    /// The backup directory and the key directory.
    pub places: Option<(PathBuf, PathBuf)>,
}

impl FromRef<Backups> for AppContext {
    fn from_ref(backups: &Backups) -> Self {
        backups.source.context.clone()
    }
}

/// The router of the backup operation.
pub fn router(backups: Backups) -> Router {
    routes().with_state(backups).into()
}

/// The same with its `OpenAPI` documentation.
pub fn routes() -> OpenApiRouter<Backups> {
    OpenApiRouter::new().routes(routes!(make))
}

/// The job that does it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = StartedBackup)]
struct Started<'a> {
    #[schema(value_type = uuid::Uuid)]
    job_id: &'a str,
}

#[utoipa::path(
    post,
    path = "/api/v1/admin/backups",
    summary = "Make a backup",
    params(IdempotencyKey),
    responses(
        (status = 202, description = "It is at work", body = ApiResponse<Started<'static>>),
        (status = 409, description = "The settings name no directory for it, or one is being made already"),
    ),
)]
async fn make(
    State(backups): State<Backups>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let context = backups.source.context.clone();
    caller.operates(&context)?;
    nothing?;
    let places = backups.places.clone().ok_or_else(|| {
        let message = "set backup.directory and backup.keys_directory to say where backups go";
        Failure::conflict("NO_BACKUP_DIRECTORY", message)
    })?;
    let id = context.aggregates.fresh();
    let actor = caller.actor();
    let stream = StreamId::new(&caller.tenant, "job", id);
    let once = conditions.once(&context, &caller, &[], &id);
    if let Some(first) = context.answered(&stream, once.as_ref()).await? {
        return Ok(started(&context, &caller, &first, None));
    }
    let begun = context.jobs.begin(id, "a backup", context.aggregates.clock().now());
    let job = begun.map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is making one already; see /api/jobs/{id}"))
    })?;
    let recorded = context.record(&actor, stream.clone(), &AuditEvent::BackupStarted {}, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(&context, &caller, &first, Some(recorded.position)));
    }
    let reply = started(&context, &caller, &id.to_string(), Some(recorded.position));
    context.jobs.spawn(run(backups.source, places, (actor, stream), job));
    Ok(reply)
}

fn started(context: &AppContext, caller: &Caller, job: &str, position: Option<Position>) -> Response {
    let reply = context.done(caller, "Backup started", Started { job_id: job }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}

/// Set when nobody waits any more. A blocking thread is not cancelled by dropping the future that waits for it.
#[derive(Default)]
struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn run(source: Source, places: (PathBuf, PathBuf), (actor, stream): (Actor, StreamId), job: Job) {
    let aggregates = source.context.aggregates.clone();
    let wanted = CancelOnDrop::default();
    let dropped = Arc::clone(&wanted.0);
    let background = source.context.jobs.background().clone();
    let work = move || {
        let mut watch = |at: super::BackupProgress| {
            job.progress(at.done, at.total);
            if dropped.load(Ordering::Relaxed) { Err(BackupError::stopped()) } else { Ok(()) }
        };
        (source.back_up(&places.0, &places.1, &mut watch), job)
    };
    let (made, job) = match background.spawn_blocking(work).await {
        Ok((made, job)) => (made, Some(job)),
        Err(error) => (Err(BackupError::Wrong(error.to_string())), None),
    };
    let event = match made {
        Ok(made) => {
            tracing::info!(?made, "a backup is complete");
            AuditEvent::BackupFinished(made)
        }
        Err(error) => {
            tracing::error!(%error, "a backup was not made; those before it are what they were");
            AuditEvent::BackupFailed { reason: error.to_string() }
        }
    };
    if let Err(error) = aggregates.record(&actor, stream, &event).await {
        tracing::error!(%error, "the end of a backup could not be written down");
    }
    drop(job);
}
