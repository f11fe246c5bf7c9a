//! Where the page of a home is.

use serde_json::Number;

use super::Property;
use crate::listing_path::{self, ListingName};
use crate::messages::Language;

impl Property {
    /// The address of its page, which all links use.
    pub(crate) fn path(&self) -> String {
        listing_path::write(&ListingName {
            locality: self.location.as_deref().unwrap_or_default(),
            bedrooms: self.bedrooms.as_ref().and_then(Number::as_f64),
            // An address stays, whatever language its page is read in.
            kind: &self.kind_in(Language::English),
            title: self.title.as_deref().unwrap_or_default(),
            id: &self.id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Property;
    use serde_json::json;

    #[test]
    fn a_home_s_page_is_named_after_it() {
        let home = json!({"id": "h1", "title": "Flat", "location": "Kondapur", "bedrooms": 3,
            "propertyType": "APARTMENT", "listingType": "RENT"});
        let home: Property = serde_json::from_value(home).unwrap();
        assert_eq!(home.path(), "/hyderabad/kondapur/3-bhk-apartment-for-rent/flat-h1");
    }
}
