//! A home as the API sends it, and its description in words.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Number;

use crate::key::Key;
use crate::labels::{self, Labels};
use crate::messages::{Language, Message};
use crate::numbers::{Count, measure};

mod address;
mod basics;
mod card;
mod details;
mod explain;
mod sums;

pub(crate) use explain::Explain;

/// What a home without a title is called.
static UNTITLED: LazyLock<String> = LazyLock::new(|| Language::default().text("card-untitled").to_string());

/// A home. Any field may be absent when unknown; only the id is always present.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
pub(crate) struct Property {
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) price: Option<Number>,
    pub(crate) price_text: Option<String>,
    /// What it cost before its price changed last, at `price_changed_at`.
    pub(crate) previous_price: Option<Number>,
    pub(crate) price_changed_at: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) city: Option<String>,
    pub(crate) state: Option<String>,
    pub(crate) pincode: Option<String>,
    pub(crate) property_type: Option<String>,
    pub(crate) plot_use: Option<String>,
    pub(crate) listing_type: Option<String>,
    pub(crate) transaction_type: Option<String>,
    pub(crate) bedrooms: Option<Number>,
    pub(crate) bathrooms: Option<Number>,
    pub(crate) area_sqft: Option<Number>,
    pub(crate) area: Option<Number>,
    pub(crate) area_unit: Option<String>,
    pub(crate) parking_spaces: Option<Number>,
    pub(crate) floor_number: Option<Number>,
    pub(crate) total_floors: Option<Number>,
    pub(crate) age_of_property: Option<Number>,
    pub(crate) facing: Option<String>,
    pub(crate) furnished_status: Option<String>,
    pub(crate) amenities: Option<Vec<String>>,
    pub(crate) nearby_facilities: Option<Vec<String>>,
    pub(crate) negotiable: Option<bool>,
    pub(crate) maintenance: Option<Number>,
    pub(crate) available_from: Option<String>,
    pub(crate) deposit: Option<Number>,
    pub(crate) lock_in_months: Option<Number>,
    pub(crate) preferred_tenants: Vec<String>,
    pub(crate) pets_allowed: Option<bool>,
    pub(crate) sharing: Vec<Number>,
    pub(crate) meals: Vec<String>,
    pub(crate) for_whom: Option<String>,
    pub(crate) plot_length: Option<Number>,
    pub(crate) plot_width: Option<Number>,
    pub(crate) road_width: Option<Number>,
    pub(crate) corner_plot: Option<bool>,
    pub(crate) boundary_wall: Option<bool>,
    pub(crate) project_name: Option<String>,
    pub(crate) builder_name: Option<String>,
    pub(crate) configurations: Vec<Number>,
    pub(crate) possession_status: Option<String>,
    pub(crate) possession_date: Option<String>,
    pub(crate) rera_id: Option<String>,
    pub(crate) rera_status: Option<String>,
    pub(crate) total_units: Option<Number>,
    pub(crate) total_towers: Option<Number>,
    pub(crate) approvals: Vec<String>,
    pub(crate) gated_community: Option<bool>,
    pub(crate) latitude: Option<Number>,
    pub(crate) longitude: Option<Number>,
    pub(crate) contact_name: Option<String>,
    pub(crate) contact_phone: Option<String>,
    pub(crate) contact_email: Option<String>,
    pub(crate) owner_id: Option<String>,
    pub(crate) is_featured: Option<bool>,
    pub(crate) is_verified: Option<bool>,
    pub(crate) is_favorited: Option<bool>,
    pub(crate) status: Option<String>,
    /// Whether it goes on the market when its owner has confirmed their e-mail address.
    pub(crate) awaits_confirmation: bool,
    /// How often it was changed, for changes that depend on what was seen.
    pub(crate) version: Option<Number>,
    /// The statuses that the reader may set next.
    pub(crate) next_statuses: Option<Vec<String>>,
    pub(crate) views_count: Option<Count>,
    pub(crate) unique_viewers: Option<Count>,
    pub(crate) favorites_count: Option<Count>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    pub(crate) images: Vec<Image>,
    /// Why it stands where it does among the results of a search.
    pub(crate) explain: Option<Explain>,
    /// Why it is recommended.
    pub(crate) reason: Option<String>,
    /// Whether the page has a map that leads to its card.
    #[serde(skip)]
    pub(crate) is_on_map: bool,
    /// The language in which it is described.
    #[serde(skip)]
    pub(crate) language: Language,
}

/// A photo of a home.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Image {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) is_primary: bool,
}

impl Image {
    /// Its address at a width, on this site: pages load nothing from another host.
    pub(crate) fn at(&self, width: u32) -> String {
        Key::parse(&self.id).map_or_else(String::new, |id| format!("/api/files/{id}?w={width}"))
    }
}

impl Property {
    /// The photo that stands for the home.
    pub(crate) fn primary_image(&self) -> Option<&Image> {
        self.images.iter().find(|image| image.is_primary).or_else(|| self.images.first())
    }

    pub(crate) fn heading(&self) -> &str {
        self.title.as_deref().unwrap_or(&UNTITLED)
    }

    /// The price in words: `₹95 Lakh`, or `₹35 Thousand a month` for a rent.
    pub(crate) fn price_words(&self) -> String {
        let price = match (&self.price_text, &self.price) {
            (Some(text), _) => text.clone(),
            (None, Some(rupees)) => format!("₹{}", measure(rupees)),
            (None, None) => return self.text("card-on-request").to_string(),
        };
        let monthly = matches!(self.listing_type.as_deref(), Some("RENT" | "PG" | "FLATMATE"));
        let is_told = price.contains("month");
        if monthly && !is_told { self.text("card-a-month").arg("price", price).to_string() } else { price }
    }

