//! `/searches/new`: keeps a search, so that the person is told what matches it later.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::{show, show_as};
use crate::Site;
use crate::api::{Call, FoundHomes, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::home_search::HomeSearch;
use crate::labels::Labels;
use crate::messages::key;
use crate::numbers::Count;
use crate::place_path::PlacePath;
use crate::sheet::{Field, Group, Kind, Sheet};
use crate::visit::Visit;

const SAMPLE: &str = "3";
/// The frequency that means that nobody is told.
const NEVER: &str = "NEVER";

const FREQUENCIES: Labels = &[
    ("INSTANT", key("search-save-instant")),
    ("DAILY", key("search-save-daily")),
    ("WEEKLY", key("search-save-weekly")),
    (NEVER, key("search-save-never")),
];

const CHANNELS: Labels = &[
    ("EMAIL,IN_APP", key("search-save-by-email-and-inbox")),
    ("EMAIL", key("search-save-by-email")),
    ("IN_APP", key("search-save-by-inbox")),
    ("SMS,IN_APP", key("search-save-by-sms")),
];

static FIELDS: &[Group] = &[Group {
    legend: "",
    folded: false,
    fields: &[
        Field::line("name", key("search-save-name")).required().hint(key("search-save-name-hint")),
        Field::new("frequency", key("search-save-frequency"), Kind::Choice(FREQUENCIES)).required(),
        Field::new("channels", key("search-save-channels"), Kind::Choice(CHANNELS)).required(),
    ],
}];

#[derive(Template)]
#[template(path = "saving.html")]
struct SavingPage {
    frame: Frame,
    sheet: Sheet,
    /// The conditions of the search, in words.
    conditions: Vec<String>,
    /// The search, as hidden fields.
    hidden: Vec<(&'static str, String)>,
    /// The address of the results.
    results: String,
    sample: Vec<Property>,
    total: Count,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/searches/new", get(ask).post(save))
}

async fn ask(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&HomeSearch::known());
    let wanted = HomeSearch::read(PlacePath::default(), &visit.query()).wanted;
    let sheet = Sheet::blank(FIELDS)
        .with("name", (!wanted.is_bare()).then(|| wanted.name(visit.language, visit.city())))
        .with("frequency", Some("DAILY"))
        .with("channels", Some("EMAIL,IN_APP"));
    show(&page(&visit, &wanted, sheet).await?)
}

async fn save(visit: Visit, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let wanted = HomeSearch::read(PlacePath::default(), &form).wanted;
    let sheet = Sheet::typed(FIELDS, &form);
    match visit.tell(Call::post("/api/search/save", body(&wanted, &form))).await {
        Ok(()) => Ok(visit.go(&wanted.address(), Some(Flash::SearchSaved))),
        Err(error) => {
            let refusal = error.about_input()?;
            let status = refusal.status;
            show_as(status, &page(&visit, &wanted, sheet.refused(refusal)).await?)
        }
    }
}

async fn page(visit: &Visit, wanted: &HomeSearch, sheet: Sheet) -> Result<SavingPage, Failure> {
    let found = if wanted.is_bare() { FoundHomes::default() } else { sample(visit, wanted).await? };
    let mut conditions: Vec<String> =
        wanted.conditions(visit.language).into_iter().map(|condition| condition.label).collect();
    if !wanted.words.is_empty() {
        conditions.push(visit.text("search-quoted").arg("words", &wanted.words).to_string());
    }
    // What a relaxed search shows does not match this one.
    let (sample, total) = match found.relaxed {
        Some(_) => (Vec::new(), Count(0)),
        None => (found.content, found.total_elements),
    };
    let title = visit.text("results-save-title").to_string();
    Ok(SavingPage {
        frame: visit.frame(title),
        sheet,
        conditions,
        hidden: wanted.all_parameters(),
        results: wanted.address(),
        sample,
        total,
    })
}

async fn sample(visit: &Visit, wanted: &HomeSearch) -> Result<FoundHomes, Failure> {
    let asked = wanted.api();
    let searched = asked.iter().map(|(name, value)| (*name, value.as_str()));
    let order = [
        ("size", SAMPLE),
        ("sortBy", "createdAt"),
        ("sortDir", "desc"),
        ("facets", "false"),
        // The person made this search already.
        ("record", "false"),
    ];
    let query: Vec<(&str, &str)> = searched.chain(order).collect();
    Ok(visit.ask(visit.marked(Call::get("/api/search/properties").query(&query))).await?)
}

/// The search as the API keeps it. An empty choice is left out, so that the API's own one holds.
fn body(wanted: &HomeSearch, form: &Form) -> Value {
    let filters: Map<String, Value> =
        wanted.api().into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let mut body = json!({"filters": filters, "name": form.filled("name").unwrap_or_default()});
    match form.filled("frequency") {
        Some(NEVER) => body["enabled"] = false.into(),
        Some(frequency) => body["frequency"] = frequency.into(),
        None => {}
    }
    if let Some(channels) = form.filled("channels") {
        body["channels"] = channels.split(',').collect::<Vec<_>>().into();
    }
    body
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{HomeSearch, body};
    use crate::form::Form;
    use crate::place_path::PlacePath;

    #[test]
    fn a_search_is_kept_with_the_names_of_the_api() {
        let form = Form::parse(
            b"kind=apartments-for-sale&locality=kondapur&bedrooms=2&maxPrice=80L&q=lake&name=+Lake+&frequency=WEEKLY&channels=EMAIL%2CIN_APP",
        );
        let wanted = HomeSearch::read(PlacePath::default(), &form).wanted;
        assert_eq!(
            body(&wanted, &form),
            json!({"name": "Lake", "frequency": "WEEKLY", "channels": ["EMAIL", "IN_APP"], "filters": {
                "query": "lake", "location": "Kondapur", "propertyType": "APARTMENT", "listingType": "SALE",
                "bedrooms": "2", "maxPrice": "8000000"}})
        );
        let never = Form::parse(b"bedrooms=2&name=x&frequency=NEVER");
        let wanted = HomeSearch::read(PlacePath::default(), &never).wanted;
        assert_eq!(
            body(&wanted, &never),
            json!({"name": "x", "enabled": false, "filters": {"bedrooms": "2"}})
        );
    }
}
