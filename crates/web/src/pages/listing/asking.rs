//! `/homes/{id}/enquire` and `/homes/{id}/visit`: asks the owner of a home, or for a time to see it.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::{Date, Time};
use serde_json::Value;

use super::form::HomeForm;
use super::person::who;
use crate::Site;
use crate::api::{ApiError, Call, Enquiry, Page, Property, Refusal};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::key::Key;
use crate::labels::Labels;
use crate::messages::{Language, key};
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

const ANSWERS: Labels = &[("ENQUIRY", key("ask-in-writing")), ("CALLBACK", key("ask-call-me-back"))];

const REACHED_AT: Group = Group {
    legend: key("ask-reach"),
    folded: true,
    fields: &[
        Field::line("name", key("ask-name")).autocomplete("name"),
        Field::new("phone", key("ask-phone"), Kind::Line("tel"))
            .hint(key("ask-phone-hint"))
            .autocomplete("tel"),
        Field::new("email", key("ask-email"), Kind::Line("email")).autocomplete("email"),
    ],
};

static QUESTION: &[Group] = &[
    Group {
        legend: "",
        folded: false,
        fields: &[
            Field::new("message", key("ask-question"), Kind::Text).hint(key("ask-question-hint")).required(),
            Field::new("purpose", key("ask-purpose"), Kind::Choice(ANSWERS)).required(),
        ],
    },
    REACHED_AT,
];

static VISIT: &[Group] = &[
    Group {
        legend: "",
        folded: false,
        fields: &[
            Field::new("date", key("ask-day"), Kind::Line("date")).required(),
            Field::new("time", key("ask-time"), Kind::Line("time")).hint(key("ask-time-hint")).required(),
            Field::new("message", key("ask-note"), Kind::Text),
        ],
    },
    REACHED_AT,
];

/// What is asked for.
#[derive(Clone, Copy)]
enum Wish {
    Answer,
    Visit,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(
            "/homes/{id}/enquire",
            get(async |visit, id| blank(visit, id, Wish::Answer).await)
                .post(async |visit, id, form| send(visit, id, form, Wish::Answer).await),
        )
        .route(
            "/homes/{id}/visit",
            get(async |visit, id| blank(visit, id, Wish::Visit).await)
                .post(async |visit, id, form| send(visit, id, form, Wish::Visit).await),
        )
}

impl Wish {
    fn form(self, visit: &Visit, id: &Key) -> HomeForm {
        let (title, intro, button, path) = match self {
            Self::Answer => (
                visit.text("listing-enquire-title"),
                visit.text("listing-enquire-intro"),
                visit.text("listing-enquire-send"),
                "enquire",
            ),
            Self::Visit => (
                visit.text("listing-visit-title"),
                visit.text("listing-visit-intro"),
                visit.text("listing-visit-send"),
                "visit",
            ),
        };
        HomeForm {
            title: title.to_string(),
            intro: intro.to_string(),
            action: format!("/homes/{id}/{path}"),
            button: button.to_string(),
            for_confirmed: true,
        }
    }

    fn groups(self) -> &'static [Group] {
        match self {
            Self::Answer => QUESTION,
            Self::Visit => VISIT,
        }
    }

    /// The body of the enquiry, or what is wrong with the day or the time.
    fn body(self, language: Language, sheet: &Sheet, form: &Form) -> Result<Value, Refusal> {
        let mut body = sheet.json();
        if let (Self::Visit, Some(members)) = (self, body.as_object_mut()) {
            let at = visit_at(language, form)?;
            members.retain(|name, _| name != "date" && name != "time");
            members.insert("purpose".to_owned(), "VISIT".into());
            members.insert("visitAt".to_owned(), at.into());
        }
        Ok(body)
    }
}

async fn load(visit: &Visit, id: &Key) -> Result<Property, ApiError> {
    visit.ask(Call::get(format!("/api/properties/{id}"))).await
}

