//! Units of prices and areas, as people write them.

/// A unit of a column. Its word is the one that the API takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Of an amount of money.
    Money(&'static str),
    /// Of an area.
    Area(&'static str),
}

/// Each unit, with its spellings without spaces, dots and a plural `s`.
const UNITS: [(Unit, &[&str]); 10] = [
    (Unit::Money("rupee"), &["rupee", "rs", "inr", "₹"]),
    (Unit::Money("thousand"), &["thousand", "k"]),
    (Unit::Money("lakh"), &["lakh", "lac", "l"]),
    (Unit::Money("crore"), &["crore", "cr"]),
    (Unit::Area("SQFT"), &["sqft", "sft", "squarefeet", "squarefoot", "feet", "ft2", "sqfeet"]),
    (
        Unit::Area("SQM"),
        &["sqm", "sqmt", "sqmtr", "sqmeter", "sqmetre", "squaremeter", "squaremetre", "m2", "m²"],
    ),
    (Unit::Area("SQYD"), &["sqyd", "sqyard", "squareyard", "yard", "yd", "gaj", "syd"]),
    (Unit::Area("ACRE"), &["acre", "ac"]),
    (Unit::Area("GUNTA"), &["gunta", "guntha"]),
    (Unit::Area("CENT"), &["cent"]),
];

/// The unit of this spelling.
#[must_use]
pub fn unit(text: &str) -> Option<Unit> {
    let plain: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '₹').collect();
    let singular = plain.strip_suffix('s').unwrap_or(&plain);
    let named = |name: &str| UNITS.iter().find(|(_, names)| names.contains(&name)).map(|(unit, _)| *unit);
    named(&plain).or_else(|| named(singular))
}

/// The words that a map may use.
pub(super) const WORDS: &str = "rupee, thousand, lakh, crore, sqft, sqm, sqyd, acre, gunta or cent";

/// An area as a number and its unit, such as `1,200 sq ft`.
#[must_use]
pub fn area(cell: &str) -> Option<(&str, Unit)> {
    let end = cell.find(|c: char| c.is_alphabetic() || c == '²').filter(|end| *end > 0)?;
    let (number, rest) = cell.split_at(end);
    match unit(rest)? {
        found @ Unit::Area(_) => Some((number.trim(), found)),
        Unit::Money(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_by_their_usual_spellings() {
        for (text, word) in [
            ("sq. ft.", "SQFT"),
            ("Sq Yards", "SQYD"),
            ("SFT", "SQFT"),
            ("acres", "ACRE"),
            ("Guntas", "GUNTA"),
            ("cents", "CENT"),
            ("sq. mtrs", "SQM"),
        ] {
            assert_eq!(unit(text), Some(Unit::Area(word)), "{text}");
        }
        for (text, word) in
            [("Lakhs", "lakh"), ("lacs", "lakh"), ("Cr.", "crore"), ("Rs.", "rupee"), ("₹", "rupee")]
        {
            assert_eq!(unit(text), Some(Unit::Money(word)), "{text}");
        }
        assert_eq!((unit("bedrooms"), unit("")), (None, None));
        assert_eq!(area("1,200 sq ft"), Some(("1,200", Unit::Area("SQFT"))));
        assert_eq!(area("2.5acres"), Some(("2.5", Unit::Area("ACRE"))));
        assert_eq!((area("1200"), area("acre"), area("2 lakh")), (None, None, None));
    }
}
