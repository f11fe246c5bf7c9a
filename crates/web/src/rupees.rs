//! Amounts in rupees, as people type and read them.

use crate::messages::{Language, key};
use crate::numbers::{Count, grouped};

const THOUSAND: u64 = 1_000;
const LAKH: u64 = 100_000;
const CRORE: u64 = 10_000_000;
/// No home costs more.
const MOST: u64 = 1_000_000_000_000;

/// Reads `8000000`, `80,00,000`, `₹80L`, `80 lakh`, `1.2cr` or `25k`. `None` for anything else, and for nothing or far
/// too much.
pub(crate) fn read(text: &str) -> Option<u64> {
    let amount = u64::try_from(crate::typed::rupees(text)?).ok()?;
    (1..=MOST).contains(&amount).then_some(amount)
}

/// The amount in a sentence: `₹80 lakh`, `₹1.2 crore`, `₹25,000`. Rounded down to two decimals.
pub(crate) fn words(language: Language, rupees: u64) -> String {
    scaled(language, rupees, &[(CRORE, key("search-crore")), (LAKH, key("search-lakh"))])
}

/// The whole amount: `₹12,34,567`.
pub(crate) fn whole(rupees: f64) -> String {
    format!("₹{}", grouped(&format!("{rupees:.0}")))
}

/// The amount in a table: `₹95 Lakh`, `₹1.2 Cr`, `₹35,000`. Rounded to two decimals.
pub(crate) fn compact(rupees: f64) -> String {
    const LAKH: f64 = 100_000.0;
    const CRORE: f64 = 10_000_000.0;
    let (unit, key) = match rupees {
        _ if rupees >= CRORE => (CRORE, key("search-crore-short")),
        _ if rupees >= LAKH => (LAKH, key("search-sum-lakh")),
        _ => return whole(rupees),
    };
    let text = format!("{:.2}", rupees / unit);
    let amount = grouped(text.trim_end_matches('0').trim_end_matches('.'));
    Language::default().text(key).arg("amount", amount).to_string()
}

/// The amount on a pin of a map: `₹80 L`, `₹1.2 Cr`, `₹25K`.
pub(crate) fn short(language: Language, rupees: u64) -> String {
    let units = [
        (CRORE, key("search-crore-short")),
        (LAKH, key("search-lakh-short")),
        (THOUSAND, key("search-thousand-short")),
    ];
    scaled(language, rupees, &units)
}

/// The amount as a field shows it: in words if they mean exactly this amount, else in digits. Fields are read in
/// English.
pub(crate) fn typed(rupees: u64) -> String {
    Some(words(Language::English, rupees))
        .filter(|text| read(text) == Some(rupees))
        .unwrap_or_else(|| rupees.to_string())
}

/// The amount in the largest of these units, each with the key of its text.
fn scaled(language: Language, rupees: u64, units: &[(u64, &str)]) -> String {
    let Some((unit, key)) = units.iter().find(|(unit, _)| rupees >= *unit) else {
        return format!("₹{}", Count(rupees));
    };
    let hundredths = rupees / (unit / 100);
    let text = format!("{}.{:02}", Count(hundredths / 100), hundredths % 100);
    let amount = text.trim_end_matches('0').trim_end_matches('.');
    language.text(key).arg("amount", amount).to_string()
}

#[cfg(test)]
mod tests {
    use super::{compact, read, short, typed, whole, words};
    use crate::messages::Language::English;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, amount) in [
            ("8000000", 8_000_000),
            ("80,00,000", 8_000_000),
            ("80L", 8_000_000),
            ("₹ 80 lakh", 8_000_000),
            ("1.2cr", 12_000_000),
            (".5 crore", 5_000_000),
            ("25k", 25_000),
            ("85.75 Lacs", 8_575_000),
        ] {
            assert_eq!(read(text), Some(amount), "{text}");
        }
        for bad in ["", "0", "lakh", "-5", "1.2.3", "99999999999999999999", "9999999 crore", "1.٢", "NaN"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn amounts_are_written_in_lakh_and_crore() {
        for (amount, said, pin) in [
            (8_000_000, "₹80 lakh", "₹80 L"),
            (12_000_000, "₹1.2 crore", "₹1.2 Cr"),
            (25_000, "₹25,000", "₹25K"),
            (999, "₹999", "₹999"),
            (100_000_000, "₹10 crore", "₹10 Cr"),
            (12_345_678_900, "₹1,234.56 crore", "₹1,234.56 Cr"),
        ] {
            assert_eq!((&*words(English, amount), &*short(English, amount)), (said, pin));
        }
    }

    #[test]
    fn a_field_shows_words_only_if_nothing_is_lost() {
        assert_eq!(typed(8_000_000), "₹80 lakh");
        assert_eq!(typed(8_123_456), "8123456");
    }

    #[test]
    fn amounts_are_grouped_and_shortened_as_in_india() {
        assert_eq!(whole(1_234_567.4), "₹12,34,567");
        assert_eq!(whole(0.0), "₹0");
        let shown = [9_500_000.0, 12_000_000.0, 35_000.0, 123_456.0, 100_000.0].map(compact);
        assert_eq!(shown, ["₹95 Lakh", "₹1.2 Cr", "₹35,000", "₹1.23 Lakh", "₹1 Lakh"]);
    }
}
