//! Sums of money that a page computes, as people in India write them.

use crate::messages::{Language, key};
use crate::numbers::grouped;

const LAKH: f64 = 100_000.0;
const CRORE: f64 = 10_000_000.0;

/// The whole sum: `₹12,34,567`.
pub(crate) fn whole(rupees: f64) -> String {
    format!("₹{}", grouped(&format!("{rupees:.0}")))
}

/// The sum in short: `₹95 Lakh`, `₹1.2 Cr`, `₹35,000`.
pub(crate) fn short(rupees: f64) -> String {
    let (unit, key) = match rupees {
        _ if rupees >= CRORE => (CRORE, key("search-crore-short")),
        _ if rupees >= LAKH => (LAKH, key("search-sum-lakh")),
        _ => return whole(rupees),
    };
    let text = format!("{:.2}", rupees / unit);
    let amount = grouped(text.trim_end_matches('0').trim_end_matches('.'));
    Language::default().text(key).arg("amount", amount).to_string()
}

#[cfg(test)]
mod tests {
    use super::{short, whole};

    #[test]
    fn sums_are_grouped_and_shortened_as_in_india() {
        assert_eq!(whole(1_234_567.4), "₹12,34,567");
        assert_eq!(whole(0.0), "₹0");
        let shown = [9_500_000.0, 12_000_000.0, 35_000.0, 123_456.0, 100_000.0].map(short);
        assert_eq!(shown, ["₹95 Lakh", "₹1.2 Cr", "₹35,000", "₹1.23 Lakh", "₹1 Lakh"]);
    }
}
