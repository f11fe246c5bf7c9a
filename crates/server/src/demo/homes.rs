//! The sample homes of `homes.json`: who owns each, how many days ago it was listed, what became of its price, and
//! what `POST /api/properties` gets.

use domain::property::kinds::{ListingType, PlotUse, PropertyType};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::DemoError;
use super::people::Person;

/// A telephone number that belongs to nobody.
pub const CONTACT_PHONE: &str = "+916000000000";

#[derive(Deserialize)]
pub struct Home {
    /// The user name of its owner.
    pub owner: String,
    /// How many days ago it was listed.
    pub listed: i64,
    #[serde(default)]
    pub changes: Vec<PriceChange>,
    /// How many days ago it was sold.
    pub sold: Option<i64>,
    #[serde(rename = "home")]
    listing: Map<String, Value>,
}

/// Another price, asked from so many days ago.
#[derive(Deserialize)]
pub struct PriceChange {
    pub ago: i64,
    pub price: u64,
}

impl Home {
    pub fn all() -> Result<Vec<Self>, DemoError> {
        Ok(serde_json::from_str(include_str!("homes.json"))?)
    }

    /// Its `sourceReference`.
    pub fn reference(&self) -> &str {
        self.listing.get("sourceReference").and_then(Value::as_str).unwrap_or_default()
    }

    fn choice<T: DeserializeOwned>(&self, member: &str) -> Option<T> {
        self.listing.get(member).cloned().and_then(|word| serde_json::from_value(word).ok())
    }

    pub fn property_type(&self) -> PropertyType {
        self.choice("propertyType").unwrap_or(PropertyType::Apartment)
    }

    pub fn listing_type(&self) -> ListingType {
        self.choice("listingType").unwrap_or_default()
    }

    pub fn is_farmland(&self) -> bool {
        self.choice("plotUse") == Some(PlotUse::Agricultural)
    }

    /// The listing as its owner sends it, marked as a sample, so that nobody takes it for a real one. `price`
    /// replaces the first one.
    pub fn listing(&self, owner: &Person, price: Option<u64>) -> Value {
        let mut home = self.listing.clone();
        for (field, mark) in [
            ("title", " (sample)"),
            ("description", " A sample: the home, its owner and its price are made up."),
        ] {
            if let Some(Value::String(text)) = home.get_mut(field) {
                text.push_str(mark);
            }
        }
        let contact = format!("{} {}", owner.first_name, owner.last_name);
        home.insert("contactName".to_owned(), contact.into());
        home.insert("contactPhone".to_owned(), CONTACT_PHONE.into());
        home.insert("contactEmail".to_owned(), owner.email.into());
        if let Some(price) = price {
            home.insert("price".to_owned(), price.into());
        }
        Value::Object(home)
    }
}
