//! What a cell says, whatever program wrote it.

use std::borrow::Cow;

use domain::fields::MemberKind;

use super::SheetKind;

/// How spreadsheets and data tools write that there is nothing.
const NOTHING: [&str; 16] = [
    "", "-", "--", "#n/a", "#value!", "#ref!", "#name?", "#div/0!", "#null!", "#num!", "n/a", "na", "nan",
    "nil", "null", "none",
];

/// What spreadsheets take for the beginning of a formula, some of them in wide letters, too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

fn is_nothing(cell: &str) -> bool {
    NOTHING.contains(&&*cell.to_lowercase())
}

/// The text of a cell; `None` for an empty one.
pub(super) fn text(cell: &str) -> Option<&str> {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}');
    // Excel keeps digits as text when they are written as ="0500" or with an apostrophe in front.
    let cell = cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell);
    if let Some(kept) = cell.strip_prefix('\'').filter(|kept| is_kept_by_an_apostrophe(kept)) {
        return Some(kept);
    }
    (!is_nothing(cell)).then_some(cell)
}

/// Whether an apostrophe in front of this is no part of the text: spreadsheets and [`guarded`] write it.
fn is_kept_by_an_apostrophe(text: &str) -> bool {
    let begins = |c: char| c.is_ascii_digit() || c == '\'' || FORMULA.contains(&c);
    !text.is_empty() && (text.starts_with(begins) || is_nothing(text))
}

/// A text as a cell that no spreadsheet takes for a formula, and that is read as the same text again.
#[must_use]
pub fn guarded(written: &str) -> Cow<'_, str> {
    if written.is_empty() || (!written.starts_with(FORMULA) && text(written) == Some(written)) {
        return Cow::Borrowed(written);
    }
    Cow::Owned(format!("'{written}"))
}

/// The cell as the API reads it, for a field of this name and kind.
pub(super) fn value(kind: &SheetKind, cell: &str, name: &str, member: &MemberKind) -> String {
    match member {
        MemberKind::Whole(_) | MemberKind::Number(_) => whole(bare(cell, kind.behind_numbers)),
        MemberKind::Text(_) if is_date(name) => date(cell).unwrap_or_else(|| cell.to_owned()),
        MemberKind::Text(_) if kind.codes.contains(&name) => whole(cell),
        _ => cell.to_owned(),
    }
}

/// `2.0` is `2`, and `1,340` is `1340`.
pub(super) fn whole(cell: &str) -> String {
    let plain = if cell.contains(',') && is_grouped(cell) { cell.replace(',', "") } else { cell.to_owned() };
    match plain.split_once('.') {
        Some((whole, zeros))
            if !whole.is_empty() && !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') =>
        {
            whole.to_owned()
        }
        _ => plain,
    }
}

/// Without the word that stands behind a number: `2 BHK` is `2`.
fn bare<'a>(cell: &'a str, behind: &[&str]) -> &'a str {
    let lower = cell.to_lowercase();
    let rest = behind.iter().find_map(|word| lower.strip_suffix(word));
    rest.and_then(|rest| cell.get(..rest.len())).map_or(cell, str::trim_end)
}

