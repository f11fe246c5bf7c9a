//! A change of an account: a page says what follows and asks, then it is carried out.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::change::Change;
use super::person::{self, PersonView};
use super::{PATH, show};
use crate::Site;
use crate::api::ApiError;
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, ROLES};
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "people/confirm.html")]
struct ConfirmPage {
    frame: Frame,
    person: PersonView,
    change: Change,
    /// The fields of the change: name and value.
    fields: Vec<(&'static str, String)>,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/admin/people/{id}/suspend", get(ask_to_suspend).post(suspend))
        .route("/admin/people/{id}/reinstate", get(ask_to_reinstate).post(reinstate))
        .route("/admin/people/{id}/role", get(ask_for_role).post(change_role))
}

async fn ask_to_suspend(visit: Visit, id: Key) -> Result<Response, Failure> {
    let (person, version) = load(&visit, &id).await?;
    confirm(&visit, person, Change::Suspend, vec![("version", version)])
}

async fn suspend(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    carry_out(&visit, &id, &form, Change::Suspend).await
}

async fn ask_to_reinstate(visit: Visit, id: Key) -> Result<Response, Failure> {
    let (person, version) = load(&visit, &id).await?;
    let confirmed = person.is_confirmed;
    let fields = vec![("version", version), ("confirmed", confirmed.to_string())];
    confirm(&visit, person, Change::Reinstate { confirmed }, fields)
}

async fn reinstate(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    let confirmed = form.filled("confirmed") == Some("true");
    carry_out(&visit, &id, &form, Change::Reinstate { confirmed }).await
}

async fn ask_for_role(visit: Visit, id: Key) -> Result<Response, Failure> {
    let (person, version) = load(&visit, &id).await?;
    let role = visit.asked("role").unwrap_or_default();
    match Change::role(&role).filter(|_| !person.is(&role)) {
        Some(change) => confirm(&visit, person, change, vec![("version", version), ("role", role)]),
        // No role, or the one that the person has.
        None => Ok(visit.go(&format!("{PATH}/{id}"), None)),
    }
}

async fn change_role(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    let change = form.filled("role").and_then(Change::role).ok_or(Failure::NotFound)?;
    carry_out(&visit, &id, &form, change).await
}

async fn load(visit: &Visit, id: &Key) -> Result<(PersonView, String), Failure> {
    visit.must_be_signed_in()?;
    if !visit.operates() {
        return Err(Failure::Forbidden);
    }
    let (person, version) = person::load(visit, id).await?;
    Ok((person, version.unwrap_or_default()))
}

fn confirm(
    visit: &Visit,
    person: PersonView,
    change: Change,
    fields: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let role = fields.iter().find(|(name, _)| *name == "role");
    let role = role.map(|(_, code)| labels::of(visit.language, ROLES, code)).unwrap_or_default();
    let title = visit.text(change.title()).arg("name", &person.name).arg("role", role).to_string();
    show(&ConfirmPage { frame: visit.frame(title), person, change, fields })
}

/// Changes the account as it was seen, and leads back to it.
async fn carry_out(visit: &Visit, id: &Key, form: &Form, change: Change) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let flash = match visit.tell(change.call(id).if_version(form.version())).await {
        Ok(()) => change.done(),
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::PRECONDITION_FAILED => {
            Flash::PersonChanged
        }
        Err(error) => error.about_input().map(|_| Flash::PersonRefused)?,
    };
    Ok(visit.go(&format!("{PATH}/{id}"), Some(flash)))
}
