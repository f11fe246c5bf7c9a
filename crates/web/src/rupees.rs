//! Sums of money that a page computes, as people in India write them.

mod reading;

use crate::numbers::grouped;

pub(crate) use reading::{decimal, months, percent, read};

const LAKH: f64 = 100_000.0;
const CRORE: f64 = 10_000_000.0;

/// The whole sum: `₹12,34,567`.
pub(crate) fn whole(rupees: f64) -> String {
    format!("₹{}", grouped(&format!("{rupees:.0}")))
}

/// The sum in short: `₹95 Lakh`, `₹1.2 Cr`, `₹35,000`.
pub(crate) fn short(rupees: f64) -> String {
    let (unit, name) = match rupees {
        _ if rupees >= CRORE => (CRORE, " Cr"),
        _ if rupees >= LAKH => (LAKH, " Lakh"),
        _ => return whole(rupees),
    };
    let text = format!("{:.2}", rupees / unit);
    format!("₹{}{name}", grouped(text.trim_end_matches('0').trim_end_matches('.')))
}

/// A number of whole rupees as a length or a factor.
#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53")]
pub(crate) fn from_whole(rupees: i64) -> f64 {
    rupees as f64
}

/// To the rupee.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounded; a cast of what is too large stays at the limit"
)]
pub(crate) fn nearest(rupees: f64) -> i64 {
    rupees.round() as i64
}

#[cfg(test)]
mod tests {
    use super::{from_whole, nearest, short, whole};

    #[test]
    fn sums_are_grouped_and_shortened_as_in_india() {
        assert_eq!(whole(1_234_567.4), "₹12,34,567");
        assert_eq!(whole(0.0), "₹0");
        let shown = [9_500_000.0, 12_000_000.0, 35_000.0, 123_456.0, 100_000.0].map(short);
        assert_eq!(shown, ["₹95 Lakh", "₹1.2 Cr", "₹35,000", "₹1.23 Lakh", "₹1 Lakh"]);
    }
    #[test]
    fn a_figure_is_rounded_to_the_rupee() {
        assert_eq!((nearest(8_449.5), nearest(f64::NAN), nearest(1e300)), (8_450, 0, i64::MAX));
        assert_eq!(whole(from_whole(83_311)), "₹83,311");
    }
}