/// Whether the commas stand where India or the rest of the world puts them: `12,34,567.50` or `1,234,567`.
fn is_grouped(number: &str) -> bool {
    let whole = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = whole.split_once('.').unwrap_or((whole, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(((last, first), middle)) = groups.split_last().and_then(|(last, rest)| {
        let (first, middle) = rest.split_first()?;
        Some(((last, first), middle))
    }) else {
        return false;
    };
    let of =
        |most: usize| (1..=most).contains(&first.len()) && middle.iter().all(|group| group.len() == most);
    groups.iter().all(&digits) && digits(&fraction) && last.len() == 3 && (of(2) || of(3))
}

/// Whether a field holds a day, by its name: `availableFrom`, `possessionDate`.
fn is_date(name: &str) -> bool {
    ["From", "Date", "Till", "Until", "On", "By"].iter().any(|ending| name.ends_with(ending))
}

/// A day as `2026-01-31`, from `31/01/2026`, `31-Jan-26`, `2026/01/31` or `2026-01-31 00:00:00`. The day stands before
/// the month, as in India.
fn date(cell: &str) -> Option<String> {
    let day = cell.split(['T', ' ']).next().filter(|day| day.len() >= 8 && day.contains(['/', '-', '.']));
    let parts: Vec<&str> =
        day.unwrap_or(cell).split(['/', '-', '.', ' ', ',']).filter(|p| !p.is_empty()).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    let (year, month, day) = if first.len() == 4 { (first, second, third) } else { (third, second, first) };
    let number = |text: &str, most: u32| text.parse().ok().filter(|number| (1..=most).contains(number));
    let year: u32 = match year.len() {
        2 => 2000 + year.parse::<u32>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    let month = number(month, 12).or_else(|| named_month(month))?;
    let day = number(day.trim_end_matches(|c: char| c.is_ascii_alphabetic()), 31)?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

fn named_month(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let name = name.to_lowercase();
    let start = name.get(..3)?;
    let place = MONTHS.iter().position(|month| *month == start)?;
    u32::try_from(place + 1).ok()
}

/// Whether a cell of a column of yes and no says yes; `None` if it says neither.
pub(super) fn flag(cell: &str) -> Option<Flag> {
    match whole(cell).to_lowercase().as_str() {
        "1" | "yes" | "y" | "true" | "x" | "✓" | "✔" | "available" => Some(Flag::Yes),
        "0" | "no" | "n" | "false" | "not available" => Some(Flag::No),
        "9" | "?" | "unknown" | "not stated" => Some(Flag::NotStated),
        _ => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Yes,
    No,
    NotStated,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SAMPLE;

    fn value(cell: &str, name: &str, member: &MemberKind) -> String {
        super::value(&SAMPLE, cell, name, member)
    }

    #[test]
    fn a_cell_is_what_the_program_meant() {
        for (cell, wanted) in [
            ("  Kondapur\u{a0}", Some("Kondapur")),
            ("=\"0500\"", Some("0500")),
            ("'9876543210", Some("9876543210")),
            ("'twas", Some("'twas")),
            ("#N/A", None),
            ("NaN", None),
            ("NULL", None),
            (" - ", None),
            ("'-", Some("-")),
            ("'none", Some("none")),
            ("'=1+1", Some("=1+1")),
        ] {
            assert_eq!(text(cell), wanted, "{cell}");
        }
    }

    #[test]
    fn numbers_lose_what_spreadsheets_add() {
        let whole = |cell| value(cell, "bedrooms", &MemberKind::Whole(0..=50));
        for (cell, wanted) in [
            ("2.0", "2"),
            ("2.5", "2.5"),
            ("3 BHK", "3"),
            ("3BHK", "3"),
            ("2.00", "2"),
            ("1,340", "1340"),
            ("1,20,340", "120340"),
            ("120,340", "120340"),
            ("12,34", "12,34"),
            ("1,2", "1,2"),
            ("two", "two"),
            ("bhk", ""),
            (".0", ".0"),
        ] {
            assert_eq!(whole(cell), wanted, "{cell}");
        }
        assert_eq!(value("1,340.0", "area", &MemberKind::Number(0.0..=9.0)), "1340");
        assert_eq!(value("500032.0", "pincode", &MemberKind::Text(1..=9)), "500032");
        assert_eq!(
            value("9,500,000.0", "price", &MemberKind::Money),
            "9,500,000.0",
            "the domain reads money"
        );
    }

    #[test]
    fn days_are_written_one_way() {
        for (cell, wanted) in [
            ("31/01/2026", "2026-01-31"),
            ("5-2-26", "2026-02-05"),
            ("31-Jan-2026", "2026-01-31"),
            ("1 February 2026", "2026-02-01"),
            ("2026-01-31 00:00:00", "2026-01-31"),
            ("2026-01-31", "2026-01-31"),
            ("2026/1/3", "2026-01-03"),
            ("31/13/2026", "31/13/2026"),
            ("Immediate", "Immediate"),
            ("", ""),
        ] {
            assert_eq!(value(cell, "availableFrom", &MemberKind::Text(1..=40)), wanted, "{cell}");
        }
    }

    #[test]
    fn a_written_cell_is_no_formula_and_is_read_as_it_was() {
        for (written, cell) in [
            ("Kondapur", "Kondapur"),
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("=\"0500\"", "'=\"0500\""),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1＋1", "'＝1＋1"),
            ("-5", "'-5"),
            ("None", "'None"),
            ("'9 lives", "''9 lives"),
            ("'twas", "'twas"),
            ("", ""),
        ] {
            assert_eq!(guarded(written), cell);
        }
        bolero::check!().with_type::<String>().for_each(|text| {
            let kept = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}');
            let cell = guarded(kept);
            assert!(!cell.starts_with(FORMULA), "{cell:?}");
            assert_eq!(super::text(&cell).unwrap_or(""), kept, "{cell:?}");
        });
    }

    #[test]
    fn fuzz_cells() {
        bolero::check!().with_type::<String>().for_each(|cell| {
            let text = text(cell).unwrap_or("");
            for kind in [MemberKind::Whole(0..=9), MemberKind::Number(0.0..=9.0), MemberKind::Text(1..=9)] {
                for name in ["availableFrom", "pincode", "title"] {
                    value(text, name, &kind);
                }
            }
            flag(text);
            let _ = crate::units::area(text);
        });
    }
}
