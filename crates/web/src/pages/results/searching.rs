//! Asks the API for a page of results.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::api::{ApiError, Call, Choices, Facets, FoundHomes, Page, Property, Relaxed, Understood};
use crate::failure::Failure;
use crate::home_search::HomeSearch;
use crate::numbers::Count;
use crate::visit::Visit;

/// The parameters of the API that mean the same as the words that became them. Of the others, such as whether a home is
/// gated, words also find homes that state nothing.
const EXACT: [&str; 11] = [
    "bathrooms",
    "bedrooms",
    "furnishedStatus",
    "listingType",
    "location",
    "maxArea",
    "maxPrice",
    "minArea",
    "minPrice",
    "propertyType",
    "verified",
];

/// A page of results.
pub(super) struct Found {
    pub(super) homes: Vec<Property>,
    pub(super) total: Count,
    pub(super) pages: u64,
    pub(super) understood: Understood,
    pub(super) relaxed: Option<Relaxed>,
    pub(super) facets: Facets,
}

pub(super) async fn search(visit: &Visit, wanted: &HomeSearch, page: u64) -> Result<Found, Failure> {
    if wanted.is_bare() {
        return all(visit, wanted, page).await;
    }
    let (sort, asked) = (wanted.sort(), wanted.api());
    let call = |page: &str| {
        let order =
            [("page", page), ("size", wanted.view.size()), ("sortBy", sort.by), ("sortDir", sort.dir)];
        let asked = asked.iter().map(|(name, value)| (*name, value.as_str()));
        let mut query: Vec<(&str, &str)> = order.into_iter().chain(asked).collect();
        query.push(("facets", "true"));
        if sort.by == "relevance" {
            query.push(("explain", "true"));
        }
        visit.marked(Call::get("/api/search/properties").query(&query))
    };
    let found: FoundHomes = visit.ask_for_page(page, call).await?;
    Ok(found.into())
}

/// What the words of somebody signed in mean without words, if an address can say that. It is asked before the search,
/// so that only the search at that address is kept among theirs.
pub(super) async fn settled_first(visit: &Visit, wanted: &HomeSearch) -> Result<Option<HomeSearch>, Failure> {
    if wanted.words.is_empty() || !visit.signed_in() {
        return Ok(None);
    }
    let asked = wanted.api();
    let asked = asked.iter().map(|(name, value)| (*name, value.as_str()));
    let query: Vec<(&str, &str)> =
        asked.chain([("size", "1"), ("facets", "false"), ("record", "false")]).collect();
    let found: FoundHomes = visit.ask(Call::get("/api/search/properties").query(&query)).await?;
    Ok(Found::from(found).settled(wanted))
}

/// All homes. This is no search, so it is not kept among the person's searches.
async fn all(visit: &Visit, wanted: &HomeSearch, page: u64) -> Result<Found, Failure> {
    let sort = wanted.sort();
    let call = |page: &str| {
        let order =
            [("page", page), ("size", wanted.view.size()), ("sortBy", sort.by), ("sortDir", sort.dir)];
        visit.marked(Call::get("/api/properties").query(&order))
    };
    let list: Page<Property> = visit.ask_for_page(page, call).await?;
    let facets = match choices(visit, wanted).await {
        Ok(choices) => choices.filters,
        Err(error) => {
            tracing::warn!(%error, "a page of homes is shown without counts");
            Facets::default()
        }
    };
    let Page { content, total_elements, total_pages, .. } = list;
    let (understood, relaxed) = (Understood::default(), None);
    Ok(Found { homes: content, total: total_elements, pages: total_pages, understood, relaxed, facets })
}

/// How many homes are found, and what can be chosen next. It is not kept among the person's searches.
pub(super) async fn choices(visit: &Visit, wanted: &HomeSearch) -> Result<Choices, ApiError> {
    let asked = wanted.api();
    let query: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let call = Call::get("/api/search/filters");
    visit.ask(if query.is_empty() { call } else { call.query(&query) }).await
}

impl From<FoundHomes> for Found {
    fn from(found: FoundHomes) -> Self {
        let FoundHomes { content, total_elements, total_pages, understood, relaxed, facets } = found;
        Self { homes: content, total: total_elements, pages: total_pages, understood, relaxed, facets }
    }
}

