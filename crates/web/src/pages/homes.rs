//! `/homes`: all homes, or those that a search finds, sorted and paged.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{Call, FoundHomes, Page, Property, Relaxed};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::pager::Pager;
use crate::visit::Visit;

const SIZE: &str = "12";

struct Sort {
    code: &'static str,
    words: &'static str,
    by: &'static str,
    dir: &'static str,
}

const SORTS: [Sort; 5] = [
    Sort { code: "newest", words: "Newest first", by: "createdAt", dir: "desc" },
    Sort { code: "price-low", words: "Lowest price first", by: "price", dir: "asc" },
    Sort { code: "price-high", words: "Highest price first", by: "price", dir: "desc" },
    Sort { code: "area-large", words: "Largest area first", by: "areaSqft", dir: "desc" },
    Sort { code: "area-small", words: "Smallest area first", by: "areaSqft", dir: "asc" },
];

/// The order of a search, unless the person chooses another.
static BEST: Sort = Sort { code: "best", words: "Best match first", by: "relevance", dir: "desc" };
/// The longest query that the API takes.
const LONGEST: usize = 200;

#[derive(Template)]
#[template(path = "homes.html")]
struct HomesPage {
    frame: Frame,
    homes: Vec<Property>,
    total: u64,
    sorts: Vec<&'static Sort>,
    sort: &'static Sort,
    pager: Pager,
    /// The query as it was typed; empty when nothing was searched for.
    searched: String,
    search: Option<Search>,
}

/// A search, as it was understood.
struct Search {
    chips: Vec<Chip>,
    /// The address of the same search with all words as text.
    as_text: String,
    relaxed: Option<Relaxed>,
}

/// A filter that words were understood as.
struct Chip {
    label: String,
    /// The address of the search without it.
    without: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/homes", get(homes))
}

async fn homes(visit: Visit) -> Result<Response, Failure> {
    let query: Option<String> = visit.asked("q").map(|query| query.chars().take(LONGEST).collect());
    let sorts: Vec<&Sort> = query.iter().map(|_| &BEST).chain(&SORTS).collect();
    let wanted = visit.asked("sort").unwrap_or_default();
    let sort = sorts.iter().find(|sort| sort.code == wanted).or(sorts.first()).copied().unwrap_or(&BEST);
    let page = visit.page_number();
    let number = page.to_string();
    let mut asked =
        vec![("page", number.as_str()), ("size", SIZE), ("sortBy", sort.by), ("sortDir", sort.dir)];
    let found = match &query {
        Some(query) => {
            asked.extend([("query", query.as_str()), ("facets", "false")]);
            visit.ask(Call::get("/api/search/properties").query(&asked)).await?
        }
        None => all(visit.ask(Call::get("/api/properties").query(&asked)).await?),
    };
    let title = match &query {
        Some(query) => format!("Homes for “{query}”"),
        None => format!("All homes in {}", visit.city()),
    };
    let searched = query.clone().unwrap_or_default();
    let kept = vec![("q", searched.clone()), ("sort", sort.code.to_owned())];
    let search = query.map(|query| {
        let filters = found.understood.filters;
        let chip = |label, without: &str| Chip { label, without: address(without, sort) };
        Search {
            chips: filters.into_iter().map(|filter| chip(filter.label, &filter.without)).collect(),
            as_text: address(&format!("\"{}\"", query.replace('"', " ").trim()), sort),
            relaxed: found.relaxed,
        }
    });
    show(&HomesPage {
        frame: visit.frame(title),
        homes: found.content,
        total: found.total_elements,
        sorts,
        sort,
        pager: Pager::new("/homes", page, found.total_pages, kept),
        searched,
        search,
    })
}

fn all(list: Page<Property>) -> FoundHomes {
    let Page { content, total_elements, total_pages } = list;
    FoundHomes { content, total_elements, total_pages, ..FoundHomes::default() }
}

/// The address of a search for `query`. The best match first is the usual order, and needs no parameter.
fn address(query: &str, sort: &Sort) -> String {
    let sort = if sort.code == BEST.code { "" } else { sort.code };
    let parameters = [("q", query), ("sort", sort)].into_iter().filter(|(_, value)| !value.is_empty());
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    if encoded.is_empty() { "/homes".to_owned() } else { format!("/homes?{encoded}") }
}
