//! What a listing cost before its price changed last.

use crate::money::Paise;
use crate::time::Timestamp;

/// The price before the last change, and when that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EarlierPrice {
    /// The price before.
    pub price: Paise,
    /// When it changed.
    pub until: Timestamp,
}

impl EarlierPrice {
    /// Whether an edit of these fields makes earlier prices meaningless: that of a sale says nothing about a rent.
    #[must_use]
    pub fn is_voided_by(changed: &[String]) -> bool {
        changed.iter().any(|field| field == "listingType")
    }

    /// What is known after an edit at `at`. `previous` is the price before it, if it changed.
    #[must_use]
    pub fn after_edit(
        known: Option<Self>,
        changed: &[String],
        previous: Option<Paise>,
        at: Timestamp,
    ) -> Option<Self> {
        if Self::is_voided_by(changed) {
            return None;
        }
        previous.map(|price| Self { price, until: at }).or(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_change_counts_and_a_rent_knows_no_price_of_a_sale() {
        let at = Timestamp::from_micros;
        let price = |until, paise| EarlierPrice { price: Paise::from_paise(paise), until: at(until) };
        let changed = |field: &str| [field.to_owned()];
        let after = |known, field: &str, previous: Option<i64>| {
            EarlierPrice::after_edit(known, &changed(field), previous.map(Paise::from_paise), at(2))
        };
        assert_eq!(after(None, "title", None), None);
        assert_eq!(after(None, "price", Some(900)), Some(price(2, 900)));
        assert_eq!(after(Some(price(1, 700)), "price", Some(900)), Some(price(2, 900)));
        assert_eq!(after(Some(price(1, 700)), "title", None), Some(price(1, 700)));
        assert_eq!(after(Some(price(1, 700)), "listingType", Some(900)), None);
    }
}
