//! `/tools/value`: the range of prices in which a home like one's own is offered, and how far such estimates are off.

mod answer;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use self::answer::{Answer, TooFew};
use super::inputs::{self, Input};
use super::show_as;
use crate::Site;
use crate::api::{ApiError, Area, Call, Estimate};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::labels::{self, Labels};
use crate::messages::key;
use crate::pages::areas;
use crate::typed;
use crate::visit::Visit;

const PATH: &str = "/tools/value";
const OFFERS: Labels = &[("SALE", key("label-listing-sale")), ("RENT", key("label-listing-rent"))];
/// The square feet in one of each unit of [`labels::AREA_UNITS`].
const SQUARE_FEET: [(&str, f64); 6] = [
    ("SQFT", 1.0),
    ("SQM", 10.763_910_4),
    ("SQYD", 9.0),
    ("ACRE", 43_560.0),
    ("GUNTA", 1_089.0),
    ("CENT", 435.6),
];
/// What the API calls a field, and what the form does.
const NAMES: [(&str, &str); 6] = [
    ("locality", "location"),
    ("propertyType", "propertyType"),
    ("listingType", "listingType"),
    ("bedrooms", "bedrooms"),
    ("areaSqft", "area"),
    ("ageOfProperty", "ageOfProperty"),
];

#[derive(Template)]
#[template(path = "tools/value.html")]
struct ValuePage {
    frame: Frame,
    inputs: Vec<Input>,
    /// The localities that the form suggests.
    areas: Vec<Area>,
    problem: Option<String>,
    answer: Option<Answer>,
    too_few: Option<TooFew>,
}

/// What the API is asked.
struct Question {
    location: String,
    square_feet: String,
    bedrooms: Option<String>,
    age: Option<String>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(value))
}

async fn value(visit: Visit) -> Result<Response, Failure> {
    visit.knows(&[
        "location",
        "propertyType",
        "listingType",
        "bedrooms",
        "area",
        "areaUnit",
        "ageOfProperty",
    ]);
    let areas = areas::all(&visit).await?;
    let mut inputs = fields(&visit);
    let (mut problem, mut answer, mut too_few) = (None, None, None);
    let is_asked = visit.asked("location").is_some() || visit.asked("area").is_some();
    let question = if is_asked { question(&visit, &mut inputs) } else { None };
    if let Some(question) = question {
        match visit.ask::<Estimate>(call(&inputs, &question)).await {
            Ok(estimate) => answer = Some(Answer::of(&visit, estimate, &inputs)),
            Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => {
                too_few = Some(answer::too_few(&visit, &areas, &question.location).await?);
            }
            Err(error) => problem = inputs::object(&mut inputs, error.about_input()?, &NAMES),
        }
    }
    let title = visit.text("tools-value-title").to_string();
    let status = inputs::status(&inputs, problem.as_ref());
    let head = head::plain(&visit, visit.text("tools-value-description").to_string());
    let frame = visit.frame(title).with_head(head);
    show_as(status, &ValuePage { frame, inputs, areas, problem, answer, too_few })
}

fn fields(visit: &Visit) -> Vec<Input> {
    vec![
        Input::asked(visit, "location", "").labelled(visit.text("tools-value-location")).suggesting(),
        Input::asked(visit, "listingType", "").labelled(visit.text("tools-value-offer")).of(OFFERS),
        Input::asked(visit, "propertyType", "")
            .labelled(visit.text("tools-value-type"))
            .of(labels::PROPERTY_TYPES),
        Input::asked(visit, "bedrooms", "")
            .labelled(visit.text("tools-value-bedrooms"))
            .hint(visit.text("tools-value-bedrooms-hint"))
            .decimal(),
        Input::asked(visit, "area", "").labelled(visit.text("tools-value-area")).decimal(),
        Input::asked(visit, "areaUnit", "").labelled(visit.text("tools-value-unit")).of(labels::AREA_UNITS),
        Input::asked(visit, "ageOfProperty", "")
            .labelled(visit.text("tools-value-age"))
            .hint(visit.text("tools-value-age-hint"))
            .decimal(),
    ]
}

/// What the fields say; `None` while any is wrong.
fn question(visit: &Visit, inputs: &mut [Input]) -> Option<Question> {
    let [location, _, _, bedrooms, area, unit, age] = inputs else { return None };
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let location = location.read(filled, visit.text("tools-value-location-missing"));
    let rooms = bedrooms.read(optional, visit.text("tools-wrong-number"));
    let factor = SQUARE_FEET.iter().find(|(code, _)| *code == unit.value).map_or(1.0, |(_, feet)| *feet);
    let area = area.read(
        |text| typed::decimal(&text.replace(',', "")).filter(|&area| area > 0.0),
        visit.text("tools-wrong-number"),
    );
    let age = age.read(optional, visit.text("tools-wrong-number"));
    let square_feet = format!("{:.0}", (area? * factor).max(1.0));
    Some(Question { location: location?, square_feet, bedrooms: rooms?, age: age? })
}

/// A number, or nothing.
#[expect(clippy::option_option, reason = "absent is one thing, wrong another")]
fn optional(text: &str) -> Option<Option<String>> {
    if text.is_empty() { Some(None) } else { typed::decimal(text).map(|_| Some(text.to_owned())) }
}

fn call(inputs: &[Input], question: &Question) -> Call {
    let chosen =
        |name: &str| inputs.iter().find(|input| input.name == name).map_or("", |input| &*input.value);
    let mut asked = vec![
        ("locality", &*question.location),
        ("propertyType", chosen("propertyType")),
        ("listingType", chosen("listingType")),
        ("areaSqft", &*question.square_feet),
    ];
    asked.extend(question.bedrooms.as_deref().map(|rooms| ("bedrooms", rooms)));
    asked.extend(question.age.as_deref().map(|age| ("ageOfProperty", age)));
    Call::get("/api/market/value").query(&asked)
}

#[cfg(test)]
mod tests {
    use super::{SQUARE_FEET, optional};
    use crate::labels::AREA_UNITS;

    #[test]
    fn every_unit_has_its_square_feet() {
        let codes: Vec<_> = SQUARE_FEET.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, AREA_UNITS.iter().map(|(code, _)| *code).collect::<Vec<_>>());
    }

    #[test]
    fn a_field_that_may_be_empty_must_still_be_a_number() {
        assert_eq!(optional(""), Some(None));
        assert_eq!(optional("2.5"), Some(Some("2.5".to_owned())));
        assert_eq!(optional("two"), None);
    }
}
