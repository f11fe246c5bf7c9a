//! The page of a home that was removed: it says so, and where to look instead.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::show_as;
use crate::api::{Call, FoundHomes, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Language;
use crate::visit::Visit;

/// The most homes that are shown instead.
const SHOWN: &str = "6";

#[derive(Template)]
#[template(path = "listing/gone.html")]
struct GonePage {
    frame: Frame,
    /// The search for homes like it, as far as its address tells.
    search: Option<Search>,
    homes: Vec<Property>,
    /// Whether the homes are in the same area and of the same kind, or nearly; otherwise they are the newest.
    is_like_it: bool,
}

struct Search {
    href: String,
    words: String,
}

/// The page for the address of a removed home. Nothing about the home itself is known any more, but its address names
/// the area and the kind of home.
pub(super) async fn page(visit: &Visit, address: Option<(&str, &str)>) -> Result<Response, Failure> {
    let search = address.map(|(locality, kind)| search(visit.language, locality, kind));
    let like_it = match &search {
        Some(search) => like_it(visit, &search.words).await?,
        None => Vec::new(),
    };
    let is_like_it = !like_it.is_empty();
    let homes = if is_like_it { like_it } else { recent(visit).await? };
    let page = GonePage {
        search,
        homes,
        is_like_it,
        frame: visit.frame(visit.text("listing-gone-title").to_string()),
    };
    show_as(StatusCode::GONE, &page)
}

/// Homes of the same kind in the same area; what is nearly so, if there are none.
async fn like_it(visit: &Visit, words: &str) -> Result<Vec<Property>, Failure> {
    let asked = [("query", words), ("size", SHOWN), ("facets", "false"), ("record", "false")];
    let call = visit.marked(Call::get("/api/search/properties").query(&asked));
    let found: Option<FoundHomes> = visit.ask_for_part(call).await?;
    Ok(found.map_or_else(Vec::new, |found| found.content))
}

async fn recent(visit: &Visit) -> Result<Vec<Property>, Failure> {
    let call = visit.marked(Call::get("/api/properties/recent").query(&[("limit", SHOWN)]));
    Ok(visit.ask_for_part(call).await?.unwrap_or_default())
}

fn search(language: Language, locality: &str, kind: &str) -> Search {
    let words = |slug: &str| slug.replace('-', " ");
    let message = language.text("ask-gone-search").arg("kind", words(kind));
    let words = message.arg("locality", words(locality)).to_string();
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", &words).finish();
    Search { href: format!("/homes?{query}"), words }
}

#[cfg(test)]
mod tests {
    use super::search;
    use crate::messages::Language::English;

    #[test]
    fn the_address_of_a_removed_home_is_searched_for() {
        let search = search(English, "hitec-city", "3-bhk-apartment-for-sale");
        assert_eq!(search.words, "3 bhk apartment for sale in hitec city");
        assert_eq!(search.href, "/homes?q=3+bhk+apartment+for+sale+in+hitec+city");
    }
}