    /// The place in words: `Gachibowli, Hyderabad 500032`.
    pub(crate) fn place(&self) -> String {
        let mut place =
            [&self.location, &self.city].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
        if let Some(pincode) = &self.pincode {
            place.push(' ');
            place.push_str(pincode);
        }
        place
    }

    /// The line under a price on a card: `Apartment for sale · 3 bedrooms · 1,450 sq ft`.
    pub(crate) fn in_short(&self) -> String {
        let mut parts = vec![self.kind()];
        parts.extend(self.bedrooms.as_ref().map(|n| self.rooms(n)));
        parts.extend(self.size());
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    /// What it is and what it is offered for: `Apartment for sale`.
    pub(crate) fn kind(&self) -> String {
        self.kind_in(self.language)
    }

    fn kind_in(&self, language: Language) -> String {
        let label = |labels: Labels, code: &str| labels::of(language, labels, code);
        let kind = self.property_type.as_deref().map(|code| label(labels::PROPERTY_TYPES, code));
        let kind = kind.unwrap_or_default();
        let Some(offer) = self.listing_type.as_deref() else { return kind };
        let words = label(labels::LISTING_TYPES, offer).to_lowercase();
        let message = language.text("fact-offer").arg("offer", offer).arg("kind", kind).arg("words", words);
        message.to_string().trim().to_owned()
    }

    /// The area, in the unit in which it was given.
    pub(crate) fn size(&self) -> Option<String> {
        match (&self.area, &self.area_unit, &self.area_sqft) {
            (Some(area), Some(unit), _) => {
                let message = match &**unit {
                    "SQFT" => self.text("fact-size-sqft"),
                    "SQM" => self.text("fact-size-sqm"),
                    "SQYD" => self.text("fact-size-sqyd"),
                    "ACRE" => self.text("fact-size-acre"),
                    "GUNTA" => self.text("fact-size-gunta"),
                    "CENT" => self.text("fact-size-cent"),
                    other => {
                        return Some(format!("{} {}", measure(area), self.label(labels::AREA_UNITS, other)));
                    }
                };
                Some(message.arg("area", area).to_string())
            }
            (_, _, Some(sqft)) => Some(self.text("fact-size-sqft").arg("area", sqft).to_string()),
            _ => None,
        }
    }

    /// The status, unless it is `ACTIVE`.
    pub(crate) fn notable_status(&self) -> Option<String> {
        if self.awaits_confirmation {
            return Some(self.text("card-unconfirmed").to_string());
        }
        self.status.as_deref().filter(|&it| it != "ACTIVE").map(|it| self.label(labels::STATUSES, it))
    }

    /// Whether it is hidden until a moderator has reviewed it.
    pub(crate) fn waits(&self) -> bool {
        self.status.as_deref() == Some("PENDING_REVIEW")
    }

    /// Whether people other than the owner may ask for the contact.
    pub(crate) fn takes_enquiries(&self) -> bool {
        self.notable_status().is_none()
    }

    pub(crate) fn has_badges(&self) -> bool {
        let marks = [self.is_featured, self.is_verified, self.is_favorited];
        marks.contains(&Some(true)) || self.notable_status().is_some()
    }

    fn text(&self, key: &str) -> Message {
        self.language.text(key)
    }

    fn label(&self, labels: Labels, code: &str) -> String {
        labels::of(self.language, labels, code)
    }
}

#[cfg(test)]
mod tests {
    use super::Property;
    use serde_json::json;

    #[test]
    fn a_rent_is_a_month_and_a_sale_is_not() {
        let of = |listing_type: &str| Property {
            price_text: Some("₹35 Thousand".to_owned()),
            listing_type: Some(listing_type.to_owned()),
            ..Property::default()
        };
        assert_eq!(of("RENT").price_words(), "₹35 Thousand a month");
        assert_eq!(of("SALE").price_words(), "₹35 Thousand");
    }

    #[test]
    fn a_measure_is_written_without_idle_decimals() {
        for (sqft, words) in [
            (json!(1450), "1,450 sq ft"),
            (json!(1450.0), "1,450 sq ft"),
            (json!(1076.391), "1,076.39 sq ft"),
        ] {
            let home: Property = serde_json::from_value(json!({"id": "h", "areaSqft": sqft})).unwrap();
            assert_eq!(home.size().unwrap(), words);
        }
    }

    #[test]
    fn land_is_measured_in_the_unit_in_which_it_is_offered() {
        for (area, unit, words) in [
            (json!(200), "SQYD", "200 sq yd"),
            (json!(1), "ACRE", "1 acre"),
            (json!(2.5), "ACRE", "2.5 acres"),
            (json!(12), "GUNTA", "12 guntas"),
            (json!(123_456), "SQFT", "1,23,456 sq ft"),
        ] {
            let plot =
                json!({"id": "h", "propertyType": "PLOT", "area": area, "areaUnit": unit, "areaSqft": 1});
            let plot: Property = serde_json::from_value(plot).unwrap();
            assert_eq!(plot.size().unwrap(), words);
            assert_eq!(plot.in_short(), format!("Plot · {words}"));
        }
    }

    #[test]
    fn an_unknown_field_has_no_row() {
        let home: Property = serde_json::from_str(r#"{"id":"h","floorNumber":5,"totalFloors":10}"#).unwrap();
        assert_eq!(home.facts(), [("Floor".to_owned(), "5 of 10".to_owned())]);
    }
}
