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
use crate::messages::{Language, key};
use crate::visit::Visit;
use crate::when::Moment;

const SHOWN: &str = "5";

pub(super) struct ShownJob {
    language: Language,
    pub(super) job: Job,
    pub(super) started: Option<Moment>,
    pub(super) finished: Option<Moment>,
}

impl ShownJob {
    fn of(language: Language, job: Job) -> Self {
        Self {
            language,
            started: Moment::parse_some(job.started_at.as_ref()),
            finished: Moment::parse_some(job.finished_at.as_ref()),
            job,
        }
    }

    /// The key of how it stands.
    pub(super) fn words(&self) -> &'static str {
        match self.job.status.as_str() {
            "RUNNING" => key("console-job-running"),
            "SUCCEEDED" => key("console-job-finished"),
            "FAILED" => key("console-job-failed"),
            _ => key("console-job-interrupted"),
        }
    }

    pub(super) fn runs(&self) -> bool {
        self.job.status == "RUNNING"
    }

    /// What it makes again, in words.
    pub(super) fn title(&self) -> String {
        match &self.job.subject {
            Some(subject) => self.language.text("console-rebuild-of").arg("subject", subject).to_string(),
            None => self.language.text("console-rebuild").to_string(),
        }
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
    let shown = ShownJob::of(visit.language, visit.ask(Call::get(format!("/api/jobs/{id}"))).await?);
    show(&JobPage { frame: visit.frame(shown.title()), shown })
}

/// The jobs started most recently, found by their events in the journal.
pub(super) async fn latest(visit: &Visit) -> Result<Vec<ShownJob>, Failure> {
    let query = [("eventType", "REPLAY_STARTED"), ("size", SHOWN)];
    let begun: Events = visit.ask(Call::get("/api/v1/admin/events").query(&query)).await?;
    let mut jobs = Vec::new();
    for id in begun.content.iter().filter_map(|event| Key::parse(&event.aggregate_id)) {
        match visit.ask(Call::get(format!("/api/jobs/{id}"))).await {
            Ok(job) => jobs.push(ShownJob::of(visit.language, job)),
            // A job that cannot be shown must not hide the others.
            Err(ApiError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(jobs)
}
