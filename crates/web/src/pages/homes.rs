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
use crate::head;
use crate::numbers::Count;
use crate::pager::Pager;
use crate::visit::{Visit, shortened};

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
    total: Count,
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
    visit.knows(&["q", "sort", "page"]);
    let query: Option<String> = visit.asked("q").map(|query| query.chars().take(LONGEST).collect());
    let sorts: Vec<&Sort> = query.iter().map(|_| &BEST).chain(&SORTS).collect();
    let wanted = visit.asked("sort");
    let sort = sorts.iter().find(|sort| wanted.as_deref() == Some(sort.code)).copied();
    let usual = sorts.first().copied().unwrap_or(&BEST);
    if let (Some(wanted), None) = (&wanted, sort) {
        let first = if query.is_some() { "the best matches" } else { "the newest homes" };
        visit.remark(format!("There is no order “{}”: {first} come first.", shortened(wanted)));
    }
    let sort = sort.unwrap_or(usual);
    let page = visit.page_number();
    let call = |page: &str| {
        let asked = [("page", page), ("size", SIZE), ("sortBy", sort.by), ("sortDir", sort.dir)];
        match &query {
            Some(query) => {
                let searched = [("query", query.as_str()), ("facets", "false")];
                Call::get("/api/search/properties").query(&[&asked[..], &searched].concat())
            }
            None => Call::get("/api/properties").query(&asked),
        }
    };
    let found = match &query {
        Some(_) => visit.ask_for_page(page, call).await?,
        None => all(visit.ask_for_page(page, call).await?),
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
    let list = Pager::new("/homes", page, found.total_pages, vec![]);
    let frame = visit.frame(title);
    let head = head::results(&visit, &frame.title, &list, &found.content)?;
    show(&HomesPage {
        frame: frame.with_head(head.unlisted_if(search.is_some())),
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
    let Page { content, total_elements, total_pages, .. } = list;
    FoundHomes { content, total_elements, total_pages, ..FoundHomes::default() }
}

/// The address of a search for `query`. The best match first is the usual order, and needs no parameter.
fn address(query: &str, sort: &Sort) -> String {
    let sort = if sort.code == BEST.code { "" } else { sort.code };
    let parameters = [("q", query), ("sort", sort)].into_iter().filter(|(_, value)| !value.is_empty());
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    if encoded.is_empty() { "/homes".to_owned() } else { format!("/homes?{encoded}") }
}
