//! `/account/privacy`: what is kept about a person, and what they can do about it.

use askama::Template;
use axum::Router;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::Site;
use crate::api::Call;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::key;
use crate::pages::show;
use crate::visit::Visit;

/// What is kept: the page that shows it, and the key of what it is.
const KEPT: &[(&str, &str)] = &[
    ("/account", key("account-privacy-profile")),
    ("/dashboard/timeline", key("account-privacy-timeline")),
    ("/dashboard/saved", key("account-privacy-saved")),
    ("/dashboard/searches", key("account-privacy-searches")),
    ("/dashboard/enquiries", key("account-privacy-enquiries")),
    ("/dashboard/listings", key("account-privacy-listings")),
    ("/inbox", key("account-privacy-inbox")),
];

const ATTACHED: &str = "attachment;filename=hyderabadinfra-my-data.json";

#[derive(Template)]
#[template(path = "account_privacy.html")]
struct PrivacyPage {
    frame: Frame,
    kept: &'static [(&'static str, &'static str)],
}

pub(super) fn router() -> Router<Site> {
    // An export is written down and is much work: a form of this site asks for it, so that no other site can.
    Router::new().route("/account/privacy", get(page)).route("/account/privacy/export", post(export))
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let title = visit.text("account-privacy-title").to_string();
    show(&PrivacyPage { frame: visit.frame(title), kept: KEPT })
}

/// Passes the export on piece by piece, as the API writes it.
async fn export(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let pieces = visit.file(Call::get("/api/users/me/export")).await?.into_body();
    let about = [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, ATTACHED)];
    Ok((about, pieces).into_response())
}
