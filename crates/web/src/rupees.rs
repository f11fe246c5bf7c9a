//! Whole rupees: read as people in India write them, and written in lakh and crore.

mod reading;

use crate::numbers::grouped;

pub(crate) use reading::{months, percent, read};

const LAKH: i64 = 100_000;
const CRORE: i64 = 100 * LAKH;

/// The amount to the rupee: `₹83,311`.
pub(crate) fn exact(rupees: i64) -> String {
    let sign = if rupees < 0 { "−" } else { "" };
    format!("{sign}₹{}", grouped(&rupees.unsigned_abs().to_string()))
}

/// The amount in words: `₹95 Lakh`, `₹1.2 Cr`, `₹35,000`. As the API does, it is rounded down to two decimals.
pub(crate) fn words(rupees: i64) -> String {
    let (unit, name) = match rupees {
        CRORE.. => (CRORE, "Cr"),
        LAKH.. => (LAKH, "Lakh"),
        _ => return exact(rupees),
    };
    let hundredths = rupees / (unit / 100);
    let number = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    format!("₹{} {name}", grouped(number.trim_end_matches('0').trim_end_matches('.')))
}

/// A figure of the API, which may have decimals, to the rupee.
#[expect(clippy::cast_possible_truncation, reason = "rounded; a cast of what is too large stays at the limit")]
pub(crate) fn whole(figure: f64) -> i64 {
    figure.round() as i64
}

/// An amount as a length in a drawing, which shows no single rupee.
#[expect(clippy::cast_precision_loss, reason = "amounts are far below 2^53")]
pub(crate) fn length(rupees: i64) -> f64 {
    rupees as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_the_api_writes_them() {
        for (rupees, text) in [
            (0, "₹0"),
            (35_000, "₹35,000"),
            (9_500_000, "₹95 Lakh"),
            (9_999_999, "₹99.99 Lakh"),
            (12_000_000, "₹1.2 Cr"),
            (10_000_000, "₹1 Cr"),
            (1_234_567 * CRORE, "₹12,34,567 Cr"),
            (-2_500, "−₹2,500"),
        ] {
            assert_eq!(words(rupees), text);
        }
        assert_eq!(exact(1_234_567), "₹12,34,567");
        assert_eq!((whole(8_449.5), whole(f64::NAN)), (8_450, 0));
    }
}
