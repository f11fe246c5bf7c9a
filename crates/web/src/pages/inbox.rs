//! `/inbox`: what the person was told, the newest first.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::show;
use crate::Site;
use crate::api::{ApiError, Call, Inbox, Notification};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, Labels, capitalised};
use crate::messages::{Language, key};
use crate::next_path::NextPath;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::Visit;
use crate::when::Moment;

const PATH: &str = "/inbox";
const SIZE: u64 = 20;

/// The kind of news about saved searches.
const ALERT: &str = "PROPERTY_ALERT";

const KINDS: Labels = &[
    ("WELCOME", key("inbox-kind-greeting")),
    (ALERT, key("inbox-kind-alert")),
    ("LEAD", key("inbox-kind-enquiry")),
    ("VISIT", key("inbox-kind-visit")),
    ("GENERAL", key("inbox-kind-other")),
];

/// A notification in words.
struct Entry {
    id: Key,
    kind: String,
    subject: String,
    paragraphs: Vec<String>,
    when: Option<Moment>,
    is_read: bool,
    /// The page that it is about.
    href: Option<NextPath>,
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    entries: Vec<Entry>,
    total: Count,
    unread: Count,
    pager: Pager,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(PATH, get(page))
        .route("/inbox/{id}/read", post(mark_read))
        .route("/inbox/{id}/delete", post(delete))
}

async fn load(visit: &Visit, page: u64, size: u64) -> Result<Inbox, ApiError> {
    let size = size.to_string();
    let call = |page: &str| Call::get("/api/notifications/me").query(&[("page", page), ("size", &size)]);
    visit.ask_for_page(page, call).await
}

/// How many notifications the person has not read.
pub(super) async fn unread(visit: &Visit) -> Result<Count, ApiError> {
    load(visit, 0, 1).await.map(|inbox| inbox.unread_count)
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&["page"]);
    let number = visit.page_number();
    let inbox = load(&visit, number, SIZE).await?;
    let title = visit.text("inbox-title").to_string();
    show(&InboxPage {
        frame: visit.frame(title),
        entries: inbox.content.into_iter().filter_map(|it| Entry::of(visit.language, it)).collect(),
        total: inbox.total_elements,
        unread: inbox.unread_count,
        pager: Pager::new(PATH, number, inbox.total_pages, vec![]),
    })
}

async fn mark_read(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    let call = Call::put(format!("/api/notifications/{id}/read"), json!({}));
    change(&visit, call, Flash::NotificationRead, &form).await
}

async fn delete(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    let call = Call::delete(format!("/api/notifications/{id}"));
    change(&visit, call, Flash::NotificationDeleted, &form).await
}

/// Changes a notification, and goes back to the part of the inbox with the form. One that another page deleted
/// meanwhile is no fault of the reader's.
async fn change(visit: &Visit, call: Call, done: Flash, form: &Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let flash = match visit.tell(call).await {
        Ok(()) => done,
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Flash::NotificationGone,
        Err(error) => return Err(error.into()),
    };
    let back = form.get("next").and_then(NextPath::parse);
    Ok(visit.go(back.as_ref().map_or(PATH, NextPath::as_str), Some(flash)))
}

impl Entry {
    fn of(language: Language, found: Notification) -> Option<Self> {
        let paragraphs = found.message.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
        Some(Self {
            id: Key::parse(&found.id)?,
            kind: labels::of(language, KINDS, &found.kind),
            // In an e-mail, the text goes on after the greeting.
            paragraphs: paragraphs.map(|text| capitalised(text.to_owned())).collect(),
            when: Moment::parse_some(found.created_at.as_ref()),
            is_read: found.read,
            href: found.link.as_deref().and_then(path_of).or_else(|| searches(&found.kind)),
            subject: found.subject,
        })
    }
}

/// Where news about several homes lead, which have no link.
fn searches(kind: &str) -> Option<NextPath> {
    if kind == ALERT { NextPath::parse("/dashboard/searches") } else { None }
}

/// The path in a complete address. The addresses of notifications are all of this site, which people may know by
/// another name than the one that e-mails use.
fn path_of(link: &str) -> Option<NextPath> {
    let (_, after_scheme) = link.split_once("://")?;
    let (_, path) = after_scheme.split_once('/')?;
    NextPath::parse(&format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn a_link_leads_to_this_site_whatever_its_name() {
        let path = |link| path_of(link).map(|path| path.to_string());
        assert_eq!(path("https://homes.example/homes/h1").as_deref(), Some("/homes/h1"));
        assert_eq!(path("http://localhost:8080/homes?sort=newest").as_deref(), Some("/homes?sort=newest"));
        for none in ["", "/homes/h1", "javascript:alert(1)", "https://homes.example//evil.example"] {
            assert_eq!(path(none), None, "{none}");
        }
    }
}
