//! `/dashboard/searches`: the person's saved searches, with what is new for each.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use crate::Site;
use crate::api::{Call, SearchMatches};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, FREQUENCIES};
use crate::messages::Language;
use crate::pages::show;
use crate::search_address::search_address;
use crate::since::Since;
use crate::visit::Visit;
use crate::when::Moment;

const PATH: &str = "/dashboard/searches";
/// The choice that switches a search off.
const OFF: &str = "OFF";
/// Switches it on again, as often as before.
const ON: &str = "ON";

/// A saved search in words.
pub(super) struct Kept {
    pub(super) id: Key,
    pub(super) name: String,
    /// Its results, the newest first.
    pub(super) href: String,
    /// How many homes are new; `None` when the search cannot be read any more.
    pub(super) new_homes: Option<u64>,
    pub(super) often: &'static str,
    language: Language,
}

/// How often its owner may be told.
pub(super) struct Choice {
    pub(super) code: &'static str,
    pub(super) words: String,
    pub(super) chosen: bool,
}

#[derive(Template)]
#[template(path = "dashboard/saved_searches.html")]
struct SavedSearchesPage {
    frame: Frame,
    /// `None` when they could not be loaded.
    searches: Option<Vec<Kept>>,
    /// Since when homes are new; `None` on the first visit.
    from: Option<Moment>,
}

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route(PATH, get(page))
        .route("/dashboard/searches/{id}", post(change))
        .route("/dashboard/searches/{id}/delete", post(delete))
}

async fn page(visit: Visit) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&[]);
    let since = Since::load(&visit).await?;
    let kept = |search: &SearchMatches| Kept::of(visit.language, search);
    let title = visit.text("personal-searches-title").to_string();
    show(&SavedSearchesPage {
        frame: visit.frame(title),
        from: since.as_ref().and_then(|since| since.from),
        searches: since.map(|since| since.searches.iter().filter_map(kept).collect()),
    })
}

async fn change(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let often = form.filled("often").unwrap_or_default();
    let body = match often {
        OFF => json!({ "enabled": false }),
        ON => json!({ "enabled": true }),
        often => json!({ "enabled": true, "frequency": often }),
    };
    visit.tell(Call::put(format!("/api/search/saved/{id}"), body)).await?;
    Ok(visit.go(PATH, Some(Flash::SearchChanged)))
}

async fn delete(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::delete(format!("/api/search/saved/{id}"))).await?;
    Ok(visit.go(PATH, Some(Flash::SearchDeleted)))
}

impl Kept {
    pub(super) fn of(language: Language, found: &SearchMatches) -> Option<Self> {
        let search = &found.search;
        let chosen = if search.enabled { search.frequency.as_str() } else { OFF };
        Some(Self {
            id: Key::parse(&search.id)?,
            name: search.name.clone(),
            href: search_address(&search.filters),
            new_homes: found.new_homes.map(|count| count.0),
            often: FREQUENCIES.iter().map(|(code, _)| *code).find(|code| *code == chosen).unwrap_or(OFF),
            language,
        })
    }

    pub(super) fn has_new(&self) -> bool {
        self.new_homes.is_some_and(|count| count > 0)
    }

    /// Whether its owner is told what is new for it.
    fn is_on(&self) -> bool {
        self.often != OFF
    }

    /// What switches it off if it is on, and on if it is off.
    fn other_way(&self) -> &'static str {
        if self.is_on() { OFF } else { ON }
    }

    fn choices(&self) -> Vec<Choice> {
        let all = labels::told(self.language, FREQUENCIES.iter().copied()).into_iter();
        all.map(|(code, words)| Choice { code, words, chosen: code == self.often }).collect()
    }

    /// How often its owner is told, in words.
    pub(super) fn often_words(&self) -> String {
        labels::of(self.language, FREQUENCIES, self.often)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Kept;
    use crate::messages::Language::English;

    #[test]
    fn a_search_that_is_switched_off_is_told_never() {
        let often = |search: Value| {
            let found = json!({"search": search, "newHomes": 2, "homes": []});
            Kept::of(English, &serde_json::from_value(found).unwrap()).unwrap().often
        };
        assert_eq!(often(json!({"id": "s1", "frequency": "DAILY", "enabled": true})), "DAILY");
        assert_eq!(often(json!({"id": "s1", "frequency": "DAILY", "enabled": false})), "OFF");
    }
}