async fn blank(visit: Visit, id: Key, wish: Wish) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let home = load(&visit, &id).await?;
    let person = who(&visit).await?;
    let sheet = Sheet::blank(wish.groups()).with("purpose", Some("ENQUIRY"));
    wish.form(&visit, &id).filled(&visit, home, sheet, person.as_ref())
}

async fn send(visit: Visit, id: Key, form: Form, wish: Wish) -> Result<Response, Failure> {
    let sheet = Sheet::typed(wish.groups(), &form);
    let sent = match wish.body(visit.language, &sheet, &form) {
        Ok(body) => visit.tell(Call::post(format!("/api/properties/{id}/leads"), body)).await,
        Err(refusal) => Err(ApiError::Refused(Box::new(refusal))),
    };
    let flash = match sent {
        Ok(()) => match wish {
            Wish::Answer => Flash::Asked,
            Wish::Visit => Flash::VisitAsked,
        },
        Err(ApiError::Refused(refusal)) if refusal.code == "LEAD_EXISTS" => Flash::AskedBefore,
        Err(error) => {
            let home = load(&visit, &id).await?;
            return wish.form(&visit, &id).again(&visit, home, sheet, about_our_fields(error));
        }
    };
    Ok(visit.go(&format!("/homes/{id}"), Some(flash)))
}

/// The API knows one time where the form has a day and a time.
fn about_our_fields(error: ApiError) -> ApiError {
    match error {
        ApiError::Refused(mut refusal) => {
            if let Some(words) = refusal.field_errors.remove("visitAt") {
                refusal.field_errors.insert("date".to_owned(), words);
            }
            ApiError::Refused(refusal)
        }
        error @ ApiError::Unusable(_) => error,
    }
}

/// The time that was chosen, as the API takes it. Days and times of forms are Indian.
fn visit_at(language: Language, form: &Form) -> Result<String, Refusal> {
    let date = form.filled("date").and_then(|date| date.parse::<Date>().ok());
    let time = form.filled("time").and_then(|time| time.parse::<Time>().ok());
    if let (Some(date), Some(time)) = (date, time) {
        return Ok(format!("{date}T{}+05:30", time.strftime("%H:%M:%S")));
    }
    let wrong = [
        date.is_none().then_some(("date", key("ask-day-wrong"))),
        time.is_none().then_some(("time", key("ask-time-wrong"))),
    ];
    let errors =
        wrong.into_iter().flatten().map(|(name, key)| (name.to_owned(), language.text(key).to_string()));
    Err(Refusal {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code: String::new(),
        sentence: String::new(),
        field_errors: errors.collect::<BTreeMap<_, _>>(),
        retry_after: None,
    })
}

/// The person's newest enquiry about a home.
pub(super) async fn sent(visit: &Visit, id: &Key) -> Result<Option<Enquiry>, Failure> {
    let id = id.to_string();
    let call = Call::get("/api/leads").query(&[("box", "sent"), ("propertyId", id.as_str()), ("size", "1")]);
    let page: Option<Page<Enquiry>> = visit.ask_for_part(call).await?;
    Ok(page.and_then(|page| page.content.into_iter().next()))
}

#[cfg(test)]
mod tests {
    use super::visit_at;
    use crate::form::Form;
    use crate::messages::Language::English;

    #[test]
    fn a_visit_is_asked_for_in_indian_time() {
        let at = visit_at(English, &Form::parse(b"date=2026-12-05&time=10%3A30")).unwrap();
        assert_eq!(at, "2026-12-05T10:30:00+05:30");
    }

    #[test]
    fn each_wrong_field_is_named() {
        let wrong = |form: &[u8]| {
            let refusal = visit_at(English, &Form::parse(form)).unwrap_err();
            refusal.field_errors.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(wrong(b"date=sunday&time=10%3A30"), ["date"]);
        assert_eq!(wrong(b"date=2026-12-05"), ["time"]);
        assert_eq!(wrong(b""), ["date", "time"]);
    }
}
