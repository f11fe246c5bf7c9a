//! Numbers as people in India write them: groups of two digits above the thousands, as in 12,34,567.

use std::fmt;

use serde::Deserialize;
use serde_json::Number;

/// How many there are of something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub(crate) struct Count(pub(crate) u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(&self.0.to_string()))
    }
}

impl PartialEq<u64> for Count {
    fn eq(&self, other: &u64) -> bool {
        self.0 == *other
    }
}

/// A measure with at most two decimals: `1,450`, not `1450.0`.
pub(crate) fn measure(number: &Number) -> String {
    grouped(&plain(number))
}

/// A figure that a page or the API computed, with at most two decimals.
pub(crate) fn figure(number: f64) -> String {
    Number::from_f64(number).map_or_else(String::new, |number| measure(&number))
}

/// A number with at most two decimals, as it is: a floor, or a pin code.
pub(crate) fn plain(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => {
            let text = format!("{value:.2}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => number.to_string(),
    }
}

/// `1st`, `2nd`, `23rd`, `111th`.
pub(crate) fn ordinal(n: u64) -> String {
    let is_teen = (11..=13).contains(&(n % 100));
    let end = match n % 10 {
        1 if !is_teen => "st",
        2 if !is_teen => "nd",
        3 if !is_teen => "rd",
        _ => "th",
    };
    format!("{n}{end}")
}

/// Groups a number that is written with digits, and perhaps a sign and decimals.
pub(crate) fn grouped(digits: &str) -> String {
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(w, d)| (w, Some(d)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let mut text = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && (left == 3 || (left > 3 && left % 2 == 1)) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(decimals) = decimals {
        text.push('.');
        text.push_str(decimals);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn groups_are_of_two_digits_above_the_thousands() {
        for (number, text) in [
            (0, "0"),
            (7, "7"),
            (999, "999"),
            (1000, "1,000"),
            (12_345, "12,345"),
            (123_456, "1,23,456"),
            (1_234_567, "12,34,567"),
            (12_345_678, "1,23,45,678"),
        ] {
            assert_eq!(Count(number).to_string(), text);
        }
    }

    #[test]
    fn an_ordinal_ends_as_it_is_said() {
        let said = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal);
        assert_eq!(said, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]);
    }

    #[test]
    fn a_measure_has_no_idle_decimals() {
        for (number, text) in [
            (json!(1450), "1,450"),
            (json!(1450.0), "1,450"),
            (json!(108_900.391), "1,08,900.39"),
            (json!(0.5), "0.5"),
            (json!(-1234.5), "-1,234.5"),
        ] {
            let number: Number = serde_json::from_value(number).unwrap();
            assert_eq!(measure(&number), text);
        }
    }
}
