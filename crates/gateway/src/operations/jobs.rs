//! `GET /api/jobs/{id}`: the progress or the result of a job.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::audit::{AuditEvent, BackedUp, Imported, Optimized};
use domain::{Envelope, StreamId, Timestamp, UserId};
use http_kit::{ApiResponse, Caller, Failure, JobProgress, Query, Right};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Gateway;

/// The event stream of a job.
pub fn stream(caller: &Caller, id: Uuid) -> StreamId {
    StreamId::new(&caller.tenant, "job", id)
}

#[utoipa::path(
    get,
    path = "/api/jobs/{id}",
    summary = "How far a job is",
    responses((status = 200, description = "The job", body = ApiResponse<JobDocument>)),
)]
pub async fn show(
    State(gateway): State<Gateway>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
) -> Result<Response, Failure> {
    let asking = caller.person()?;
    nothing?;
    let unknown = || Failure::not_found("JOB_NOT_FOUND", "there is no such job");
    let id: Uuid = id.parse().map_err(|_| unknown())?;
    // The order matters: a job records its end before it is removed from the running jobs.
    let progress = gateway.context.jobs.progress(id, gateway.context.aggregates.clock().now());
    let told = gateway.context.aggregates.journal().read_stream(&stream(&caller, id), 0).await?;
    let begun = told.first().ok_or_else(unknown)?;
    if asking.service || begun.user_id != Some(asking.user) {
        caller.reach(Right::Administer, unknown)?;
    }
    let last = told.last().filter(|last| last.version > begun.version);
    let (status, more) = match (last, progress) {
        // The end may already be recorded, but the job counts as running until it is removed: only then can the next
        // one start.
        (_, Some(progress)) => ("RUNNING", Outcome { progress: Some(progress), ..Outcome::default() }),
        (Some(last), None) => outcome(&gateway, last)?,
        (None, None) => {
            let error = "the server stopped before it was finished; start it again".to_owned();
            ("INTERRUPTED", Outcome { error: Some(error), ..Outcome::default() })
        }
    };
    let data = JobDocument {
        job_id: id,
        started_at: begun.timestamp,
        started_by: begun.user_id,
        status,
        subject: subject(&gateway, begun)?,
        outcome: more,
    };
    Ok(gateway.context.reply("Job", data).into_response())
}

/// A background job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Job)]
struct JobDocument {
    job_id: Uuid,
    started_at: Timestamp,
    started_by: Option<UserId>,
    /// `RUNNING`, `SUCCEEDED`, `FAILED` or `INTERRUPTED`.
    #[schema(pattern = "^(RUNNING|SUCCEEDED|FAILED|INTERRUPTED)$")]
    status: &'static str,
    subject: Option<String>,
    #[serde(flatten)]
    outcome: Outcome,
}

/// The progress of a job, or its result.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = JobOutcome)]
struct Outcome {
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<JobProgress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<JobResult>,
}

/// What the rebuild of a read model did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RebuiltReadModel)]
struct Rebuilt {
    /// How many events were applied.
    events: u64,
    /// Whether the new read model says what the one before said; absent if that is not known.
    equal_to_the_one_before: Option<bool>,
}

/// The result of a successful job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum JobResult {
    /// A read model was rebuilt.
    Rebuilt(Rebuilt),
    /// A read model was compared with the journal, and healed.
    Healed(Healed),
    /// Images were optimised.
    Optimized(Optimized),
    /// A backup is complete.
    BackedUp(BackedUp),
    /// The rows of a sheet were done.
    Imported {
        #[serde(flatten)]
        counts: Imported,
        /// Where the result of each row can be downloaded for a day.
        report: String,
    },
}

/// What a comparison with the journal found and healed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HealedReadModel)]
struct Healed {
    /// The number of events that were read.
    events: u64,
    /// The number of differences that were found.
    differences: u64,
    /// Whether everything agrees now.
    in_sync: bool,
}

fn decode(gateway: &Gateway, envelope: &Envelope) -> Result<AuditEvent, Failure> {
    gateway.context.aggregates.decode(envelope).map_err(Failure::from)
}

fn subject(gateway: &Gateway, begun: &Envelope) -> Result<Option<String>, Failure> {
    Ok(match decode(gateway, begun)? {
        AuditEvent::ReplayStarted { group } => Some(group),
        AuditEvent::OptimizeStarted { all: true } => Some("everybody's images".into()),
        AuditEvent::OptimizeStarted { all: false } => Some("images".into()),
        AuditEvent::BackupStarted {} => Some("a backup".into()),
        AuditEvent::ImportStarted { check: true } => Some("check of a sheet".into()),
        AuditEvent::ImportStarted { check: false } => Some("import of a sheet".into()),
        _ => None,
    })
}

fn outcome(gateway: &Gateway, last: &Envelope) -> Result<(&'static str, Outcome), Failure> {
    let ended = Outcome { finished_at: Some(last.timestamp), ..Outcome::default() };
    Ok(match decode(gateway, last)? {
        AuditEvent::ReplayFailed { reason, .. }
        | AuditEvent::OptimizeFailed { reason }
        | AuditEvent::BackupFailed { reason }
        | AuditEvent::ImportFailed { reason } => ("FAILED", Outcome { error: Some(reason), ..ended }),
        AuditEvent::ReplayFinished { events, equal, differences: Some(differences), .. } => {
            let healed = Healed { events, differences, in_sync: equal == Some(true) };
            ("SUCCEEDED", Outcome { result: Some(JobResult::Healed(healed)), ..ended })
        }
        AuditEvent::ReplayFinished { events, equal, .. } => {
            let rebuilt = Rebuilt { events, equal_to_the_one_before: equal };
            ("SUCCEEDED", Outcome { result: Some(JobResult::Rebuilt(rebuilt)), ..ended })
        }
        AuditEvent::OptimizeFinished(told) => {
            ("SUCCEEDED", Outcome { result: Some(JobResult::Optimized(told)), ..ended })
        }
        AuditEvent::BackupFinished(told) => {
            ("SUCCEEDED", Outcome { result: Some(JobResult::BackedUp(told)), ..ended })
        }
        AuditEvent::ImportFinished(counts) => {
            let report = format!("/api/jobs/{}/report", last.stream.id);
            ("SUCCEEDED", Outcome { result: Some(JobResult::Imported { counts, report }), ..ended })
        }
        _ => ("SUCCEEDED", ended),
    })
}
