//! `/account/emails`: which e-mails a person gets. This is also the way back for somebody who unsubscribed.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use crate::Site;
use crate::api::{Call, Preferences};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::labels::Labels;
use crate::messages::key;
use crate::pages::show;
use crate::visit::Visit;

const KINDS: Labels = &[
    ("PROPERTY_ALERT", key("account-emails-alerts")),
    ("LEAD", key("account-emails-enquiries")),
    ("VISIT", key("account-emails-visits")),
    ("GENERAL", key("account-emails-other")),
];

/// A kind of e-mails, with whether the person gets them.
struct Choice {
    kind: &'static str,
    /// The key of what they are about.
    label: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "account_emails.html")]
struct EmailsPage {
    frame: Frame,
    choices: Vec<Choice>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/account/emails", get(choices).post(save))
}

async fn choices(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let found: Preferences = visit.ask(Call::get("/api/notifications/preferences/me")).await?;
    let choices =
        KINDS.iter().map(|&(kind, label)| Choice { kind, label, on: found.has_email(kind) }).collect();
    let title = visit.text("account-emails-title").to_string();
    show(&EmailsPage { frame: visit.frame(title), choices })
}

async fn save(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let chosen = KINDS.iter().map(|(kind, _)| (*kind, json!({"EMAIL": form.get(kind) == Some("yes")})));
    let body = json!({"channels": chosen.collect::<BTreeMap<_, _>>()});
    visit.tell(Call::put("/api/notifications/preferences", body)).await?;
    Ok(visit.go("/account/emails", Some(Flash::EmailsChosen)))
}
