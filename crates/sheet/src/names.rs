//! The names of columns: what they are compared by, and which fields they mean.

use domain::fields::Member;

use super::SheetKind;
use super::units::{self, Unit};

/// The longest name that is compared by its likeness, which takes time by the square of its length.
const COMPARED: usize = 100;

/// The field whose name is written like `name`, or else the most similar one.
pub(super) fn similar<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let comparable = |name: &str| Some(column_key(name).0).filter(|key| key.len() <= COMPARED);
    let wanted = comparable(name)?;
    let scored = among.filter_map(|other| Some((strsim::jaro_winkler(&wanted, &comparable(other)?), other)));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 > 0.75).then_some(best.1)
}

/// A column's name without case, spaces and punctuation, and the unit that stands in it: `Price (in Lakhs)` is `price`
/// in lakh.
#[must_use]
pub fn column_key(name: &str) -> (String, Option<Unit>) {
    let lower = name.to_lowercase();
    let (mut before, mut within) = match lower.split_once(['(', '[']) {
        Some((before, rest)) => (before.to_owned(), rest.split([')', ']']).next().unwrap_or("").to_owned()),
        None => (lower.clone(), String::new()),
    };
    if within.is_empty()
        && let Some((name, unit)) = lower.rsplit_once(" in ")
        && units::unit(unit).is_some()
    {
        (before, within) = (name.to_owned(), unit.to_owned());
    }
    let key: String = before.chars().filter(|c| c.is_alphanumeric()).collect();
    if key.is_empty() {
        return (lower.chars().filter(|c| c.is_alphanumeric()).collect(), None);
    }
    (key, units::unit(within.trim_start_matches("in ")))
}

/// The field that a column is about, how certain that is (0 is most certain), and the unit in its name.
pub(super) fn recognised(
    kind: &'static SheetKind,
    column: &str,
) -> Option<(&'static Member, usize, Option<Unit>)> {
    let (key, unit) = column_key(column);
    let own = |member: &&Member| column_key(&member.name).0 == key;
    if let Some(member) = kind.fields.iter().find(own) {
        return Some((member, 0, unit));
    }
    kind.fields.iter().find_map(|member| {
        let rank = kind.synonyms_of(&member.name).iter().position(|other| *other == key)?;
        Some((member, rank + 1, unit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    #[test]
    fn names_of_any_length_are_compared_in_no_time() {
        assert_eq!(similar("Prise", ["Rate", "Price"].into_iter()), Some("Price"));
        let long = "x".repeat(200_000);
        assert_eq!(similar(&long, [long.as_str()].into_iter()), None);
        assert_eq!(similar("Prise", [long.as_str(), "Price"].into_iter()), Some("Price"));
    }

    #[test]
    fn columns_are_recognised_however_they_are_written() {
        for (column, name) in [
            ("Price", "price"),
            ("PRICE (in Lakhs)", "price"),
            ("Rent per month", "price"),
            ("property_type", "propertyType"),
            ("Property Type", "propertyType"),
            ("No. of Bedrooms", "bedrooms"),
            ("BHK", "bedrooms"),
            ("Area (sq. yds)", "area"),
            ("Extent in acres", "area"),
            ("Locality", "location"),
            ("Pin-code", "pincode"),
        ] {
            let found = recognised(&SAMPLE, column).map(|(member, ..)| &*member.name);
            assert_eq!(found, Some(name), "{column}");
        }
        assert!(recognised(&SAMPLE, "Corner").is_none() && recognised(&SAMPLE, "").is_none());
        assert_eq!(column_key("Area (sq. yds)").1, Some(Unit::Area("SQYD")));
        assert_eq!(column_key("Price (in Lakhs)").1, Some(Unit::Money("lakh")));
        assert_eq!(column_key("Extent in acres"), ("extent".to_owned(), Some(Unit::Area("ACRE"))));
    }
}
