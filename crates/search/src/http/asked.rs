//! What requests to this service say, for the document of the API: each by the function its handler reads with.

use domain::{Fields, TenantId, Timestamp};
use http_kit::Paging;
use http_kit::docs::{Body, Reading};
use serde_json::{Value, json};

use super::{read, suggestions};
use crate::saved::http as saved;

/// See [`Search`].
pub type SearchBody = Body<Search>;

/// The query of a search, or its body.
pub struct Search;

impl Reading for Search {
    const NAME: &'static str = "Search";

    fn read(f: &mut Fields<'_>) {
        let nobodys = TenantId::parse("any");
        nobodys.and_then(|tenant| read::asked(f, &tenant, Timestamp::default(), true));
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "query" | "q" => {
                "Words, as people type them: a letter may be wrong, the last word may be unfinished."
            }
            "location" | "locality" => "A locality, under any of its names.",
            "bedrooms" | "bathrooms" => "`2`, `2,3` or `4+`.",
            "minPrice" | "maxPrice" => "In rupees, such as `85 lakh`; 0 is no bound.",
            "minArea" | "maxArea" => "In square feet; 0 is no bound.",
            "near" => "`latitude,longitude`; with `radiusKm` only what is within.",
            "bbox" => "`minLongitude,minLatitude,maxLongitude,maxLatitude`.",
            "polygon" => "A GeoJSON polygon of at most 1,000 corners; in a query as JSON text.",
            "sort" => "Instead of `sortBy` and `sortDir`: `-price,createdAt`.",
            "facets" => "Whether counts of what can be chosen next are wanted.",
            "explain" => "Whether the parts of each relevance are wanted.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"query": "lake view", "bedrooms": "2,3", "maxPrice": "1.2 cr", "amenities": "Lift", "sortBy": "price"})
    }
}

/// How many, where there are no further pages.
pub struct Size;

impl Reading for Size {
    const NAME: &'static str = "Size";
    const NAMES: &'static [&'static str] = &["size"];

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 10, 2);
    }
}

/// A page of a list.
pub struct Pages;

impl Reading for Pages {
    const NAME: &'static str = "Pages";

    fn read(f: &mut Fields<'_>) {
        Paging::read(f, 20, 2);
    }
}

/// What somebody is typing.
pub struct Typed;

impl Reading for Typed {
    const NAME: &'static str = "Typed";

    fn read(f: &mut Fields<'_>) {
        suggestions::asked(f);
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "query" => "What was typed so far.",
            "q" => "The same as `query`.",
            "size" => "How many; more than 50 are 50. `limit` is the same.",
            "details" => "Whether each comes with its kind and count.",
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"query": "koka"})
    }
}

/// See [`NewSavedSearch`].
pub type NewSavedSearchBody = Body<NewSavedSearch>;

/// The body that saves a search.
pub struct NewSavedSearch;

fn about_saved(member: &str) -> Option<&'static str> {
    Some(match member {
        "filters" => "As in the body of a search, without `page`, `size`, `cursor`, `facets` and `explain`.",
        "channels" => "Ways to be told: `EMAIL`, `SMS`, `IN_APP`.",
        "frequency" => "At once, every morning or every Monday.",
        "enabled" => "Whether anybody is told.",
        _ => return None,
    })
}

fn example_saved() -> Value {
    json!({"name": "Three bedrooms by the lake", "filters": {"query": "lake", "bedrooms": "3", "maxPrice": "1.2 cr"},
        "channels": ["EMAIL", "IN_APP"], "frequency": "DAILY"})
}

impl Reading for NewSavedSearch {
    const NAME: &'static str = "NewSavedSearch";

    fn read(f: &mut Fields<'_>) {
        if let Some(nobodys) = TenantId::parse("any") {
            saved::asked_wish(f, &nobodys, Timestamp::default());
        }
    }

    fn about(member: &str) -> Option<&'static str> {
        about_saved(member)
    }

    fn example() -> Value {
        example_saved()
    }
}

/// See [`SavedSearchChange`].
pub type SavedSearchChangeBody = Body<SavedSearchChange>;

/// The body that changes a saved search.
pub struct SavedSearchChange;

impl Reading for SavedSearchChange {
    const NAME: &'static str = "SavedSearchChange";

    fn read(f: &mut Fields<'_>) {
        if let Some(nobodys) = TenantId::parse("any") {
            saved::asked(f, &nobodys, Timestamp::default());
        }
    }

    fn about(member: &str) -> Option<&'static str> {
        about_saved(member)
    }

    fn example() -> Value {
        example_saved()
    }
}
