//! `/`: one search box, the newest homes, areas with their prices, and tools.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{Area, Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::icon::{Icon, icon};
use crate::key::Key;
use crate::messages::{Language, Message, key};
use crate::numbers::{Count, grouped};
use crate::plot::{Sparkline, sparkline};
use crate::since::Since;
use crate::visit::Visit;

const LATEST: &str = "6";
/// The newest homes whose photos stand beside the search box. With fewer photos, none do.
const SHOWN: usize = 3;
/// The most areas that are shown: those with the most homes.
const AREAS: usize = 8;

/// What a search may be for: the value of `for`, and the key of its text.
const KINDS: [(&str, &str); 5] = [
    ("buy", key("home-buy")),
    ("rent", key("home-rent")),
    ("plots", key("home-plots")),
    ("commercial", key("home-commercial")),
    ("pg", key("home-pg")),
];

/// Searches that show what the box understands.
const EXAMPLES: [(&str, &str); 4] = [
    ("/homes?q=2+bhk+in+kondapur+under+80+lakh&for=buy", key("home-example-flat")),
    ("/homes?q=3+bhk+in+gachibowli+under+40k&for=rent", key("home-example-rent")),
    ("/homes?q=villa+in+kokapet&for=buy", key("home-example-villa")),
    ("/homes?q=plot+in+shankarpally&for=plots", key("home-example-plot")),
];

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    since: Option<Arc<Since>>,
    latest: Vec<Property>,
    shots: Vec<Shot>,
    areas: Vec<AreaCard>,
}

/// A photo of a new home, with what it costs.
struct Shot {
    href: String,
    src: String,
    widths: String,
    price: String,
    heading: String,
    place: String,
}

/// An area with its price and the course of the price.
struct AreaCard {
    slug: Key,
    name: String,
    homes: Count,
    /// Rupees for a square foot.
    median: String,
    change: Option<Change>,
    spark: Option<Sparkline>,
}

/// How a price changed within a year.
struct Change {
    words: Message,
    /// The class that gives it its colour.
    class: &'static str,
    icon: Icon,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/", get(home))
}

async fn home(visit: Visit) -> Result<Response, Failure> {
    let call = Call::get("/api/properties/recent").query(&[("limit", LATEST)]);
    let latest: Page<Property> = visit.ask(visit.marked(call)).await?;
    let areas = areas(&visit).await;
    let title = visit.text("home-title").arg("city", visit.city()).to_string();
    let since = Since::load(&visit).await?;
    let frame = visit.frame(title).with_head(head::front(&visit)?);
    let latest = latest.content;
    show(&HomePage { frame, since, shots: shots(&latest), latest, areas })
}

/// The photos beside the search box. A home shows its second one there: its card below shows the first.
fn shots(homes: &[Property]) -> Vec<Shot> {
    let shot = |home: &Property| {
        let photos = home.photos();
        let photo = photos.get(1).or_else(|| photos.first())?;
        Some(Shot {
            href: home.path(),
            src: photo.at(320),
            widths: photo.widths(),
            price: home.price_words(),
            heading: home.heading().to_owned(),
            place: home.location.clone().unwrap_or_default(),
        })
    };
    let shots: Vec<Shot> = homes.iter().filter_map(shot).take(SHOWN).collect();
    if shots.len() < SHOWN { Vec::new() } else { shots }
}

/// The areas with the most homes for sale. The page does without them when the API has none to tell.
async fn areas(visit: &Visit) -> Vec<AreaCard> {
    let Ok(found) = visit.ask::<Page<Area>>(Call::get("/api/market/areas")).await else {
        return Vec::new();
    };
    let mut areas = found.content;
    areas.sort_by(|one, other| other.homes_for_sale.cmp(&one.homes_for_sale).then(one.name.cmp(&other.name)));
    areas.into_iter().filter_map(|area| AreaCard::of(area, visit.language)).take(AREAS).collect()
}

impl AreaCard {
    /// `None` for an area without a median.
    fn of(area: Area, language: Language) -> Option<Self> {
        let medians: Vec<Option<f64>> = area.series.iter().map(|month| month.median_price_per_sqft).collect();
        Some(Self {
            slug: Key::parse(&area.slug)?,
            median: grouped(&format!("{:.0}", area.median_price_per_sqft?)),
            name: area.name,
            homes: area.homes_for_sale,
            change: area.change_percent.map(|percent| Change::of(percent, language)),
            spark: sparkline(&medians),
        })
    }
}

impl Change {
    fn of(percent: f64, language: Language) -> Self {
        let size = format!("{:.1}", percent.abs());
        let (text, class, sign) = if size == "0.0" {
            (key("home-same"), "soft", icon("minus"))
        } else if percent > 0.0 {
            (key("home-up"), "up", icon("up"))
        } else {
            (key("home-down"), "down", icon("down"))
        };
        Self { words: language.text(text).arg("percent", size), class, icon: sign }
    }
}
