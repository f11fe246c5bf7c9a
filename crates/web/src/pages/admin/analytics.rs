//! `/admin/analytics`: what happens on the site, in numbers about at least five people each. The API admits admins only.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::charts::{self, Chart};
use super::show;
use crate::Site;
use crate::api::{Call, Report};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::visit::Visit;
use crate::when::day_words;

const PATH: &str = "/admin/analytics";
const API: &str = "/api/v1/admin/analytics";

#[derive(Template)]
#[template(path = "admin_analytics.html")]
struct AnalyticsPage {
    frame: Frame,
    report: Report,
    /// The days, in words.
    days: String,
    total: String,
    charts: Vec<Chart>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(numbers))
}

async fn numbers(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["from", "to"]);
    let report = report(&visit).await?;
    let (from, to) = (day_words(&report.from), day_words(&report.to));
    let title = visit.text("console-numbers").to_string();
    let days = visit.text("console-days").arg("from", &from).arg("to", &to).to_string();
    show(&AnalyticsPage {
        frame: visit.frame(title),
        days: if from == to { from } else { days },
        total: charts::words(visit.language, report.active_people.total.people),
        charts: charts::all(visit.language, &report),
        report,
    })
}

/// The report of the days in the page's address. If there cannot be one, it says why, and shows today.
async fn report(visit: &Visit) -> Result<Report, Failure> {
    let days = ["from", "to"].map(|name| (name, visit.asked(name)));
    let days: Vec<(&str, &str)> =
        days.iter().filter_map(|(name, day)| Some((*name, day.as_deref()?))).collect();
    if !days.is_empty() {
        match visit.ask(Call::get(API).query(&days)).await {
            Ok(report) => return Ok(report),
            Err(error) => {
                let refusal = error.about_input()?;
                let wrong = refusal.field_errors.iter().map(|(name, why)| format!("“{name}” {why}"));
                let wrong = wrong.collect::<Vec<_>>().join(", ");
                visit.remark(visit.text("console-days-wrong").arg("wrong", wrong).to_string());
            }
        }
    }
    Ok(visit.ask(Call::get(API)).await?)
}
