//! Parts of the map: a rectangle, and an area with corners.

use std::fmt;

use serde_json::json;

use crate::localities::Point;

/// The most corners of an area in an address.
const MOST_CORNERS: usize = 100;

/// A rectangle on the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) west: f64,
    pub(crate) south: f64,
    pub(crate) east: f64,
    pub(crate) north: f64,
}

impl Bounds {
    /// Reads `minLongitude,minLatitude,maxLongitude,maxLatitude`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<f64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
        let numbers = numbers?;
        let [west, south, east, north] = numbers[..] else { return None };
        let is_on_map = is_longitude(west) && is_longitude(east) && is_latitude(south) && is_latitude(north);
        (is_on_map && west <= east && south <= north).then_some(Self { west, south, east, north })
    }

    /// The smallest rectangle around these points.
    pub(crate) fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        let grown = |around: Option<Self>, point: Point| {
            let Point { lat, lon } = point;
            let Self { west, south, east, north } =
                around.unwrap_or(Self { west: lon, south: lat, east: lon, north: lat });
            Some(Self {
                west: west.min(lon),
                south: south.min(lat),
                east: east.max(lon),
                north: north.max(lat),
            })
        };
        points.into_iter().fold(None, grown)
    }

    /// The same, larger by this many degrees on every side.
    pub(crate) fn padded(self, by: f64) -> Self {
        Self { west: self.west - by, south: self.south - by, east: self.east + by, north: self.north + by }
    }

    pub(crate) fn holds(&self, point: Point) -> bool {
        (self.west..=self.east).contains(&point.lon) && (self.south..=self.north).contains(&point.lat)
    }

    pub(crate) fn width(&self) -> f64 {
        self.east - self.west
    }

    pub(crate) fn height(&self) -> f64 {
        self.north - self.south
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { west, south, east, north } = self.rounded();
        write!(f, "{west},{south},{east},{north}")
    }
}

impl Bounds {
    fn rounded(self) -> Self {
        let Self { west, south, east, north } = self;
        Self { west: rounded(west), south: rounded(south), east: rounded(east), north: rounded(north) }
    }
}

/// Ten metres are near enough.
fn rounded(degrees: f64) -> f64 {
    (degrees * 10_000.0).round() / 10_000.0
}

/// Reads `latitude,longitude;latitude,longitude;…`: at least three corners.
pub(crate) fn corners(text: &str) -> Option<Vec<Point>> {
    let corner = |part: &str| {
        let (lat, lon) = part.split_once(',')?;
        let (lat, lon) = (lat.trim().parse().ok()?, lon.trim().parse().ok()?);
        (is_latitude(lat) && is_longitude(lon)).then_some(Point { lat: rounded(lat), lon: rounded(lon) })
    };
    let parts = text.split(';').filter(|part| !part.trim().is_empty());
    let corners: Option<Vec<Point>> = parts.take(MOST_CORNERS + 1).map(corner).collect();
    corners.filter(|corners| (3..=MOST_CORNERS).contains(&corners.len()))
}

/// The corners as an address has them.
pub(crate) fn written(corners: &[Point]) -> String {
    corners.iter().map(|Point { lat, lon }| format!("{lat},{lon}")).collect::<Vec<_>>().join(";")
}

/// The area as the API takes it: a `GeoJSON` polygon, whose last corner is its first.
pub(crate) fn polygon(text: &str) -> String {
    let corners = corners(text).unwrap_or_default();
    let ring: Vec<[f64; 2]> =
        corners.iter().chain(corners.first()).map(|corner| [corner.lon, corner.lat]).collect();
    json!({"type": "Polygon", "coordinates": [ring]}).to_string()
}

fn is_latitude(degrees: f64) -> bool {
    (-90.0..=90.0).contains(&degrees)
}

fn is_longitude(degrees: f64) -> bool {
    (-180.0..=180.0).contains(&degrees)
}