impl Found {
    /// What is wanted without any words, when all of them became filters that an address can say.
    pub(super) fn settled(&self, wanted: &HomeSearch) -> Option<HomeSearch> {
        let filters = &self.understood.filters;
        let has_more = self.understood.has_more_than_filters() || self.relaxed.is_some();
        if wanted.words.is_empty() || filters.is_empty() || has_more {
            return None;
        }
        let told: Vec<(&str, &str)> = filters
            .iter()
            .flat_map(|filter| filter.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())))
            .collect();
        let names: BTreeSet<&str> = told.iter().map(|(name, _)| *name).collect();
        let is_whole = filters.iter().all(|filter| !filter.parameters.is_empty());
        if !is_whole || names.len() != told.len() || names.iter().any(|name| !EXACT.contains(name)) {
            return None;
        }
        let mut settled = wanted.without_words();
        for name in names {
            // What was typed last wins over what was chosen before.
            settled.clear_api(name);
        }
        let is_said = told.iter().all(|(name, value)| settled.take_api(name, &Value::from(*value)));
        if !is_said {
            return None;
        }
        settled.settle();
        Some(settled)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Found, FoundHomes};
    use crate::form::Form;
    use crate::home_search::HomeSearch;
    use crate::place_path::PlacePath;

    fn settled(address: &str, understood: &Value, relaxed: Option<&Value>) -> Option<String> {
        let (path, query) = address.split_once('?').unwrap();
        let wanted = HomeSearch::read(PlacePath::parse(path).unwrap(), &Form::parse(query.as_bytes())).wanted;
        let found: FoundHomes =
            serde_json::from_value(json!({"understood": understood, "relaxed": relaxed})).unwrap();
        Found::from(found).settled(&wanted).map(|wanted| wanted.address())
    }

    fn filter(parameters: &Value) -> Value {
        json!({"label": "x", "without": "", "parameters": parameters})
    }

    #[test]
    fn words_that_an_address_can_say_become_one() {
        let all = [
            filter(&json!({"bedrooms": "2"})),
            filter(&json!({"propertyType": "APARTMENT"})),
            json!({"words": "kondapoor", "label": "Kondapur", "parameters": {"location": "Kondapur"}}),
            filter(&json!({"listingType": "SALE"})),
            filter(&json!({"maxPrice": "8000000"})),
        ];
        assert_eq!(
            settled("/homes?q=2+bhk", &json!({"filters": all, "preferred": ["kondapur"]}), None).unwrap(),
            "/hyderabad/kondapur/apartments-for-sale?bedrooms=2&maxPrice=8000000"
        );
        assert_eq!(
            settled("/hyderabad/kondapur?q=2+bhk", &json!({"filters": [all[0]]}), None).unwrap(),
            "/hyderabad/kondapur?bedrooms=2"
        );
    }

    #[test]
    fn other_words_stay_words() {
        let rooms = filter(&json!({"bedrooms": "2"}));
        for understood in [
            json!({"filters": []}),
            json!({"filters": [rooms], "text": ["lake"]}),
            json!({"filters": [rooms], "preferred": ["lake"]}),
            json!({"filters": [filter(&json!({}))]}),
            json!({"filters": [filter(&json!({"gatedCommunity": "true"}))]}),
            json!({"filters": [filter(&json!({"location": "Kondapur"})), filter(&json!({"location": "Uppal"}))]}),
        ] {
            assert_eq!(settled("/homes?q=words", &understood, None), None, "{understood}");
        }
        let one = json!({"filters": [rooms]});
        assert_eq!(settled("/homes?q=2+bhk", &one, Some(&json!({"leftOut": ["x"]}))), None);
        let typed_last = settled("/hyderabad?bedrooms=3&q=2+bhk", &one, None);
        assert_eq!(typed_last.unwrap(), "/hyderabad?bedrooms=2");
        let rent = json!({"filters": [filter(&json!({"listingType": "RENT"}))]});
        let of_tab = settled("/hyderabad/homes-for-sale?q=for+rent", &rent, None);
        assert_eq!(of_tab.unwrap(), "/hyderabad/homes-for-rent");
        let villa = json!({"filters": [filter(&json!({"propertyType": "VILLA"}))]});
        let of_kind = settled("/hyderabad/homes-for-sale?q=villa", &villa, None);
        assert_eq!(of_kind.unwrap(), "/hyderabad/villas-for-sale");
    }
}
