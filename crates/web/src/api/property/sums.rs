//! The sums of a home: its price on one basis, and what it takes each month.

use serde_json::Number;

use super::Property;
use crate::usual_loan;

impl Property {
    /// The price in rupees.
    pub(crate) fn rupees(&self) -> Option<f64> {
        self.price.as_ref().and_then(Number::as_f64).filter(|&price| price > 0.0)
    }

    /// What is asked for a square foot of the area that its owner states, once or each month.
    pub(crate) fn asked_per_sqft(&self) -> Option<f64> {
        let area = self.area_sqft.as_ref().and_then(Number::as_f64).filter(|&area| area > 0.0)?;
        Some(self.rupees()? / area)
    }

    /// The same for a home that is sold.
    pub(crate) fn rupees_per_sqft(&self) -> Option<f64> {
        self.asked_per_sqft().filter(|_| self.is_sold_outright())
    }

    pub(crate) fn is_sold_outright(&self) -> bool {
        self.listing_type.as_deref() == Some("SALE")
    }

    /// Whether it is paid for month by month.
    pub(crate) fn is_paid_monthly(&self) -> bool {
        matches!(self.listing_type.as_deref(), Some("RENT" | "PG" | "FLATMATE"))
    }

    /// The instalment of the usual loan for it.
    pub(crate) fn instalment(&self) -> Option<f64> {
        self.rupees().filter(|_| self.is_sold_outright()).map(usual_loan::instalment)
    }

    /// What it takes each month: the loan or the rent, and the maintenance.
    pub(crate) fn monthly(&self) -> Option<f64> {
        let rent = || self.rupees().filter(|_| self.is_paid_monthly());
        Some(self.instalment().or_else(rent)? + self.maintenance_sum().unwrap_or_default())
    }

    pub(crate) fn maintenance_sum(&self) -> Option<f64> {
        self.maintenance.as_ref().and_then(Number::as_f64)
    }

    pub(crate) fn deposit_sum(&self) -> Option<f64> {
        self.deposit.as_ref().and_then(Number::as_f64)
    }
}

#[cfg(test)]
mod tests {
    use super::Property;
    use serde_json::{Value, json};

    fn home(listing_type: &str, more: Value) -> Property {
        let mut home = json!({"id": "h", "listingType": listing_type});
        let Value::Object(more) = more else { panic!("members are wanted") };
        home.as_object_mut().unwrap().extend(more);
        serde_json::from_value(home).unwrap()
    }

    #[test]
    fn a_rent_has_no_price_per_square_foot_and_no_loan() {
        let facts = json!({"price": 30_000, "areaSqft": 1000, "maintenance": 2500});
        let rent = home("RENT", facts);
        assert!(rent.rupees_per_sqft().is_none() && rent.instalment().is_none());
        assert_eq!(rent.monthly(), Some(32_500.0));
    }

    #[test]
    fn a_home_without_its_area_or_price_has_no_figures() {
        assert_eq!(home("SALE", json!({"price": 5_000_000})).rupees_per_sqft(), None);
        assert_eq!(home("SALE", json!({"price": 5_000_000, "areaSqft": 0})).rupees_per_sqft(), None);
        assert_eq!(home("SALE", json!({"areaSqft": 1000})).monthly(), None);
        let known = home("SALE", json!({"price": 5_000_000, "areaSqft": 1000}));
        assert_eq!(known.rupees_per_sqft(), Some(5000.0));
    }
}
