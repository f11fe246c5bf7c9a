//! Which areas lie near one another.

use domain::property::content::Coordinates;

use crate::queries::AreaRow;

/// The earth's mean radius.
const EARTH_KM: f64 = 6371.0088;
/// Areas whose middles are this near are neighbours.
pub const NEIGHBOURS_KM: f64 = 3.0;

/// The areas of a tenant by where they are.
#[derive(Clone, Debug, Default)]
pub struct Surroundings(Vec<(String, Coordinates)>);

impl Surroundings {
    /// Areas without coordinates are near none.
    pub fn new(areas: &[AreaRow]) -> Self {
        Self(areas.iter().filter_map(|area| Some((area.slug.clone(), area.at?))).collect())
    }

    fn at(&self, slug: &str) -> Option<Coordinates> {
        self.0.iter().find(|(known, _)| known == slug).map(|(_, at)| *at)
    }

    /// The areas within `most` kilometres of another one, the nearest first.
    pub fn near(&self, slug: &str, most: f64) -> Vec<(&str, f64)> {
        let Some(here) = self.at(slug) else { return Vec::new() };
        let others = self.0.iter().filter(|(other, _)| other != slug);
        let far = others.map(|(other, at)| (other.as_str(), kilometres(here, *at)));
        let mut near: Vec<(&str, f64)> = far.filter(|(_, far)| *far <= most).collect();
        near.sort_by(|(one, near), (other, far)| near.total_cmp(far).then_with(|| one.cmp(other)));
        near
    }
}

/// The great-circle distance.
fn kilometres(from: Coordinates, to: Coordinates) -> f64 {
    let (north, south) = (from.lat.to_radians(), to.lat.to_radians());
    let (down, across) = (south - north, (to.lng - from.lng).to_radians());
    let half = (down / 2.0).sin().powi(2) + north.cos() * south.cos() * (across / 2.0).sin().powi(2);
    2.0 * EARTH_KM * half.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(slug: &str, at: Option<(f64, f64)>) -> AreaRow {
        AreaRow { slug: slug.into(), at: at.map(|(lat, lng)| Coordinates { lat, lng }) }
    }

    #[test]
    fn near_areas_come_nearest_first() {
        let around = Surroundings::new(&[
            area("kondapur", Some((17.4622, 78.3568))),
            area("gachibowli", Some((17.4401, 78.3489))),
            area("hitec-city", Some((17.4435, 78.3872))),
            area("lb-nagar", Some((17.3457, 78.5522))),
            area("nowhere", None),
        ]);
        let near: Vec<&str> = around.near("kondapur", 5.0).into_iter().map(|(slug, _)| slug).collect();
        assert_eq!(near, ["gachibowli", "hitec-city"]);
        assert_eq!(around.near("kondapur", NEIGHBOURS_KM).len(), 1);
        assert!(around.near("nowhere", 1000.0).is_empty() && around.near("unknown", 1000.0).is_empty());
    }
}
