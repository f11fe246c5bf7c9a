//! `/areas`: the areas in a table and on a map.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::order::{AreaFilter, Order, PREMIUM, RISING, address};
use super::{Change, all, show};
use crate::Site;
use crate::api::Area;
use crate::emi::from_whole;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::key::Key;
use crate::numbers::Count;
use crate::plot::{Places, PlottedPlace, Sparkline, places, sparkline};
use crate::rupees::whole;
use crate::visit::{Visit, shortened};

#[derive(Template)]
#[template(path = "areas/list.html")]
struct ListPage {
    frame: Frame,
    is_sample: bool,
    filters: Vec<Choice>,
    orders: Vec<Choice>,
    map: Option<Places>,
    rows: Vec<Row>,
    /// From how many homes the figures are, in words.
    counted: String,
}

/// A link to the same list in another way.
struct Choice {
    href: String,
    words: String,
    is_current: bool,
}

struct Row {
    page: String,
    name: String,
    for_sale: Count,
    for_rent: Count,
    price: Option<String>,
    rent: Option<String>,
    change: Option<Change>,
    /// `None` for fewer than two months.
    trend: Option<Sparkline>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/areas", get(list))
}

async fn list(visit: Visit) -> Result<Response, Failure> {
    visit.knows(&["sort", "show"]);
    let mut areas = all(&visit).await?;
    areas.retain(|area| area.homes() > Count(0) && Key::parse(&area.slug).is_some());
    let order = chosen(&visit, "sort", Order::ALL, Order::code).unwrap_or(Order::Homes);
    let shown = chosen(&visit, "show", AreaFilter::ALL, AreaFilter::code).unwrap_or(AreaFilter::All);
    let filters = filters(&visit, &areas, shown, order);
    let counted = counted(&visit, &areas);
    areas.retain(|area| shown.has(area));
    order.sort(&mut areas);
    let map = places(areas.iter().filter_map(|area| place(&visit, area)).collect());
    let title = visit.text("areas-title").arg("city", visit.city()).to_string();
    let description = visit.text("areas-description").arg("city", visit.city()).to_string();
    let head = head::plain(&visit, description);
    show(&ListPage {
        frame: visit.frame(title).with_head(head),
        is_sample: visit.is_demo(),
        filters,
        orders: orders(&visit, shown, order),
        map,
        rows: areas.iter().map(row).collect(),
        counted,
    })
}

/// What the address asks for, if it is one of these.
fn chosen<T: Copy, const N: usize>(
    visit: &Visit,
    name: &str,
    all: [T; N],
    code: fn(T) -> &'static str,
) -> Option<T> {
    let asked = visit.asked(name)?;
    let found = all.into_iter().find(|one| code(*one) == asked);
    if found.is_none() {
        visit.remark(visit.text("areas-unknown-choice").arg("typed", shortened(&asked)).to_string());
    }
    found
}

fn filters(visit: &Visit, areas: &[Area], current: AreaFilter, order: Order) -> Vec<Choice> {
    let words = |shown: AreaFilter| {
        let text = match shown {
            AreaFilter::All => visit.text("areas-show-all"),
            AreaFilter::Premium => visit.text("areas-show-premium").arg("price", whole(PREMIUM)),
            AreaFilter::Rising => visit.text("areas-show-rising").arg("percent", RISING),
            AreaFilter::Affordable => visit.text("areas-show-affordable").arg("price", whole(PREMIUM)),
        };
        let count = areas.iter().filter(|area| shown.has(area)).count();
        visit.text("areas-show-count").arg("what", text.to_string()).arg("count", count).to_string()
    };
    let choice =
        |shown| Choice { href: address(shown, order), words: words(shown), is_current: shown == current };
    AreaFilter::ALL.map(choice).into()
}

fn orders(visit: &Visit, shown: AreaFilter, current: Order) -> Vec<Choice> {
    let words = |order: Order| match order {
        Order::Homes => visit.text("areas-sort-homes").to_string(),
        Order::Name => visit.text("areas-sort-name").to_string(),
        Order::Price => visit.text("areas-sort-price").to_string(),
        Order::Change => visit.text("areas-sort-change").to_string(),
    };
    let choice =
        |order| Choice { href: address(shown, order), words: words(order), is_current: order == current };
    Order::ALL.map(choice).into()
}

fn counted(visit: &Visit, areas: &[Area]) -> String {
    let sum = |homes: fn(&Area) -> Count| areas.iter().map(|area| homes(area).0).sum::<u64>();
    let text = visit.text("areas-counted").arg("areas", areas.len());
    let text = text.arg("sale", sum(|area| area.homes_for_sale)).arg("rent", sum(|area| area.homes_for_rent));
    text.to_string()
}

fn place(visit: &Visit, area: &Area) -> Option<PlottedPlace> {
    let homes = area.homes();
    let words = visit.text("areas-homes-in").arg("area", &area.name).arg("count", homes);
    Some(PlottedPlace {
        name: area.name.clone(),
        words: words.to_string(),
        href: format!("/areas/{}", area.slug),
        latitude: area.latitude?,
        longitude: area.longitude?,
        weight: from_whole(i64::try_from(homes.0).ok()?),
    })
}

fn row(area: &Area) -> Row {
    let trend: Vec<Option<f64>> = area.series.iter().map(|month| month.median_price_per_sqft).collect();
    Row {
        page: format!("/areas/{}", area.slug),
        name: area.name.clone(),
        for_sale: area.homes_for_sale,
        for_rent: area.homes_for_rent,
        price: area.median_price_per_sqft.map(whole),
        rent: area.median_rent.map(whole),
        change: area.change_percent.map(Change::of),
        trend: sparkline(&trend),
    }
}
