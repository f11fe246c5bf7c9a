//! Places of the city, each where it is, the larger the more there is. The names of the largest stand beside them.

use askama::Template;

use super::{Scale, bounds, tenth};

const WIDTH: f64 = 336.0;
const MARGIN: f64 = 24.0;
const TALLEST: f64 = 420.0;
const SHORTEST: f64 = 200.0;
const SMALLEST_RADIUS: f64 = 5.0;
const LARGEST_RADIUS: f64 = 20.0;
/// The width of a wide letter of a name, and the height of a line.
const LETTER: f64 = 8.4;
const LINE: f64 = 17.0;

/// A place that is drawn, with the page that it leads to.
pub(crate) struct PlottedPlace {
    pub(crate) name: String,
    pub(crate) words: String,
    pub(crate) href: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) weight: f64,
}

/// The picture repeats what a table says, and is hidden from those who are read to.
#[derive(Template)]
#[template(path = "plots/places.html")]
pub(crate) struct Places {
    height: String,
    dots: Vec<PlaceDot>,
}

impl askama::filters::HtmlSafe for Places {}

struct PlaceDot {
    words: String,
    href: String,
    x: String,
    y: String,
    radius: String,
    name: Option<PlaceName>,
}

struct PlaceName {
    text: String,
    x: String,
    y: String,
}

/// A rectangle that nothing else may cover: left, top, right, bottom.
#[derive(Clone, Copy)]
struct Taken(f64, f64, f64, f64);

impl Taken {
    fn meets(self, other: Self) -> bool {
        self.0 < other.2 && other.0 < self.2 && self.1 < other.3 && other.1 < self.3
    }
}

/// Draws the places. `None` for fewer than two: one alone has no place among others.
pub(crate) fn places(mut places: Vec<PlottedPlace>) -> Option<Places> {
    places.retain(|place| place.latitude.is_finite() && place.longitude.is_finite());
    if places.len() < 2 {
        return None;
    }
    places.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    let (south, north) = bounds(places.iter().map(|place| place.latitude))?;
    let (west, east) = bounds(places.iter().map(|place| place.longitude))?;
    // A degree of longitude is shorter than one of latitude, by the cosine of the latitude.
    let shorter = f64::midpoint(south, north).to_radians().cos().max(0.1);
    let wide = ((east - west) * shorter).max(1e-6);
    let height = ((north - south) / wide * WIDTH).clamp(SHORTEST, TALLEST);
    let across = Scale { from: west, to: east, start: MARGIN, end: WIDTH - MARGIN };
    let upward = Scale { from: south, to: north, start: height - MARGIN, end: MARGIN };
    let heaviest = places.iter().map(|place| place.weight).fold(1.0, f64::max);
    let round = places.into_iter().map(|place| {
        let radius = LARGEST_RADIUS * (place.weight.max(0.0) / heaviest).sqrt();
        let (x, y) = (across.at(place.longitude), upward.at(place.latitude));
        (place, x, y, radius.max(SMALLEST_RADIUS))
    });
    let round: Vec<_> = round.collect();
    let mut taken: Vec<Taken> = round.iter().map(|(_, x, y, r)| Taken(x - r, y - r, x + r, y + r)).collect();
    let dots = round.into_iter().map(|(place, x, y, radius)| PlaceDot {
        name: name_beside(&place.name, (x, y, radius), height, &mut taken),
        words: place.words,
        href: place.href,
        x: tenth(x),
        y: tenth(y),
        radius: tenth(radius),
    });
    Some(Places { dots: dots.collect(), height: tenth(height) })
}

/// The name at the right of its dot, or at the left, below or above it: where it covers nothing, or nowhere.
fn name_beside(
    name: &str,
    (x, y, radius): (f64, f64, f64),
    height: f64,
    taken: &mut Vec<Taken>,
) -> Option<PlaceName> {
    let width = LETTER * f64::from(u32::try_from(name.chars().count()).ok()?);
    let far = radius + 3.0;
    let corners = [
        (x + far, y - LINE / 2.0),
        (x - far - width, y - LINE / 2.0),
        (x - width / 2.0, y + far),
        (x - width / 2.0, y - far - LINE),
    ];
    let free = |&(left, top): &(f64, f64)| {
        let here = Taken(left, top, left + width, top + LINE);
        let inside = left >= 0.0 && top >= 0.0 && left + width <= WIDTH && top + LINE <= height;
        inside && !taken.iter().any(|other| other.meets(here))
    };
    let (left, top) = corners.into_iter().find(free)?;
    taken.push(Taken(left, top, left + width, top + LINE));
    Some(PlaceName { text: name.to_owned(), x: tenth(left), y: tenth(top + LINE - 4.0) })
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::{PlottedPlace, places};

    fn place(name: &str, latitude: f64, longitude: f64, weight: f64) -> PlottedPlace {
        let (name, words) = (name.to_owned(), format!("{name}: 1 home"));
        PlottedPlace { name, words, href: "/areas/x".to_owned(), latitude, longitude, weight }
    }

    #[test]
    fn places_are_where_they_are_and_names_are_text() {
        let drawn =
            places(vec![place("<West>", 17.40, 78.30, 1.0), place("East", 17.50, 78.50, 100.0)]).unwrap();
        let at: Vec<_> = drawn.dots.iter().map(|dot| (&*dot.x, &*dot.radius)).collect();
        assert_eq!(at, [("312", "20"), ("24", "5")]);
        assert!(drawn.dots.iter().all(|dot| dot.name.is_some()));
        let svg = drawn.render().unwrap();
        assert!(svg.contains("&#60;West&#62;") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn names_never_cover_each_other() {
        let crowd = (0..30).map(|n| place("A long name of a place", 17.4, 78.4 + f64::from(n) / 1e4, 1.0));
        let drawn = places(crowd.collect()).unwrap();
        assert!(drawn.dots.iter().filter(|dot| dot.name.is_some()).count() < 10);
    }

    #[test]
    fn nowhere_is_not_drawn() {
        assert!(places(vec![place("A", f64::NAN, 78.0, 1.0), place("B", 17.0, 78.0, 1.0)]).is_none());
        assert!(places(Vec::new()).is_none());
    }
}
