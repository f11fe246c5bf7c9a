//! The page of a home that was removed: it says so, and where to look instead.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::show_as;
use crate::api::{Call, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::messages::Language;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "listing/gone.html")]
struct GonePage {
    frame: Frame,
    /// The search for homes like it, as far as its address tells.
    search: Option<Search>,
    homes: Vec<Property>,
}

struct Search {
    href: String,
    words: String,
}

/// The page for the address of a removed home. Nothing about the home itself is known any more.
pub(super) async fn page(visit: &Visit, address: Option<(&str, &str)>) -> Result<Response, Failure> {
    let recent = Call::get("/api/properties/recent").query(&[("limit", "6")]);
    let homes: Vec<Property> = visit.ask_for_part(recent).await?.unwrap_or_default();
    let page = GonePage {
        search: address.map(|(locality, kind)| search(visit.language, locality, kind)),
        homes,
        frame: visit.frame(visit.text("listing-gone-title").to_string()),
    };
    show_as(StatusCode::GONE, &page)
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
