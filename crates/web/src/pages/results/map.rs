//! The homes of a page on a map that is drawn here: an outline of the city, names of localities, and prices.

mod layer;
mod outline;

use crate::api::Property;
use crate::home_search::{Bounds, HomeSearch, View};
use crate::localities::{Locality, Point};
use crate::messages::{Language, key};
use crate::rupees;

pub(super) use layer::Layer;
pub(super) use outline::Shape;

/// The width of the drawing in its own units.
const WIDTH: f64 = 800.0;
/// A degree of longitude in degrees of latitude, at Hyderabad.
const NARROWER: f64 = 0.954;
/// The whole city.
const CITY: Bounds = Bounds { west: 78.18, south: 17.19, east: 78.70, north: 17.64 };
/// How far around a locality a map of it shows, in degrees.
const AROUND: f64 = 0.03;
/// The smallest map, in degrees.
const SMALLEST: f64 = 0.01;

/// The keys of the names of the parts of a map, from north-west to south-east.
const PARTS: [&str; 9] = [
    key("results-part-north-west"),
    key("results-part-north"),
    key("results-part-north-east"),
    key("results-part-west"),
    key("results-part-middle"),
    key("results-part-east"),
    key("results-part-south-west"),
    key("results-part-south"),
    key("results-part-south-east"),
];

