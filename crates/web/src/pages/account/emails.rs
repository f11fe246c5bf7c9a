//! `/account/emails`: what a person is told, by which way, and when not. This is also the way back for somebody who
//! unsubscribed.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use crate::Site;
use crate::api::{Call, Preferences};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::labels::Labels;
use crate::messages::key;
use crate::pages::show_as;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

const PATH: &str = "/account/emails";

const TOPICS: Labels = &[
    ("PROPERTY_ALERT", key("account-emails-alerts")),
    ("LEAD", key("account-emails-enquiries")),
    ("VISIT", key("account-emails-visits")),
    ("GENERAL", key("account-emails-other")),
    ("WELCOME", key("account-emails-greetings")),
];

const CHANNELS: Labels = &[
    ("IN_APP", key("account-emails-by-inbox")),
    ("EMAIL", key("account-emails-by-email")),
    ("SMS", key("account-emails-by-text")),
];

/// The name that the API gives to what is wrong with the two times together.
const QUIET_HOURS: &str = "quietHours";
const FROM: &str = "quietHours.from";
const TO: &str = "quietHours.to";

static QUIET: &[Group] = &[Group {
    legend: key("account-emails-quiet"),
    folded: false,
    fields: &[
        Field::new(FROM, key("account-emails-quiet-from"), Kind::Line("time"))
            .hint(key("account-emails-quiet-hint")),
        Field::new(TO, key("account-emails-quiet-to"), Kind::Line("time")),
    ],
}];

/// What somebody may be told about, with every way to tell it.
struct Topic {
    /// The key of what it is about.
    label: &'static str,
    choices: Vec<Choice>,
}

/// A way to tell it, and whether the person wants that.
struct Choice {
    name: String,
    /// The key of the way.
    label: &'static str,
    on: bool,
}

#[derive(Template)]
#[template(path = "account_emails.html")]
struct EmailsPage {
    frame: Frame,
    topics: Vec<Topic>,
    sheet: Sheet,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(choices).post(save))
}

async fn choices(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let found: Preferences = visit.ask(Call::get("/api/notifications/preferences/me")).await?;
    let quiet = found.quiet_hours.as_ref();
    let sheet = Sheet::blank(QUIET)
        .with(FROM, quiet.map(|hours| hours.from.as_str()))
        .with(TO, quiet.map(|hours| hours.to.as_str()));
    render(&visit, StatusCode::OK, topics(|topic, channel| found.wants(topic, channel)), sheet)
}

async fn save(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let is_on = |topic: &str, channel: &str| form.get(&name(topic, channel)) == Some("yes");
    let switches = |topic: &str| -> BTreeMap<&'static str, bool> {
        CHANNELS.iter().map(|&(channel, _)| (channel, is_on(topic, channel))).collect()
    };
    let channels: BTreeMap<&str, _> = TOPICS.iter().map(|&(topic, _)| (topic, switches(topic))).collect();
    let body = json!({ "channels": channels, QUIET_HOURS: quiet_hours(&form) });
    match visit.tell(Call::put("/api/notifications/preferences", body)).await {
        Ok(()) => Ok(visit.go(PATH, Some(Flash::EmailsChosen))),
        Err(error) => {
            let mut refusal = error.about_input()?;
            if let Some(about_both) = refusal.field_errors.remove(QUIET_HOURS) {
                refusal.field_errors.insert(TO.to_owned(), about_both);
            }
            let status = refusal.status;
            render(&visit, status, topics(is_on), Sheet::typed(QUIET, &form).refused(refusal))
        }
    }
}

fn render(visit: &Visit, status: StatusCode, topics: Vec<Topic>, sheet: Sheet) -> Result<Response, Failure> {
    let title = visit.text("account-emails-title").to_string();
    show_as(status, &EmailsPage { frame: visit.frame(title), topics, sheet })
}

/// The times as they are written; none when both are left empty.
fn quiet_hours(form: &Form) -> Value {
    let (from, to) = (form.filled(FROM), form.filled(TO));
    if from.is_none() && to.is_none() {
        return Value::Null;
    }
    json!({ "from": from.unwrap_or_default(), "to": to.unwrap_or_default() })
}

/// The name of a switch in the form.
fn name(topic: &str, channel: &str) -> String {
    format!("{topic}-{channel}")
}

fn topics(is_on: impl Fn(&str, &str) -> bool) -> Vec<Topic> {
    let choice = |topic: &str, channel: &str, label| Choice {
        name: name(topic, channel),
        label,
        on: is_on(topic, channel),
    };
    let choices =
        |topic| CHANNELS.iter().map(|&(channel, label)| choice(topic, channel, label)).collect::<Vec<_>>();
    TOPICS.iter().map(|&(topic, label)| Topic { label, choices: choices(topic) }).collect()
}
