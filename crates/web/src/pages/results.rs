//! `/homes` and everything below `/hyderabad`: the homes that an address asks for.

mod choosing;
mod facets;
mod layout;
mod map;
mod nothing;
mod searching;
mod suggested;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::{recommended, show};
use crate::Site;
use crate::api::{Property, Relaxed};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::home_search::{HomeSearch, Reading, View, with_query};
use crate::numbers::Count;
use crate::pager::Pager;
use crate::place_path::{CITY, PlacePath};
use crate::visit::{Visit, shortened};
use choosing::{Choice, Choices, ROOMS};
use facets::{Amenity, Counts};
use layout::{Chip, ViewLink};
use map::MapView;
use nothing::Offer;
use searching::Found;
use suggested::Suggestions;

/// The most recommended homes beside results.
const RECOMMENDED: usize = 4;
/// The most parameters that are passed on although they mean nothing, so that the next page tells them.
const PASSED_ON: usize = 10;

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsPage {
    frame: Frame,
    wanted: HomeSearch,
    form: Choices,
    homes: Vec<Property>,
    total: Count,
    pager: Pager,
    sorts: Vec<Choice>,
    chips: Vec<Chip>,
    /// The address of the same search with all words as text; `None` when none became a filter.
    as_text: Option<String>,
    relaxed: Option<Relaxed>,
    counts: Counts,
    amenities: Vec<Amenity>,
    views: [ViewLink; 3],
    map: Option<MapView>,
    kept: Kept,
    /// What would find something, when nothing was found.
    offers: Vec<Offer>,
    /// The address of the page that saves this search.
    save: String,
    recommended: Vec<Property>,
    suggestions: Suggestions,
}

/// The hidden fields of the forms of the page.
struct Kept {
    search: Vec<(&'static str, String)>,
    order: Vec<(&'static str, String)>,
    filters: Vec<(&'static str, String)>,
}

pub(super) fn router() -> Router<Site> {
    let below = [format!("{CITY}/{{first}}"), format!("{CITY}/{{first}}/{{second}}")];
    let router = Router::new().route("/homes", get(results)).route(CITY, get(results));
    below.iter().fold(router, |router, path| router.route(path, get(results)))
}

async fn results(visit: Visit) -> Result<Response, Failure> {
    let place = PlacePath::parse(visit.path()).ok_or(Failure::NotFound)?;
    let Reading { wanted, unread } = HomeSearch::read(place, &visit.query());
    if visit.path() != wanted.path() {
        return Ok(visit.go(&elsewhere(&visit, &wanted, unread), None));
    }
    visit.knows(&HomeSearch::known());
    for (name, value) in &unread {
        visit.remark(unread_words(&visit, name, value, &wanted));
    }
    let page = visit.page_number();
    if page == 0
        && let Some(settled) = searching::settled_first(&visit, &wanted).await?
    {
        return Ok(visit.go(&settled.address(), None));
    }
    let found = searching::search(&visit, &wanted, page).await?;
    if page == 0
        && let Some(settled) = found.settled(&wanted)
    {
        return Ok(visit.go(&settled.address(), None));
    }
    if found.total == 0 {
        nothing::check_place(&visit, &wanted).await?;
    }
    render(&visit, wanted, found, page).await
}

async fn render(visit: &Visit, wanted: HomeSearch, found: Found, page: u64) -> Result<Response, Failure> {
    let Found { mut homes, total, pages, understood, relaxed, facets } = found;
    let is_nothing = total == 0 && page == 0 && !wanted.is_bare();
    let offers = if is_nothing { nothing::offers(visit, &wanted).await } else { Vec::new() };
    let recommended =
        if page == 0 { recommended::besides(visit, &homes, RECOMMENDED).await } else { Vec::new() };
    let suggestions =
        if page == 0 && wanted.is_bare() { suggested::load(visit).await } else { Suggestions::default() };
    let counts = Counts::new(facets);
    let map = wanted.view.has_map().then(|| MapView::of(visit.language, &mut homes, &wanted));
    let title = wanted.heading(visit.language, visit.city());
    // An order or a view is no page of its own, and a list that filters made is one of very many.
    let filters = wanted.parameters().into_iter().filter(|(name, _)| !["sort", "view"].contains(name));
    let filters: Vec<_> = filters.collect();
    let is_thin = !filters.is_empty();
    let list = Pager::new(&wanted.path(), page, pages, filters);
    let head = head::results(visit, &title, &list, &homes)?.unlisted_if(is_thin);
    show(&ResultsPage {
        frame: visit.frame(title).with_head(head),
        form: Choices::of(visit),
        homes,
        total,
        pager: Pager::new(&wanted.path(), page, pages, wanted.parameters()),
        sorts: choosing::orders(visit, &wanted),
        chips: layout::chips(visit.language, &wanted, &understood),
        as_text: layout::as_text(&wanted, &understood),
        relaxed,
        amenities: counts.amenities(&wanted),
        counts,
        views: layout::views(&wanted),
        map,
        kept: Kept {
            search: layout::kept_but(&wanted, "q"),
            order: layout::kept_but(&wanted, "sort"),
            filters: layout::kept_by_filters(&wanted, &ROOMS),
        },
        offers,
        save: with_query("/searches/new", &wanted.all_parameters()),
        recommended,
        suggestions,
        wanted,
    })
}

/// The address that says the same by its path. What means nothing goes along, so that it is told there.
fn elsewhere(visit: &Visit, wanted: &HomeSearch, unread: Vec<(String, String)>) -> String {
    let known = HomeSearch::known();
    let query = visit.query();
    let others = query.pairs().filter(|(name, value)| !value.is_empty() && !known.contains(name));
    let others = others.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let page = visit.asked("page").map(|page| ("page".to_owned(), page));
    let rest: Vec<(String, String)> = page.into_iter().chain(unread).chain(others).take(PASSED_ON).collect();
    let address = wanted.address();
    if rest.is_empty() {
        return address;
    }
    let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
    let between = if address.contains('?') { '&' } else { '?' };
    format!("{address}{between}{rest}")
}

fn unread_words(visit: &Visit, name: &str, value: &str, wanted: &HomeSearch) -> String {
    let value = shortened(value);
    if name != "sort" {
        return visit.text("results-unread").arg("name", name).arg("value", value).to_string();
    }
    let message = if wanted.words.is_empty() {
        visit.text("results-no-order")
    } else {
        visit.text("results-no-order-best")
    };
    message.arg("value", value).to_string()
}

impl ResultsPage {
    fn count(&self) -> String {
        self.frame.text("results-count").arg("count", self.total.0).to_string()
    }

    fn page_title(&self) -> String {
        if self.pager.page == 1 {
            return self.frame.title.clone();
        }
        let message = self.frame.text("results-page-title").arg("title", self.frame.title.clone());
        message.arg("page", self.pager.page).to_string()
    }
}
