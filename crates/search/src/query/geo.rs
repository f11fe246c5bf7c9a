//! Conditions on location. Longitude is x and latitude is y. A polygon's sides are straight on that plane, which is
//! accurate enough for a city.

use domain::property::content::Coordinates;

/// The earth's mean radius.
const EARTH_KM: f64 = 6371.0088;

/// A point on the map to measure from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The point.
    pub at: Coordinates,
    /// The largest distance, in kilometres.
    pub radius_km: Option<f64>,
}

/// A rectangle on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoundingBox {
    /// The west edge.
    pub min_lng: f64,
    /// The south edge.
    pub min_lat: f64,
    /// The east edge.
    pub max_lng: f64,
    /// The north edge.
    pub max_lat: f64,
}

/// A drawn area. The first ring is its border; further rings are holes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Polygon(pub Vec<Vec<(f64, f64)>>);

/// Where the listings must be. Listings without coordinates meet no condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Geo {
    /// Around a point.
    pub near: Option<Near>,
    /// In a rectangle.
    pub bbox: Option<BoundingBox>,
    /// In a drawn area.
    pub polygon: Option<Polygon>,
}

/// The great-circle distance.
#[must_use]
pub fn kilometres(from: Coordinates, to: Coordinates) -> f64 {
    let lat1 = from.lat.to_radians();
    let lat2 = to.lat.to_radians();
    let dlat = lat2 - lat1;
    let dlng = (to.lng - from.lng).to_radians();
    let h = (dlat / 2.0).sin().powi(2) + lat1.cos() * lat2.cos() * (dlng / 2.0).sin().powi(2);
    2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
}

/// A lower bound of [`kilometres`] at a fraction of the cost: the north-south distance, less a millimetre for
/// rounding.
#[must_use]
pub fn kilometres_at_least(from: Coordinates, to: Coordinates) -> f64 {
    EARTH_KM * (to.lat - from.lat).abs().to_radians() * (1.0 - 1e-9) - 1e-6
}

impl Near {
    /// Whether `at` is near enough.
    #[must_use]
    pub fn holds(&self, at: Coordinates) -> bool {
        self.radius_km
            .is_none_or(|most| kilometres_at_least(self.at, at) <= most && kilometres(self.at, at) <= most)
    }
}

impl BoundingBox {
    /// Whether `at` is in it, its edges included.
    #[must_use]
    pub fn holds(&self, at: Coordinates) -> bool {
        (self.min_lng..=self.max_lng).contains(&at.lng) && (self.min_lat..=self.max_lat).contains(&at.lat)
    }
}

impl Polygon {
    /// Whether `at` is inside: a line from it to the east crosses the border an odd number of times.
    #[must_use]
    pub fn holds(&self, at: Coordinates) -> bool {
        let mut inside = false;
        for ring in &self.0 {
            let Some(mut before) = ring.last() else { continue };
            for corner in ring {
                let ((x1, y1), (x2, y2)) = (*before, *corner);
                if (y1 > at.lat) != (y2 > at.lat) && at.lng < (x2 - x1) * (at.lat - y1) / (y2 - y1) + x1 {
                    inside = !inside;
                }
                before = corner;
            }
        }
        inside
    }
}

impl Geo {
    /// Whether any condition is set.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.near.is_some_and(|near| near.radius_km.is_some())
            || self.bbox.is_some()
            || self.polygon.is_some()
    }

    /// Whether a listing at `at` meets the conditions.
    #[must_use]
    pub fn holds(&self, at: Option<Coordinates>) -> bool {
        if !self.is_asked() {
            return true;
        }
        let Some(at) = at else { return false };
        self.near.is_none_or(|near| near.holds(at))
            && self.bbox.is_none_or(|bbox| bbox.holds(at))
            && self.polygon.as_ref().is_none_or(|polygon| polygon.holds(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GACHIBOWLI: Coordinates = Coordinates { lat: 17.4401, lng: 78.3489 };
    const CHARMINAR: Coordinates = Coordinates { lat: 17.3616, lng: 78.4747 };

    #[test]
    fn distances_are_over_the_sphere() {
        let far = kilometres(GACHIBOWLI, CHARMINAR);
        assert!((15.9..16.1).contains(&far), "{far}");
    }

    #[test]
    fn the_cheap_bound_is_never_above_the_distance() {
        let mut places = Vec::new();
        for step in 0..60 {
            let turn = f64::from(step) * 0.37;
            places.push(Coordinates {
                lat: 17.4 + turn.sin() * 0.3 * f64::from(step % 7),
                lng: 78.4 + turn.cos(),
            });
            places.push(Coordinates { lat: 17.4 + f64::from(step) * 1e-7, lng: 78.4 });
        }
        for from in &places {
            for to in &places {
                assert!(kilometres_at_least(*from, *to) <= kilometres(*from, *to));
            }
        }
    }

    #[test]
    fn a_hole_is_outside() {
        let square =
            |low: f64, high: f64| vec![(low, low), (high, low), (high, high), (low, high), (low, low)];
        let polygon = Polygon(vec![square(0.0, 10.0), square(4.0, 6.0)]);
        assert!(polygon.holds(Coordinates { lat: 2.0, lng: 3.0 }));
        assert!(!polygon.holds(Coordinates { lat: 5.0, lng: 5.0 }));
        assert!(!polygon.holds(Coordinates { lat: 11.0, lng: 5.0 }));
    }
}