/// A drawn map.
pub(super) struct MapView {
    pub(super) bounds: Bounds,
    pub(super) height: String,
    pub(super) shapes: Vec<Shape>,
    /// The pins and names for wide screens and for narrow ones.
    pub(super) layers: Vec<Layer>,
    /// How many homes of this page are not on the map.
    pub(super) elsewhere: usize,
    /// Whether a home is drawn at the middle of its locality, because it states no place.
    pub(super) is_rough: bool,
    /// The nine parts of the map, from north-west to south-east: the address that searches there, and the key of its
    /// name.
    pub(super) parts: Vec<(String, &'static str)>,
    /// The address of a search of the whole map; `None` when no part was chosen.
    pub(super) everywhere: Option<String>,
    /// The address of a search in exactly what this map shows.
    pub(super) here: String,
}

/// The name of a locality on the map.
pub(super) struct Name {
    pub(super) text: &'static str,
    pub(super) x: String,
    pub(super) y: String,
    /// Whether a pin is at the same place, so that the name stands below it.
    pub(super) is_pinned: bool,
}

/// A home, or several that are near each other.
pub(super) struct Pin {
    pub(super) x: String,
    pub(super) y: String,
    /// The price of one home; the number of several.
    pub(super) text: String,
    /// What it is, for people who do not see the map.
    pub(super) title: String,
    pub(super) href: String,
    pub(super) homes: usize,
}

/// A home that is drawn.
struct Placed {
    id: String,
    title: String,
    price: String,
    at: Point,
    is_rough: bool,
    x: f64,
    y: f64,
}

impl MapView {
    /// Draws `homes`, and marks those that are on the map.
    pub(super) fn of(language: Language, homes: &mut [Property], wanted: &HomeSearch) -> Self {
        let bounds = shown(homes, wanted);
        let mut placed = Vec::new();
        for home in &mut *homes {
            let Some((at, is_rough)) = place(home).filter(|(at, _)| bounds.holds(*at)) else { continue };
            home.is_on_map = true;
            let (x, y) = drawn(&bounds, at);
            let price = home.price.as_ref().and_then(serde_json::Number::as_f64);
            let price = price
                .and_then(|price| format!("{price:.0}").parse().ok())
                .map(|rupees| rupees::short(language, rupees));
            placed.push(Placed {
                id: home.id.clone(),
                title: home.heading().to_owned(),
                price: price.unwrap_or_else(|| "₹ ?".to_owned()),
                at,
                is_rough,
                x,
                y,
            });
        }
        let is_part = wanted.value("bbox").is_some() || wanted.value("within").is_some();
        Self {
            bounds,
            height: format!("{:.0}", height(&bounds)),
            shapes: outline::shapes(&bounds),
            layers: layer::layers(language, &bounds, &placed, wanted),
            elsewhere: homes.len() - placed.len(),
            is_rough: placed.iter().any(|home| home.is_rough),
            parts: parts(&bounds)
                .zip(PARTS)
                .map(|(part, name)| (wanted.on_map(Some(part)).address(), name))
                .collect(),
            everywhere: is_part.then(|| wanted.on_map(None).address()),
            here: wanted.on_map(Some(bounds)).address(),
        }
    }
}

/// Where a home is: the place that it states, or the middle of its locality.
fn place(home: &Property) -> Option<(Point, bool)> {
    let number = |number: &Option<serde_json::Number>| number.as_ref()?.as_f64();
    if let (Some(lat), Some(lon)) = (number(&home.latitude), number(&home.longitude)) {
        return Some((Point { lat, lon }, false));
    }
    Some((Locality::named(home.location.as_deref()?)?.at?, true))
}

/// The part of the map to show: the part asked for, the locality asked for, or all homes that are in the city.
fn shown(homes: &[Property], wanted: &HomeSearch) -> Bounds {
    let part = wanted.value("bbox").and_then(Bounds::parse);
    let within = || Bounds::around(wanted.corners()).map(|bounds| bounds.padded(SMALLEST));
    let locality = || {
        let at = wanted.place.locality.as_ref()?.at?;
        Some(Bounds::around([at])?.padded(AROUND))
    };
    let of_homes = || {
        let places = homes.iter().filter_map(place).map(|(at, _)| at).filter(|at| CITY.holds(*at));
        Some(Bounds::around(places)?.padded(AROUND))
    };
    let bounds = part.or_else(within).or_else(locality).or_else(of_homes).unwrap_or(CITY);
    let is_tiny = bounds.width() < SMALLEST || bounds.height() < SMALLEST;
    let bounds = if is_tiny { bounds.padded(SMALLEST) } else { bounds };
    if part.is_some() { bounds } else { fitted(bounds, wanted.view) }
}

/// Grown to the shape of its place on the page: upright beside a list, and flat above one.
fn fitted(bounds: Bounds, view: View) -> Bounds {
    let ratio = match view {
        View::Split => 1.2,
        View::List | View::Map => 0.8,
    };
    let Bounds { west, south, east, north } = bounds;
    let high = bounds.width() * NARROWER * ratio;
    let wide = bounds.height() / (NARROWER * ratio);
    let up = (high - bounds.height()).max(0.0) / 2.0;
    let out = (wide - bounds.width()).max(0.0) / 2.0;
    Bounds { west: west - out, south: south - up, east: east + out, north: north + up }
}

/// The height of the drawing, so that it is not distorted. A very long or very flat part is.
fn height(bounds: &Bounds) -> f64 {
    (WIDTH * bounds.height() / (bounds.width() * NARROWER)).clamp(360.0, 1_000.0)
}

/// The place of a point on the drawing.
fn drawn(bounds: &Bounds, at: Point) -> (f64, f64) {
    let x = (at.lon - bounds.west) / bounds.width() * WIDTH;
    let y = (bounds.north - at.lat) / bounds.height() * height(bounds);
    (x, y)
}

fn figure(number: f64) -> String {
    format!("{number:.1}")
}

/// Whether two points are in one room of this width and height.
fn are_near((x, y): (f64, f64), (other_x, other_y): (f64, f64), (wide, high): (f64, f64)) -> bool {
    (x - other_x).abs() < wide && (y - other_y).abs() < high
}

/// A home alone, or several that are near each other.
fn pin(language: Language, cluster: &[&Placed], wanted: &HomeSearch) -> Option<Pin> {
    let first = cluster.first()?;
    let card = format!("#home-{}", first.id);
    let (x, y) = (figure(first.x), figure(first.y));
    if cluster.len() == 1 {
        let title = format!("{}, {}", first.title, first.price);
        return Some(Pin { x, y, text: first.price.clone(), title, href: card, homes: 1 });
    }
    let around = Bounds::around(cluster.iter().map(|home| home.at))?;
    // A search on the map finds only homes that state their place, and cannot come nearer than a street.
    let can_come_nearer =
        !cluster.iter().any(|home| home.is_rough) && around.width() + around.height() > 0.001;
    let href = if can_come_nearer { wanted.on_map(Some(around.padded(0.002))).address() } else { card };
    let homes = cluster.len();
    let title = language.text("search-pin-homes").arg("count", homes).to_string();
    Some(Pin { x, y, text: homes.to_string(), title, href, homes })
}

/// Nine equal parts, from north-west to south-east.
fn parts(bounds: &Bounds) -> impl Iterator<Item = Bounds> + use<> {
    let (west, north) = (bounds.west, bounds.north);
    let (wide, high) = (bounds.width() / 3.0, bounds.height() / 3.0);
    let steps = [0.0, 1.0, 2.0];
    let part = move |down: f64, right: f64| Bounds {
        west: west + wide * right,
        east: west + wide * (right + 1.0),
        north: north - high * down,
        south: north - high * (down + 1.0),
    };
    steps.into_iter().flat_map(move |down| steps.into_iter().map(move |right| part(down, right)))
}

#[cfg(test)]
mod tests;
