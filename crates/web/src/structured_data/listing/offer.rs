//! The price of what is on offer.

use serde::Serialize;
use serde_json::Number;

use crate::api::Property;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Offer<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    url: &'a str,
    price: &'a Number,
    price_currency: &'static str,
    business_function: &'static str,
    availability: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_specification: Option<Rent<'a>>,
}

/// Says that a price is for each month.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rent<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    price: &'a Number,
    price_currency: &'static str,
    unit_code: &'static str,
}

impl<'a> Offer<'a> {
    /// `None` if the price is told on request only.
    pub(super) fn of(home: &'a Property, url: &'a str) -> Option<Self> {
        let price = home.price.as_ref()?;
        let listing_type = home.listing_type.as_deref();
        let lets = matches!(listing_type, Some("RENT" | "LEASE" | "PG" | "FLATMATE"));
        let monthly = lets && listing_type != Some("LEASE");
        Some(Self {
            kind: "Offer",
            url,
            price,
            price_currency: "INR",
            business_function: if lets {
                "http://purl.org/goodrelations/v1#LeaseOut"
            } else {
                "http://purl.org/goodrelations/v1#Sell"
            },
            availability: if home.takes_enquiries() {
                "https://schema.org/InStock"
            } else {
                "https://schema.org/SoldOut"
            },
            price_specification: monthly.then_some(Rent {
                kind: "UnitPriceSpecification",
                price,
                price_currency: "INR",
                unit_code: "MON",
            }),
        })
    }
}
