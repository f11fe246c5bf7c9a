//! What a card says of a home.

use serde_json::Number;

use super::{Image, Property};
use crate::icon::{self, Icon};
use crate::messages::{Language, key};
use crate::numbers::{grouped, ordinal, plain};
use crate::when::Moment;

/// The most photos on a card. The others are on the page of the home.
const PHOTOS: usize = 6;

impl Image {
    /// Its widths, for `srcset`.
    pub(crate) fn widths(&self) -> String {
        [320, 800].map(|width| format!("{} {width}w", self.at(width))).join(", ")
    }
}

impl Property {
    /// The photos of a card, the one that stands for the home first.
    pub(crate) fn photos(&self) -> Vec<&Image> {
        let first = self.primary_image();
        let others = self.images.iter().filter(|image| first.is_none_or(|first| first.id != image.id));
        first.into_iter().chain(others).filter(|image| !image.at(320).is_empty()).take(PHOTOS).collect()
    }

    /// The icon in place of a photo.
    pub(crate) fn icon(&self) -> Icon {
        icon::of_property(self.property_type.as_deref())
    }

    pub(crate) fn listed(&self) -> Option<Moment> {
        Moment::parse_some(self.created_at.as_ref())
    }

    /// The line of facts: `2 BHK · 1,150 sq ft · 4th of 9`.
    pub(crate) fn in_brief(&self, language: Language) -> String {
        let rooms = self.bedrooms.as_ref().map(|n| {
            if n.as_f64() == Some(0.0) {
                language.text("card-studio").to_string()
            } else if n.as_f64() == Some(0.5) {
                language.text("card-one-room").to_string()
            } else {
                language.text("card-bhk").arg("count", plain(n)).to_string()
            }
        });
        let facts = [rooms, self.size(), self.floor(language)];
        facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    fn floor(&self, language: Language) -> Option<String> {
        let floor = self.floor_number.as_ref()?.as_i64()?;
        let name = match floor {
            ..0 => language.text("card-basement").to_string(),
            0 => language.text("card-ground-floor").to_string(),
            _ => ordinal(floor.unsigned_abs()),
        };
        Some(match &self.total_floors {
            Some(of) => language.text("card-floor-of").arg("floor", name).arg("of", plain(of)).to_string(),
            None if floor > 0 => language.text("card-floor").arg("floor", name).to_string(),
            None => name,
        })
    }

    /// What a square foot costs, for what is sold by its area, and of which area.
    pub(crate) fn per_sqft(&self, language: Language) -> Option<String> {
        let rupees = grouped(&format!("{:.0}", self.rupees_per_sqft()?));
        let is_plot = self.property_type.as_deref() == Some("PLOT");
        let basis = if is_plot { key("card-per-sqft-plot") } else { key("card-per-sqft") };
        Some(language.text(basis).arg("rupees", rupees).to_string())
    }

    /// When its price went down, if that was its last change.
    pub(crate) fn cheaper_since(&self) -> Option<Moment> {
        let before = self.previous_price.as_ref().and_then(Number::as_f64)?;
        let now = self.price.as_ref().and_then(Number::as_f64)?;
        if now < before { Moment::parse_some(self.price_changed_at.as_ref()) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Language, Moment, Property};

    fn home(members: Value) -> Property {
        serde_json::from_value(members).unwrap()
    }

    #[test]
    fn the_facts_of_a_card_are_one_line() {
        for (members, line) in [
            (
                json!({"bedrooms": 2, "areaSqft": 1150, "floorNumber": 4, "totalFloors": 9}),
                "2 BHK · 1,150 sq ft · 4th of 9",
            ),
            (json!({"bedrooms": 0.5, "floorNumber": 0, "totalFloors": 3}), "1 RK · ground floor of 3"),
            (json!({"bedrooms": 0, "floorNumber": 1}), "Studio · 1st floor"),
            (json!({"bedrooms": 2.5, "floorNumber": 21}), "2.5 BHK · 21st floor"),
            (json!({"area": 200, "areaUnit": "SQYD"}), "200 sq yd"),
            (json!({}), ""),
        ] {
            assert_eq!(home(members).in_brief(Language::English), line);
        }
    }

    #[test]
    fn a_square_foot_has_a_price_where_it_is_sold() {
        let of = |listing: &str, area: f64| {
            home(json!({"price": 9_500_000, "areaSqft": area, "listingType": listing}))
                .per_sqft(Language::English)
        };
        assert_eq!(of("SALE", 1450.0).unwrap(), "₹6,552/sq ft, owner’s figure");
        assert_eq!((of("RENT", 1450.0), of("SALE", 0.0)), (None, None));
    }

    #[test]
    fn the_first_photo_stands_for_the_home() {
        let images = json!([{"id": "p1"}, {"id": "p2", "isPrimary": true}, {"id": "\" onerror=x"}]);
        let home = home(json!({"images": images}));
        let ids: Vec<&str> = home.photos().iter().map(|image| &*image.id).collect();
        assert_eq!(ids, ["p2", "p1"]);
        assert_eq!(home.photos()[0].widths(), "/api/files/p2?w=320 320w, /api/files/p2?w=800 800w");
    }

    #[test]
    fn a_lower_price_is_told_with_its_time() {
        let at = "2026-11-20T18:30:00Z";
        let since = |price: u32| {
            home(json!({"price": price, "previousPrice": 10, "priceChangedAt": at})).cheaper_since()
        };
        assert_eq!((since(9), since(11)), (Moment::parse(at), None));
        assert_eq!(home(json!({"price": 9})).cheaper_since(), None);
    }
}
