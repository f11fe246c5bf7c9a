//! Where something is, as far as everybody may know.

use serde::Serialize;

use crate::api::Property;

/// A place by its names. The street is left out: it may be somebody's own address.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostalAddress<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<&'a str>,
    address_country: &'static str,
}

/// A place on the map, to about a hundred metres.
#[derive(Serialize)]
pub(super) struct GeoCoordinates {
    #[serde(rename = "@type")]
    kind: &'static str,
    latitude: f64,
    longitude: f64,
}

impl<'a> PostalAddress<'a> {
    pub(super) fn of(home: &'a Property) -> Self {
        let names = [&home.location, &home.city].into_iter().flatten().cloned().collect::<Vec<_>>();
        Self {
            kind: "PostalAddress",
            address_locality: Some(names.join(", ")).filter(|names| !names.is_empty()),
            address_region: home.state.as_deref(),
            postal_code: home.pincode.as_deref(),
            address_country: "IN",
        }
    }
}

impl GeoCoordinates {
    pub(super) fn of(home: &Property) -> Option<Self> {
        let coarse = |degrees: f64| (degrees * 1000.0).round() / 1000.0;
        let latitude = coarse(home.latitude.as_ref()?.as_f64()?);
        let longitude = coarse(home.longitude.as_ref()?.as_f64()?);
        Some(Self { kind: "GeoCoordinates", latitude, longitude })
    }
}
