//! Money: an integer number of paise internally, a JSON number of rupees in the API, and text in lakh and crore
//! for people in India.

mod reading;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Number, Value};

/// An amount in paise (1/100 rupee), never negative, at most 13 digits of rupees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Paise(i64);

/// The largest amount: 9,999,999,999,999.99 rupees.
const MAX: i64 = 999_999_999_999_999;
const RUPEE: i64 = 100;
const THOUSAND: i64 = 1_000 * RUPEE;
const LAKH: i64 = 100_000 * RUPEE;
const CRORE: i64 = 100 * LAKH;

/// The text is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMoney {
    /// Neither a number nor words such as `85 lakh`.
    #[error("must be an amount in rupees, such as 8500000 or \"85 lakh\"")]
    Unreadable,
    /// Commas that do not group digits: `1,2 cr` may be 1.2 or 12.
    #[error("has commas where no digits are grouped: write 1,20,000, or 1.2 cr with a point")]
    Grouping,
    /// More decimals than paise.
    #[error("must have at most two decimals")]
    TooFine,
    /// Out of range.
    #[error("must be at most 9999999999999.99")]
    TooLarge,
    /// Zero or less.
    #[error("must be greater than 0")]
    NotPositive,
}

impl Paise {
    /// An amount in paise, as stored.
    #[must_use]
    pub const fn from_paise(paise: i64) -> Self {
        Self(paise)
    }

    /// The number of paise.
    #[must_use]
    pub const fn paise(self) -> i64 {
        self.0
    }

    /// Reads an amount from a JSON number or a text such as `1,20,000`, `₹85L`, `1 Cr 20 Lakh`, `Rs. 50,000/-`.
    ///
    /// # Errors
    /// When it is not an amount, not positive, finer than a paisa or out of range.
    pub fn parse(value: &Value) -> Result<Self, NotMoney> {
        match value {
            Value::Number(number) => Self::from_text(&number.to_string()),
            Value::String(text) => Self::from_text(text),
            _ => Err(NotMoney::Unreadable),
        }
    }

    /// [`Self::parse`] for a text.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn from_text(text: &str) -> Result<Self, NotMoney> {
        reading::paise(text).map(Self)
    }

    /// The amount as text: `₹95 Lakh`, `₹1.2 Cr`, `₹35,000`. Rounded down to two decimals of the unit, never
    /// up.
    #[must_use]
    pub fn in_words(self) -> String {
        let (unit, name) = match self.0 {
            CRORE.. => (CRORE, " Cr"),
            LAKH.. => (LAKH, " Lakh"),
            _ => return format!("₹{}", grouped(self.0 / RUPEE)),
        };
        let hundredths = self.0 / (unit / 100);
        let mut text = format!("{}.{:02}", grouped(hundredths / 100), hundredths % 100);
        while text.ends_with('0') {
            text.pop();
        }
        format!("₹{}{name}", text.trim_end_matches('.'))
    }

    /// A JSON number of rupees, exact in its text.
    #[must_use]
    pub fn to_json(self) -> Number {
        if self.0 % RUPEE == 0 {
            return (self.0 / RUPEE).into();
        }
        let text = self.to_string();
        // Fifteen significant digits survive the conversion to a double and back: its shortest text is this
        // one.
        text.parse().ok().and_then(Number::from_f64).unwrap_or_else(|| (self.0 / RUPEE).into())
    }
}

/// Indian digit grouping: 12345678 → 1,23,45,678.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let (head, tail) = digits.split_at(digits.len().saturating_sub(3));
    let mut out = String::new();
    for (i, c) in head.chars().enumerate() {
        out.push(c);
        if (head.len() - i) % 2 == 1 {
            out.push(',');
        }
    }
    out + tail
}

impl fmt::Display for Paise {
    /// Rupees; with paise only if there are any: `8500000`, `99.5` as `99.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 % RUPEE == 0 {
            write!(f, "{}", self.0 / RUPEE)
        } else {
            write!(f, "{}.{:02}", self.0 / RUPEE, self.0 % RUPEE)
        }
    }
}

impl Serialize for Paise {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Paise {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        Self::from_text(&number.to_string()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_and_texts_are_amounts() {
        assert_eq!(Paise::parse(&Value::Bool(true)), Err(NotMoney::Unreadable));
        assert_eq!(Paise::parse(&Value::from("85 lakh")), Paise::parse(&Value::from(8_500_000)));
    }

    #[test]
    fn speaks_lakh_and_crore_and_never_rounds_up() {
        assert_eq!(Paise(8_560_000 * RUPEE).in_words(), "₹85.6 Lakh");
        assert_eq!(Paise(9_500_000 * RUPEE).in_words(), "₹95 Lakh");
        assert_eq!(Paise(12_000_000 * RUPEE).in_words(), "₹1.2 Cr");
        assert_eq!(Paise(9_999_999 * RUPEE).in_words(), "₹99.99 Lakh");
        assert_eq!(Paise(35_000 * RUPEE).in_words(), "₹35,000");
        assert_eq!(Paise(1_234_567 * CRORE).in_words(), "₹12,34,567 Cr");
    }

    #[test]
    fn json_keeps_every_paisa() {
        for paise in [1, 99, 100, 12_345, 999_999_999_999_999, 999_999_999_999_901] {
            let text = serde_json::to_string(&Paise(paise)).unwrap();
            assert_eq!(serde_json::from_str::<Paise>(&text).unwrap(), Paise(paise), "{text}");
        }
    }
}
