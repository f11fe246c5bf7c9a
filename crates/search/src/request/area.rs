//! Reads conditions on location from a request.

use domain::Fields;
use domain::fields::MemberKind;
use domain::property::content::{Coordinates, SWAPPED};
use serde_json::Value;

use crate::query::{BoundingBox, Geo, Near, Polygon};

/// The maximum number of corners of a polygon.
const MOST_CORNERS: usize = 1000;

/// Reads `near=lat,lng&radiusKm=` (or `latitude`, `longitude`), `bbox=minLng,minLat,maxLng,maxLat`, and `polygon`, a
/// `GeoJSON` polygon.
pub fn read(f: &mut Fields<'_>) -> Geo {
    Geo { near: near(f), bbox: bbox(f), polygon: polygon(f) }
}

fn near(f: &mut Fields<'_>) -> Option<Near> {
    let radius_km = f.number("radiusKm", 0.001..=20_100.0);
    let lat = f.number("latitude", -90.0..=90.0);
    let lng = f.number("longitude", -180.0..=180.0);
    let named = numbers(f, "near", 2).map(|at| (at[0], at[1]));
    let at = named.or(lat.zip(lng));
    if let Some((lat, lng)) = named
        && (lat.abs() > 90.0 || lng.abs() > 180.0)
    {
        f.wrong("near", "must be latitude,longitude in degrees");
    }
    for (name, other) in [("latitude", "longitude"), ("longitude", "latitude")] {
        if f.raw(name).is_some() && f.raw(other).is_none() {
            f.wrong(other, format!("is required with {name}"));
        }
    }
    if at.is_none() && radius_km.is_some() {
        f.wrong("radiusKm", "needs near, or latitude and longitude");
    }
    if at.is_some_and(|(lat, lng)| Coordinates { lat, lng }.are_swapped()) {
        f.wrong(if named.is_some() { "near" } else { "latitude" }, SWAPPED);
    }
    at.map(|(lat, lng)| Near { at: Coordinates { lat, lng }, radius_km })
}

/// Exactly `many` numbers, as text separated by commas or as an array.
fn numbers(f: &mut Fields<'_>, field: &str, many: usize) -> Option<Vec<f64>> {
    f.asks(field, || MemberKind::Numbers(many));
    let raw = f.raw(field)?;
    let found: Option<Vec<f64>> = match raw {
        Value::String(text) => text.split(',').map(|part| part.trim().parse().ok()).collect(),
        Value::Array(items) => items.iter().map(number).collect(),
        _ => None,
    };
    let found = found.filter(|found| found.len() == many && found.iter().all(|number| number.is_finite()));
    if found.is_none() {
        f.wrong(field, format!("must be {many} numbers"));
    }
    found
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn bbox(f: &mut Fields<'_>) -> Option<BoundingBox> {
    let edges = numbers(f, "bbox", 4)?;
    let [min_lng, min_lat, max_lng, max_lat] = edges[..] else { return None };
    if min_lng > max_lng || min_lat > max_lat {
        f.wrong("bbox", "must be minLongitude,minLatitude,maxLongitude,maxLatitude");
        return None;
    }
    Some(BoundingBox { min_lng, min_lat, max_lng, max_lat })
}

/// A `GeoJSON` object in a body, or JSON text in a query.
fn polygon(f: &mut Fields<'_>) -> Option<Polygon> {
    f.asks("polygon", || MemberKind::Polygon);
    let parsed = match f.raw("polygon")? {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        value => value.clone(),
    };
    let rings = rings(&parsed);
    if rings.is_none() {
        let message =
            format!("must be a GeoJSON polygon of at most {MOST_CORNERS} corners, [longitude, latitude]");
        f.wrong("polygon", message);
    }
    rings.map(Polygon)
}

fn rings(polygon: &Value) -> Option<Vec<Vec<(f64, f64)>>> {
    if polygon.get("type")?.as_str()? != "Polygon" {
        return None;
    }
    let corner = |value: &Value| {
        let (lng, lat) = (value.get(0)?.as_f64()?, value.get(1)?.as_f64()?);
        (lng.abs() <= 180.0 && lat.abs() <= 90.0).then_some((lng, lat))
    };
    let ring = |value: &Value| value.as_array()?.iter().map(corner).collect::<Option<Vec<_>>>();
    let rings = polygon.get("coordinates")?.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>()?;
    let corners: usize = rings.iter().map(Vec::len).sum();
    let whole = !rings.is_empty() && corners <= MOST_CORNERS && rings.iter().all(|ring| ring.len() >= 4);
    whole.then_some(rings)
}
