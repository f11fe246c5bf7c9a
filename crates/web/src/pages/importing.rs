//! `/dashboard/import`: brings in a sheet of homes, copied from a spreadsheet, and shows what became of its rows.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::{show, show_as};
use crate::Site;
use crate::api::{Call, Job, Started};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::messages::key;
use crate::session::IMPORT;
use crate::visit::Visit;
use crate::when::Moment;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    frame: Frame,
    rows: String,
    map: String,
    /// What is wrong with the rows, with the map, or with neither.
    errors: ImportErrors,
}

#[derive(Default)]
struct ImportErrors {
    rows: Option<String>,
    map: Option<String>,
    other: Option<String>,
}

impl ImportErrors {
    fn is_empty(&self) -> bool {
        self.rows.is_none() && self.map.is_none() && self.other.is_none()
    }
}

#[derive(Template)]
#[template(path = "import_job.html")]
struct ImportJobPage {
    frame: Frame,
    job: Job,
    finished: Option<Moment>,
}

impl ImportJobPage {
    fn runs(&self) -> bool {
        self.job.status == "RUNNING"
    }

    /// The key of how far it is.
    fn state(&self) -> &'static str {
        match self.job.status.as_str() {
            "RUNNING" => key("import-running"),
            "SUCCEEDED" => key("import-done"),
            "FAILED" => key("import-failed"),
            _ => key("import-cut-off"),
        }
    }
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(IMPORT, get(blank).post(submit))
        .route("/dashboard/import/template", get(template))
        .route("/dashboard/import/{id}", get(job))
        .route("/dashboard/import/{id}/report", get(report))
}

fn page(visit: &Visit, form: &Form, errors: ImportErrors) -> ImportPage {
    let typed = |name| form.get(name).unwrap_or_default().to_owned();
    ImportPage {
        frame: visit.frame(visit.text("import-title").to_string()),
        rows: typed("rows"),
        map: typed("map"),
        errors,
    }
}

async fn blank(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    show(&page(&visit, &Form::default(), ImportErrors::default()))
}

async fn submit(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    // Untrimmed: a tab at the beginning is the first cell of the header, without which all names would stand one further.
    let Some(rows) = form.get("rows").filter(|rows| !rows.trim().is_empty()) else {
        let missing = visit.text("import-rows-missing").to_string();
        let errors = ImportErrors { rows: Some(missing), ..ImportErrors::default() };
        return show_as(StatusCode::BAD_REQUEST, &page(&visit, &form, errors));
    };
    let check = if form.get("action") == Some("import") { "false" } else { "true" };
    let parts = [("file", rows), ("map", form.filled("map").unwrap_or_default())];
    let call = Call::post_form("/api/properties/import", &parts).query(&[("check", check)]);
    match visit.ask::<Started>(call).await {
        Ok(begun) => {
            let to = Key::parse(&begun.job_id).map_or(IMPORT.to_owned(), |id| format!("{IMPORT}/{id}"));
            Ok(visit.go(&to, None))
        }
        Err(error) => {
            let refusal = error.about_input()?;
            let told = |field: &str| refusal.field_errors.get(field).cloned();
            let mut errors = ImportErrors { rows: told("file"), map: told("map"), other: None };
            if errors.is_empty() {
                errors.other = Some(refusal.sentence.clone());
            }
            show_as(refusal.status, &page(&visit, &form, errors))
        }
    }
}

async fn job(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let job: Job = visit.ask(Call::get(format!("/api/jobs/{id}"))).await?;
    let finished = Moment::parse_some(job.finished_at.as_ref());
    let checked = job.result.as_ref().is_some_and(|result| result.check);
    let title = if checked { key("import-check-title") } else { key("import-job-title") };
    let title = visit.text(title).to_string();
    show(&ImportJobPage { frame: visit.frame(title), job, finished })
}

async fn template(visit: Visit) -> Result<Response, Failure> {
    Ok(visit.file(Call::get("/api/properties/import/template")).await?)
}

async fn report(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    Ok(visit.file(Call::get(format!("/api/jobs/{id}/report"))).await?)
}
