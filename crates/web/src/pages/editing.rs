//! `/homes/{id}/edit`: changes a listing, and never overwrites somebody else's change unseen.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::listing::{owns, who};
use super::listing_sheet::{LISTING, of_listing};
use super::posting::{ListingFormPage, again};
use super::{show, show_as};
use crate::Site;
use crate::api::{ApiError, Call, Contact, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::key::Key;
use crate::messages::key;
use crate::sheet::Sheet;
use crate::visit::Visit;

pub(super) fn router() -> Router<Site> {
    Router::new().route("/homes/{id}/edit", get(filled).post(submit))
}

fn page(visit: &Visit, id: &Key, sheet: Sheet, version: Option<String>) -> ListingFormPage {
    ListingFormPage {
        frame: visit.frame(visit.text("post-edit-title").to_string()),
        action: format!("/homes/{id}/edit"),
        button: key("post-edit-send"),
        sheet,
        version,
        signed_out: false,
        changed_meanwhile: None,
    }
}

async fn load(visit: &Visit, id: &Key) -> Result<(Property, Option<String>), ApiError> {
    visit.ask_with_version(Call::get(format!("/api/properties/{id}"))).await
}

async fn filled(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let person = who(&visit).await?;
    let (home, version) = load(&visit, &id).await?;
    if !owns(person.as_ref(), &home) {
        return Err(Failure::Forbidden);
    }
    let told = home.contact_name.is_some() || home.contact_phone.is_some() || home.contact_email.is_some();
    let contact = if told { Contact::default() } else { contact(&visit, &id).await? };
    show(&page(&visit, &id, of_listing(&home, contact), version))
}

/// Loads the contact. A change replaces the whole listing, so the form must contain the contact too, or fail.
async fn contact(visit: &Visit, id: &Key) -> Result<Contact, Failure> {
    match visit.ask(Call::get(format!("/api/properties/{id}/contact"))).await {
        Ok(contact) => Ok(contact),
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Ok(Contact::default()),
        Err(error) => Err(error.into()),
    }
}

async fn submit(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(LISTING, &form);
    let plain = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let version = form.filled("version").filter(plain).map(str::to_owned);
    let call = Call::put(format!("/api/properties/{id}"), sheet.json()).if_version(version.as_deref());
    match visit.ask::<Property>(call).await {
        Ok(home) => {
            let flash = if home.waits() { Flash::UpdatedForReview } else { Flash::Updated };
            Ok(visit.go(&format!("/homes/{id}"), Some(flash)))
        }
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::PRECONDITION_FAILED => {
            overtaken(&visit, id, sheet).await
        }
        Err(error) => again(page(&visit, &id, sheet, version), error),
    }
}

/// Shows the typed values again, and asks before they replace the newer listing.
async fn overtaken(visit: &Visit, id: Key, sheet: Sheet) -> Result<Response, Failure> {
    let (_, version) = load(visit, &id).await?;
    let page = ListingFormPage { changed_meanwhile: Some(id.clone()), ..page(visit, &id, sheet, version) };
    show_as(StatusCode::PRECONDITION_FAILED, &page)
}
