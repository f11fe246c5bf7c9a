//! `/admin/letters/{id}`: one dead letter, that is a key whose event could not be applied, or a message that could
//! not be delivered. Shows how it came about; it can be retried or given up.

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::{PATH, show, show_as};
use crate::Site;
use crate::api::{ApiError, Call, DeadLetter, Event};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::messages::{Language, key};
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;
use crate::when::Moment;

static REASON: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[Field::new("reason", key("console-discard-reason"), Kind::Text)
        .required()
        .hint(key("console-discard-reason-hint"))],
}];

pub(super) struct ShownLetter {
    language: Language,
    pub(super) letter: DeadLetter,
    pub(super) key: Option<Key>,
    pub(super) since: Option<Moment>,
    /// When it is retried automatically; `None` for parked ones.
    pub(super) next_try: Option<Moment>,
}

impl ShownLetter {
    pub(super) fn of(language: Language, letter: DeadLetter) -> Self {
        let retrying = letter.state == "RETRYING";
        Self {
            language,
            key: Key::parse(&letter.id),
            since: Moment::parse_some(letter.since.as_ref()),
            next_try: Moment::parse_some(letter.next_try.as_ref()).filter(|_| retrying),
            letter,
        }
    }

    /// The description of a message that could not be delivered; `None` for an event. A message blocks no key.
    pub(super) fn message(&self) -> Option<String> {
        let channel = self.letter.channel.as_ref()?;
        let template = self.letter.template.as_ref()?;
        let message = self.language.text("console-message-by").arg("template", template);
        Some(message.arg("channel", channel).to_string())
    }

    /// What distinguishes it from others: a person may miss several messages.
    pub(super) fn subject(&self) -> String {
        let key = &self.letter.key;
        let Some(message) = self.message() else { return key.clone() };
        self.language.text("console-message-to").arg("message", message).arg("key", key).to_string()
    }

    /// The key of how it stands.
    pub(super) fn state(&self) -> &'static str {
        match self.letter.state.as_str() {
            "RETRYING" => key("console-retrying"),
            "UNKNOWN" => key("console-perhaps-delivered"),
            "REFUSED" => key("console-refused"),
            "FAILED" => key("console-not-delivered"),
            _ => key("console-parked"),
        }
    }
}

struct ShownEvent {
    event: Event,
    at: Option<Moment>,
    data: String,
}

impl ShownEvent {
    fn of(event: Event) -> Self {
        let data = serde_json::to_string_pretty(&event.event_data).unwrap_or_default();
        Self { at: Moment::parse_some(event.timestamp.as_ref()), data, event }
    }

    /// The correlation id that the events of one request share.
    fn request(&self) -> Option<&str> {
        self.event.metadata.get("correlationId").and_then(Value::as_str)
    }
}

#[derive(Template)]
#[template(path = "admin_letter.html")]
struct LetterPage {
    frame: Frame,
    shown: ShownLetter,
    event: Option<ShownEvent>,
    causes: Vec<ShownEvent>,
    related: Vec<ShownEvent>,
}

#[derive(Template)]
#[template(path = "admin_discard.html")]
struct DiscardPage {
    frame: Frame,
    id: Key,
    shown: ShownLetter,
    sheet: Sheet,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/admin/letters/{id}", get(letter))
        .route("/admin/letters/{id}/redrive", post(redrive))
        .route("/admin/letters/{id}/discard", get(ask).post(discard))
}

fn path(id: &Key) -> String {
    format!("/api/v1/admin/dead-letters/{id}")
}

/// The dead letter; `None` when it was settled by another operator or by a retry.
async fn find(visit: &Visit, id: &Key) -> Result<Option<DeadLetter>, Failure> {
    match visit.ask(Call::get(path(id))).await {
        Ok(letter) => Ok(Some(letter)),
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn gone(visit: &Visit) -> Response {
    visit.go(PATH, Some(Flash::LetterGone))
}

async fn letter(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let Some(mut letter) = find(&visit, &id).await? else { return Ok(gone(&visit)) };
    let all = |events: Vec<Event>| events.into_iter().map(ShownEvent::of).collect();
    show(&LetterPage {
        frame: visit.frame(visit.text("console-letter").to_string()),
        event: letter.event.take().map(ShownEvent::of),
        causes: all(std::mem::take(&mut letter.caused_by)),
        related: all(std::mem::take(&mut letter.same_request)),
        shown: ShownLetter::of(visit.language, letter),
    })
}

async fn redrive(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let Some(letter) = find(&visit, &id).await? else { return Ok(gone(&visit)) };
    let is_message = ShownLetter::of(visit.language, letter).message().is_some();
    let done = if is_message { Flash::ToBeDelivered } else { Flash::Redriven };
    match visit.tell(Call::post(format!("{}/redrive", path(&id)), json!({}))).await {
        Ok(()) => Ok(visit.go(PATH, Some(done))),
        Err(ApiError::Refused(refusal)) if refusal.blames_input() => {
            Ok(visit.go(&format!("/admin/letters/{id}"), Some(Flash::StillFailing)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn ask(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    confirm(&visit, StatusCode::OK, id, Sheet::blank(REASON)).await
}

async fn discard(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let sheet = Sheet::typed(REASON, &form);
    let call = Call::post(format!("{}/discard", path(&id)), sheet.json());
    // Gives up only the event shown on the page. A form sent twice must not give up the next event of its key.
    let call = match form.filled("position") {
        Some(position) => call.once(&format!("discard {position}")),
        None => call,
    };
    match visit.tell(call).await {
        Ok(()) => Ok(visit.go(PATH, Some(Flash::Discarded))),
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Ok(gone(&visit)),
        Err(error) => {
            let refusal = error.about_input()?;
            confirm(&visit, refusal.status, id, sheet.refused(refusal)).await
        }
    }
}

async fn confirm(visit: &Visit, status: StatusCode, id: Key, sheet: Sheet) -> Result<Response, Failure> {
    let Some(letter) = find(visit, &id).await? else { return Ok(gone(visit)) };
    let shown = ShownLetter::of(visit.language, letter);
    let is_message = shown.message().is_some();
    let title = if is_message { key("console-discard-message") } else { key("console-discard-event") };
    let frame = visit.frame(visit.text(title).to_string());
    show_as(status, &DiscardPage { frame, id, shown, sheet })
}
