//! `/admin/jobs/{id}`: the progress or the result of a job.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{ApiError, Call, Events, Job};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::visit::Visit;
use crate::when::Moment;

const SHOWN: &str = "5";

pub(super) struct ShownJob {
    pub(super) job: Job,
    pub(super) started: Option<Moment>,
    pub(super) finished: Option<Moment>,
}

impl ShownJob {
    fn of(job: Job) -> Self {
        Self {
            started: Moment::parse_some(job.started_at.as_ref()),
            finished: Moment::parse_some(job.finished_at.as_ref()),
            job,
        }
    }

    pub(super) fn words(&self) -> &'static str {
        match self.job.status.as_str() {
            "RUNNING" => "Running",
            "SUCCEEDED" => "Finished",
            "FAILED" => "Failed",
            _ => "Interrupted",
        }
    }

    pub(super) fn runs(&self) -> bool {
        self.job.status == "RUNNING"
    }

    pub(super) fn subject(&self) -> &str {
        self.job.subject.as_deref().unwrap_or("a job")
    }
}

#[derive(Template)]
#[template(path = "admin_job.html")]
struct JobPage {
    frame: Frame,
    shown: ShownJob,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/admin/jobs/{id}", get(job))
}

async fn job(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let shown = ShownJob::of(visit.ask(Call::get(format!("/api/jobs/{id}"))).await?);
    show(&JobPage { frame: visit.frame(format!("Rebuild of {}", shown.subject())), shown })
}

/// The jobs started most recently, found by their events in the journal.
pub(super) async fn latest(visit: &Visit) -> Result<Vec<ShownJob>, Failure> {
    let query = [("eventType", "REPLAY_STARTED"), ("size", SHOWN)];
    let begun: Events = visit.ask(Call::get("/api/v1/admin/events").query(&query)).await?;
    let mut jobs = Vec::new();
    for id in begun.content.iter().filter_map(|event| Key::parse(&event.aggregate_id)) {
        match visit.ask(Call::get(format!("/api/jobs/{id}"))).await {
            Ok(job) => jobs.push(ShownJob::of(job)),
            // A job that cannot be shown must not hide the others.
            Err(ApiError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(jobs)
}
