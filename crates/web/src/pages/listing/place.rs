//! Where a home is, on our own outline of the city: the ring road and a few places that everybody knows.

use serde_json::Number;

use crate::api::Property;

/// The picture that `listing/place.html` draws: its corner in degrees, and its size in degrees and in points.
const WEST: f64 = 78.20;
const NORTH: f64 = 17.63;
const DEGREES: (f64, f64) = (0.54, 0.45);
const POINTS: (f64, f64) = (320.0, 280.0);
/// An approximate place is a point of a grid of this many parts of a degree, about a kilometre apart.
const GRID: f64 = 100.0;

/// A point in the picture.
pub(super) struct HomePlace {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) is_exact: bool,
}

impl HomePlace {
    /// The place of a home; `None` when it is not known, or not in the picture. It is approximate until the contact
    /// was asked for.
    pub(super) fn of(home: &Property, is_exact: bool) -> Option<Self> {
        let degrees = |n: Option<&Number>| {
            let degrees = n.and_then(Number::as_f64)?;
            Some(if is_exact { degrees } else { (degrees * GRID).round() / GRID })
        };
        let (latitude, longitude) = (degrees(home.latitude.as_ref())?, degrees(home.longitude.as_ref())?);
        let x = (longitude - WEST) / DEGREES.0 * POINTS.0;
        let y = (NORTH - latitude) / DEGREES.1 * POINTS.1;
        let is_inside = (0.0..=POINTS.0).contains(&x) && (0.0..=POINTS.1).contains(&y);
        is_inside.then(|| Self { x: format!("{x:.1}"), y: format!("{y:.1}"), is_exact })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::HomePlace;
    use crate::api::Property;

    fn at(latitude: f64, longitude: f64) -> Property {
        let home = json!({"id": "h", "latitude": latitude, "longitude": longitude});
        serde_json::from_value(home).unwrap()
    }

    #[test]
    fn a_place_is_told_roughly_first() {
        let [rough, neighbour] = [(17.4435, 78.3772), (17.4441, 78.3791)]
            .map(|(latitude, longitude)| HomePlace::of(&at(latitude, longitude), false).unwrap());
        assert_eq!((&rough.x, &rough.y), (&neighbour.x, &neighbour.y));
        let exact = HomePlace::of(&at(17.4435, 78.3772), true).unwrap();
        assert_ne!(exact.x, rough.x);
    }

    #[test]
    fn a_home_elsewhere_is_not_in_the_picture() {
        assert!(HomePlace::of(&at(12.97, 77.59), true).is_none());
        assert!(HomePlace::of(&Property::default(), true).is_none());
    }
}
