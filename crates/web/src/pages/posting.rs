//! `/post`: lists a home.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::listing_sheet::LISTING;
use super::{show, show_as};
use crate::Site;
use crate::api::{ApiError, Call, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::messages::key;
use crate::sheet::{Kind, Sheet};
use crate::visit::Visit;

/// The fields that the address may fill: what the estimate of a home's value was asked about.
const FILLED: [&str; 8] =
    ["location", "listingType", "propertyType", "bedrooms", "area", "areaUnit", "ageOfProperty", "price"];

#[derive(Template)]
#[template(path = "listing_form.html")]
pub(super) struct ListingFormPage {
    pub(super) frame: Frame,
    pub(super) action: String,
    /// The key of the text of the button.
    pub(super) button: &'static str,
    pub(super) sheet: Sheet,
    /// The version of the edited listing when the form was made.
    pub(super) version: Option<String>,
    /// Whether the session ended meanwhile; the typed values are kept.
    pub(super) signed_out: bool,
    /// The listing, if it changed while the form was open.
    pub(super) changed_meanwhile: Option<Key>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/post", get(blank).post(submit))
}

fn page(visit: &Visit, sheet: Sheet) -> ListingFormPage {
    ListingFormPage {
        frame: visit.frame(visit.text("post-page-title").to_string()),
        action: "/post".to_owned(),
        button: key("post-send"),
        sheet,
        version: None,
        signed_out: false,
        changed_meanwhile: None,
    }
}

async fn blank(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let sheet = Sheet::blank(LISTING)
        .with("listingType", Some("SALE"))
        .with("areaUnit", Some("SQFT"))
        .with("city", Some(visit.city()));
    let sheet = FILLED.into_iter().fold(sheet, |sheet, name| sheet.with(name, visit.asked(name)));
    show(&page(&visit, sheet))
}

async fn submit(visit: Visit, form: Form) -> Result<Response, Failure> {
    let sheet = Sheet::typed(LISTING, &form);
    match visit.ask::<Property>(Call::post("/api/properties", sheet.json())).await {
        Ok(home) => {
            let to = Key::parse(&home.id).map_or("/dashboard".to_owned(), |id| format!("/homes/{id}"));
            let flash = match home {
                _ if home.awaits_confirmation => Flash::PostedUnconfirmed,
                _ if home.waits() => Flash::PostedForReview,
                _ => Flash::Posted,
            };
            Ok(visit.go(&to, Some(flash)))
        }
        Err(error) => again(page(&visit, sheet), error),
    }
}

/// Shows the form again with all typed values and the API's objection.
pub(super) fn again(mut page: ListingFormPage, error: ApiError) -> Result<Response, Failure> {
    let status = match error.about_input() {
        Ok(refusal) => {
            let status = refusal.status;
            page.sheet = page.sheet.refused(refusal);
            status
        }
        Err(failure @ Failure::SignedOut) => {
            page.signed_out = true;
            failure.status()
        }
        Err(failure @ (Failure::TooMany { .. } | Failure::Unavailable)) => {
            let (_, sentence) = failure.words(page.frame.language);
            page.sheet.problem = Some(sentence);
            failure.status()
        }
        Err(failure) => return Err(failure),
    };
    show_as(status, &page)
}
