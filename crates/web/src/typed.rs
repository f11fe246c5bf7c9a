//! What people type into fields: amounts of rupees, percentages, periods and numbers.

const LAKH: i64 = 100_000;
const CRORE: i64 = 100 * LAKH;

/// What may stand before an amount, longest first.
const BEFORE: [&str; 6] = ["rupees", "inr", "rs.", "rs", "₹", "\u{20a8}"];
/// What may stand behind an amount, longest first.
const BEHIND: [&str; 6] = ["rupees", "only", "inr", "rs", "/-", "₹"];
/// The most digits of an amount without its unit.
const DIGITS: usize = 15;

/// The whole rupees of `85L`, `1.2 cr`, `1 cr 20 lakh`, `₹96,00,000/-`; `None` for anything else.
pub(crate) fn rupees(text: &str) -> Option<i64> {
    let text: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let text = text.to_lowercase();
    let mut rest = text.trim();
    if let Some(amount) = BEFORE.iter().find_map(|before| rest.strip_prefix(before)) {
        rest = amount.trim_start();
    }
    while let Some(amount) = BEHIND.iter().find_map(|behind| rest.strip_suffix(behind)) {
        rest = amount.trim_end();
    }
    let (mut total, mut before) = (0_i64, i64::MAX);
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        let unit = unit(word)?;
        rest = after.trim_start();
        let alone = before == i64::MAX && rest.is_empty();
        // "1 lakh 500" may be 1,00,500 or 1.5 lakh.
        if unit >= before || word.is_empty() && !alone {
            return None;
        }
        total = total.checked_add(times(number, unit)?)?;
        if rest.is_empty() {
            return Some(total);
        }
        before = unit;
    }
}

fn unit(word: &str) -> Option<i64> {
    Some(match word {
        "" => 1,
        "k" | "thousand" => 1_000,
        "l" | "lac" | "lacs" | "lakh" | "lakhs" => LAKH,
        "cr" | "crs" | "crore" | "crores" => CRORE,
        _ => return None,
    })
}

/// The decimal `number` times `unit`, without what is less than a rupee.
fn times(number: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = whole.replace(',', "");
    let plain = fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !plain || !is_grouped(whole) || !(1..=DIGITS).contains(&(digits.len() + fraction.len())) {
        return None;
    }
    let scaled: i64 = format!("{digits}{fraction}").parse().ok()?;
    let places = 10_i64.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    i64::try_from(i128::from(scaled) * i128::from(unit) / i128::from(places)).ok()
}

/// Whether commas stand where digits are grouped: `1,2 cr` may be 1.2 or 12.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.rsplit(',');
    let last = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let Some((first, between)) = rest.split_last() else { return true };
    let all = |long: usize| between.iter().all(|group| group.len() == long) && first.len() <= long;
    last.len() == 3 && !first.is_empty() && (all(2) || all(3))
}

/// The number of `8.5`, `9%`, `9 percent`; `None` for anything else.
pub(crate) fn percent(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    let number = ["%", "percent", "per cent"].iter().find_map(|behind| text.strip_suffix(behind));
    decimal(number.unwrap_or(&text).trim_end())
}

/// The months of `20`, `20 years`, `6 months`; a number alone is years. `None` for anything else.
pub(crate) fn months(text: &str) -> Option<u32> {
    let text = text.trim().to_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, word) = text.split_at(end);
    let months = match word.trim() {
        "" | "y" | "yr" | "yrs" | "year" | "years" => decimal(number)? * 12.0,
        "m" | "month" | "months" => decimal(number)?,
        _ => return None,
    };
    let rounded = format!("{:.0}", months.round());
    rounded.parse().ok()
}

/// A number of at most two decimals, without sign or exponent.
pub(crate) fn decimal(number: &str) -> Option<f64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=9).contains(&whole.len()) && fraction.len() <= 2;
    if fits && plain(whole) && plain(fraction) { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, amount) in [
            ("9600000", 9_600_000),
            ("96,00,000", 9_600_000),
            ("9,600,000", 9_600_000),
            ("₹96,00,000/-", 9_600_000),
            ("85L", 8_500_000),
            ("85 lakhs", 8_500_000),
            ("1.2 cr", 12_000_000),
            (".5 crore", 5_000_000),
            ("1 Cr 20 Lakh", 12_000_000),
            ("1Cr20L", 12_000_000),
            ("25k", 25_000),
            ("Rs. 500 only", 500),
            ("0", 0),
            ("99.99", 99),
            ("\u{a0}85\u{a0}Lakh ", 8_500_000),
        ] {
            assert_eq!(rupees(text), Some(amount), "{text}");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_refused() {
        for text in [
            "",
            " ",
            "₹",
            "cheap",
            "-5",
            "1,2 cr",
            "12,34",
            ",500",
            "1,,000",
            "1.2.3",
            "1 lakh 500",
            "20 lakh 1 cr",
            "1 cr 2 cr",
            "5e9",
            "NaN",
            "inf",
            "$ 500",
            "85-90 lakh",
            "9999999999999999",
            "<b>5</b>",
            "٥",
            "99999999999999 cr 5",
            "1 lakh lakh",
            "..",
        ] {
            assert_eq!(rupees(text), None, "{text}");
        }
    }

    #[test]
    fn percentages_and_periods_are_read() {
        for (text, number) in [("8.5", 8.5), ("9%", 9.0), ("9 %", 9.0), ("0", 0.0), ("7.25 percent", 7.25)] {
            assert_eq!(percent(text), Some(number), "{text}");
        }
        for text in ["", "%", "-1", "1e3", "NaN", "inf", "8,5", "8.555", "8.5.1", "<i>"] {
            assert_eq!(percent(text), None, "{text}");
        }
        for (text, count) in [("20", 240), ("20 years", 240), ("2.5", 30), ("6 months", 6), ("0", 0)] {
            assert_eq!(months(text), Some(count), "{text}");
        }
        for text in ["", "years", "-1", "20 days", "9999999999", "2 years 6 months"] {
            assert_eq!(months(text), None, "{text}");
        }
    }

    #[test]
    fn nothing_that_is_typed_breaks_the_reading() {
        for text in
            ["é", "₹₹", "1é", "lakh", "1l1l", "۱", "1 ₹ 2", "/-/-", "rsrs", "\u{0}", "1\u{301} cr", "İ"]
        {
            let _ = (rupees(text), percent(text), months(text));
        }
    }
}
