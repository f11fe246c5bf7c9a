//! `POST /api/v1/admin/backups`: a backup of the running server, in the directories of its settings.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use domain::audit::AuditEvent;
use domain::{Actor, Position, StreamId};
use http_kit::docs::IdempotencyKey;
use http_kit::{Caller, Conditions, Envelope, Failure, Job, Kit, Query};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{BackupError, Source};

/// Nobody names a place but who wrote the settings.
#[derive(Clone, Debug)]
pub struct Backups {
    /// What is copied.
    pub source: Source,
    /// Where to, and where the keys go.
    pub places: Option<(PathBuf, PathBuf)>,
}

impl FromRef<Backups> for Kit {
    fn from_ref(backups: &Backups) -> Self {
        backups.source.kit.clone()
    }
}

/// The operation.
pub fn router(backups: Backups) -> Router {
    routes().with_state(backups).into()
}

/// The same, documented.
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
        (status = 202, description = "It is at work", body = Envelope<Started<'static>>),
        (status = 409, description = "The settings name no directory for it, or one is being made already"),
    ),
)]
async fn make(
    State(backups): State<Backups>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let kit = backups.source.kit.clone();
    caller.operates(&kit)?;
    nothing?;
    let places = backups.places.clone().ok_or_else(|| {
        let message = "set backup.directory and backup.keys_directory to say where backups go";
        Failure::conflict("NO_BACKUP_DIRECTORY", message)
    })?;
    let id = kit.ledger.fresh();
    let (actor, stream) = (caller.actor(), StreamId::new(&caller.tenant, "job", id));
    let once = conditions.once(&kit, &caller, &[], &id);
    if let Some(first) = kit.answered(&stream, once.as_ref()).await? {
        return Ok(started(&kit, &caller, &first, None));
    }
    let begun = kit.jobs.begin(id, "a backup", kit.ledger.clock().now());
    let job = begun.map_err(|id| {
        Failure::conflict("ALREADY_RUNNING", format!("job {id} is making one already; see /api/jobs/{id}"))
    })?;
    let recorded = kit.record(&actor, stream.clone(), &AuditEvent::BackupStarted {}, once).await?;
    if let Some(first) = recorded.answered {
        return Ok(started(&kit, &caller, &first, Some(recorded.position)));
    }
    let reply = started(&kit, &caller, &id.to_string(), Some(recorded.position));
    kit.jobs.spawn(run(backups.source, places, (actor, stream), job));
    Ok(reply)
}

fn started(kit: &Kit, caller: &Caller, job: &str, position: Option<Position>) -> Response {
    let reply = kit.done(caller, "Backup started", Started { job_id: job }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}

/// Whether somebody still waits: a thread is not dropped with the future that waits for it.
#[derive(Default)]
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn run(source: Source, places: (PathBuf, PathBuf), (actor, stream): (Actor, StreamId), job: Job) {
    let (ledger, wanted) = (source.kit.ledger.clone(), Wanted::default());
    let (dropped, background) = (Arc::clone(&wanted.0), source.kit.jobs.background().clone());
    let work = move || {
        let mut watch = |at: super::Done| {
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
    if let Err(error) = ledger.record(&actor, stream, &event).await {
        tracing::error!(%error, "the end of a backup could not be written down");
    }
    drop(job);
}
