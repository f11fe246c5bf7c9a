//! A title for a home whose owner gave none.

use domain::fields::Choice as _;
use domain::property::kinds::{ListingType, PlotUse, PropertyType};
use serde_json::{Map, Value};

/// The most characters of the place in a title.
const PLACE: usize = 120;

/// `2 BHK apartment for rent in Kondapur`; `None` without a type or a place.
#[must_use]
pub fn made_title(members: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| match members.get(name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let kind = PropertyType::from_word(&text("propertyType")?)?;
    let place: String = text("location")?.chars().take(PLACE).collect();
    let rooms = text("bedrooms").filter(|rooms| rooms != "0" && is_number(rooms));
    let rooms = rooms.filter(|_| has_rooms(kind)).map(|rooms| format!("{rooms} BHK ")).unwrap_or_default();
    let size =
        text("area").zip(text("areaUnit")).filter(|(size, _)| kind == PropertyType::Plot && is_number(size));
    let size = size.map(|(size, unit)| format!("{size} {} ", unit_name(&unit))).unwrap_or_default();
    let plot_use = text("plotUse").and_then(|word| PlotUse::from_word(&word)).map(PlotUse::word);
    let plot_use = plot_use.map(|word| format!("{} ", word.to_lowercase())).unwrap_or_default();
    let deal = match text("listingType").and_then(|word| ListingType::from_word(&word)).unwrap_or_default() {
        ListingType::Rent => " for rent",
        ListingType::Lease => " for lease",
        ListingType::Flatmate => " to share",
        ListingType::Sale | ListingType::Pg => "",
    };
    let title = format!("{rooms}{size}{plot_use}{}{deal} in {place}", name(kind));
    let mut letters = title.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect())
}

fn is_number(text: &str) -> bool {
    text.len() <= 12 && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn has_rooms(kind: PropertyType) -> bool {
    use PropertyType::{Apartment, BuilderFloor, Farmhouse, House, Penthouse, ServicedApartment, Villa};
    matches!(kind, Apartment | House | Villa | BuilderFloor | Penthouse | ServicedApartment | Farmhouse)
}

fn name(kind: PropertyType) -> String {
    match kind {
        PropertyType::Studio => "studio apartment".to_owned(),
        PropertyType::Coworking => "coworking space".to_owned(),
        PropertyType::Industrial => "industrial building".to_owned(),
        PropertyType::Commercial => "commercial space".to_owned(),
        PropertyType::PgHostel => "paying guest home".to_owned(),
        other => other.word().to_lowercase().replace('_', " "),
    }
}

fn unit_name(unit: &str) -> String {
    match unit {
        "SQFT" => "sq ft".to_owned(),
        "SQM" => "sq m".to_owned(),
        "SQYD" => "sq yd".to_owned(),
        other => other.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_title_says_what_and_where() {
        for (members, wanted) in [
            (
                json!({"propertyType": "APARTMENT", "location": "Uppal", "bedrooms": 2}),
                "2 BHK apartment in Uppal",
            ),
            (
                json!({"propertyType": "villa", "location": "Uppal", "bedrooms": "3", "listingType": "RENT"}),
                "3 BHK villa for rent in Uppal",
            ),
            (
                json!({"propertyType": "PLOT", "location": "Mokila", "area": "2", "areaUnit": "ACRE",
                    "plotUse": "agricultural"}),
                "2 acre agricultural plot in Mokila",
            ),
            (
                json!({"propertyType": "PG_HOSTEL", "location": "Uppal", "bedrooms": 2}),
                "Paying guest home in Uppal",
            ),
            (json!({"propertyType": "SHOP", "location": "Uppal", "bedrooms": "many"}), "Shop in Uppal"),
        ] {
            assert_eq!(made_title(members.as_object().unwrap()).as_deref(), Some(wanted));
        }
        assert_eq!(made_title(json!({"location": "Uppal"}).as_object().unwrap()), None);
        assert_eq!(
            made_title(json!({"propertyType": "castle", "location": "Uppal"}).as_object().unwrap()),
            None
        );
    }
}
