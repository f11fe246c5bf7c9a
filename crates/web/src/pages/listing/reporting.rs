//! `/homes/{id}/report`: says what is wrong with a listing.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::form::HomeForm;
use crate::Site;
use crate::api::{ApiError, Call, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::key::Key;
use crate::labels::CAUSES;
use crate::messages::key;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

static COMPLAINT: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[
        Field::new("cause", key("ask-report-cause"), Kind::Choice(CAUSES)).required(),
        Field::new("details", key("ask-report-details"), Kind::Text).hint(key("ask-report-details-hint")),
    ],
}];

pub(super) fn router() -> Router<Site> {
    Router::new().route("/homes/{id}/report", get(blank).post(send))
}

fn form(visit: &Visit, id: &Key) -> HomeForm {
    HomeForm {
        title: visit.text("listing-report-title").to_string(),
        intro: visit.text("listing-report-intro").to_string(),
        action: format!("/homes/{id}/report"),
        button: visit.text("listing-report-send").to_string(),
        for_confirmed: false,
    }
}

async fn load(visit: &Visit, id: &Key) -> Result<Property, ApiError> {
    visit.ask(Call::get(format!("/api/properties/{id}"))).await
}

async fn blank(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let home = load(&visit, &id).await?;
    form(&visit, &id).filled(&visit, home, Sheet::blank(COMPLAINT), None)
}

async fn send(visit: Visit, id: Key, typed: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(COMPLAINT, &typed);
    let flash = match visit.tell(Call::post(format!("/api/properties/{id}/report"), sheet.json())).await {
        Ok(()) => Flash::Reported,
        Err(ApiError::Refused(refusal)) if refusal.code == "REPORTED_BEFORE" => Flash::ReportedBefore,
        Err(error) => {
            let home = load(&visit, &id).await?;
            return form(&visit, &id).again(&visit, home, sheet, error);
        }
    };
    Ok(visit.go(&format!("/homes/{id}"), Some(flash)))
}
