//! Reads amounts of rupees as people in India write them: `85 lakh`, `1 Cr 20 Lakh`, `Rs. 50,000/-`, `₹1,20,00,000`.

use super::{CRORE, LAKH, MAX, NotMoney, RUPEE, THOUSAND};

/// What may stand before an amount, longest first.
const BEFORE: [&str; 8] = ["rupees", "rupee", "inr", "rs.", "rs", "₹", "re.", "re"];
/// What may stand behind an amount, longest first.
const BEHIND: [&str; 10] = ["rupees", "rupee", "only", "inr", "rs.", "rs", "/-", "/=", "₹", "."];
/// One million; used in papers from abroad.
const MILLION: i64 = 10 * LAKH;

/// The amount in paise.
///
/// # Errors
/// When the text is not an amount, or the amount is not positive, finer than a paisa or out of range.
pub(super) fn paise(text: &str) -> Result<i64, NotMoney> {
    let text: String = text.chars().filter_map(plain).collect::<String>().to_lowercase();
    let amount = without_currency(text.trim());
    if let Some(rest) = amount.strip_prefix('-') {
        return sum(rest.trim_start()).and(Err(NotMoney::NotPositive));
    }
    match sum(amount)? {
        0 => Err(NotMoney::NotPositive),
        paise => Ok(paise),
    }
}

/// Digits of Indian scripts and wide forms as ASCII digits; marks of writing direction are dropped.
fn plain(c: char) -> Option<char> {
    /// The zero of each script whose digits people here type.
    const ZEROS: [char; 7] = ['\u{966}', '\u{c66}', '\u{ce6}', '\u{be6}', '\u{660}', '\u{6f0}', '\u{ff10}'];
    let digit = |zero: &char| {
        let value = u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10)?;
        char::from_digit(value, 10)
    };
    match c {
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        '\u{2212}' => Some('-'),
        c if c.is_whitespace() => Some(' '),
        c => Some(ZEROS.iter().find_map(digit).unwrap_or(c)),
    }
}

fn without_currency(mut text: &str) -> &str {
    for before in BEFORE {
        if let Some(rest) = text.strip_prefix(before) {
            text = rest.trim_start();
            break;
        }
    }
    while let Some(rest) = BEHIND.iter().find_map(|behind| text.strip_suffix(behind)) {
        text = rest.trim_end();
    }
    text
}

/// The sum of amounts with falling units: `1 cr 20 lakh 50 thousand`. An amount without a unit stands alone.
fn sum(text: &str) -> Result<i64, NotMoney> {
    let mut rest = text;
    let mut total: i128 = 0;
    let mut unit_before = None;
    loop {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.')).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let word = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (word, behind) = after.split_at(word);
        let unit = unit(word).ok_or(NotMoney::Unreadable)?;
        let behind = behind.trim_start().trim_start_matches(['.', ',']).trim_start();
        let last = behind.is_empty();
        let first = unit_before.is_none();
        // "1 lakh 500" may be 1,00,500 or 1.5 lakh; a smaller unit is not a smaller number.
        if word.is_empty() && !(first && last) || unit_before.is_some_and(|before| unit >= before) {
            return Err(NotMoney::Unreadable);
        }
        total += i128::from(scaled(number, unit)?);
        if last {
            return i64::try_from(total).ok().filter(|paise| *paise <= MAX).ok_or(NotMoney::TooLarge);
        }
        unit_before = Some(unit);
        rest = behind.strip_prefix("and ").unwrap_or(behind).trim_start();
    }
}

/// The paise in one of a unit.
fn unit(word: &str) -> Option<i64> {
    Some(match word {
        "" => RUPEE,
        "k" | "thousand" | "thousands" | "hazar" | "hazaar" => THOUSAND,
        "l" | "lac" | "lacs" | "lakh" | "lakhs" | "lk" | "lks" => LAKH,
        "mn" | "million" => MILLION,
        "cr" | "crs" | "crore" | "crores" | "karod" => CRORE,
        _ => return None,
    })
}

/// The decimal `number` times `unit`, in whole paise.
fn scaled(number: &str, unit: i64) -> Result<i64, NotMoney> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !digits(fraction) {
        return Err(NotMoney::Unreadable);
    }
    if !is_grouped(whole) {
        return Err(NotMoney::Grouping);
    }
    let whole = whole.replace(',', "");
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > 15 || fraction.len() > 9 {
        return Err(if whole.len() > 15 { NotMoney::TooLarge } else { NotMoney::TooFine });
    }
    let places = i128::from(10_u32.pow(u32::try_from(fraction.len()).unwrap_or(0)));
    let number: i128 = format!("0{whole}{fraction}").parse().map_err(|_| NotMoney::Unreadable)?;
    let total = number * i128::from(unit);
    if total % places != 0 {
        return Err(NotMoney::TooFine);
    }
    i64::try_from(total / places).ok().filter(|n| *n <= MAX).ok_or(NotMoney::TooLarge)
}

/// Whether commas stand where digits are grouped: `1,20,00,000` or `12,000,000`, not `1,2` or `12,34`.
fn is_grouped(whole: &str) -> bool {
    let mut groups = whole.split(',').rev();
    let last = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let Some((first, between)) = rest.split_last() else { return true };
    let all = |long: usize| between.iter().all(|group| group.len() == long);
    let right = last.len() == 3 && (all(2) && first.len() <= 2 || all(3) && first.len() <= 3);
    right && !first.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, rupees) in [
            ("8500000", 8_500_000),
            ("85L", 8_500_000),
            ("85 lakhs", 8_500_000),
            ("1.2 cr", 12_000_000),
            ("1.2Cr.", 12_000_000),
            ("25k", 25_000),
            ("₹1,20,000", 120_000),
            ("Rs. 500", 500),
            ("Rs. 50,000/-", 50_000),
            ("₹1,20,00,000/-", 12_000_000),
            ("INR 85 lakh", 8_500_000),
            ("85 lakh INR", 8_500_000),
            ("1 Cr 20 Lakh", 12_000_000),
            ("1Cr20L", 12_000_000),
            ("1 crore, 20 lakh and 50 thousand", 12_050_000),
            ("1,25,00,000 rupees", 12_500_000),
            ("12,500,000", 12_500_000),
            ("Rs 45,000 only", 45_000),
            ("Rupees 45,000 only.", 45_000),
            ("\u{202a}₹\u{a0}95\u{a0}Lakh\u{202c}", 9_500_000),
            ("८५ lakh", 8_500_000),
            ("౮౫ lakh", 8_500_000),
            ("2 million", 2_000_000),
            ("1,200 crore", 12_000_000_000),
            ("0.5 cr", 5_000_000),
        ] {
            assert_eq!(paise(text), Ok(rupees * RUPEE), "{text}");
        }
        assert_eq!(paise("99.50"), Ok(9_950));
    }

    #[test]
    fn refuses_what_may_mean_something_else() {
        for text in ["1,2 cr", "12,34", "1,2,3", "1,,000", ",500", "1234,567", "1,20,00"] {
            assert_eq!(paise(text), Err(NotMoney::Grouping), "{text}");
        }
        for text in [
            "",
            "cheap",
            "85 to 90 lakh",
            "85-90 lakh",
            "1 lakh 500",
            "20 lakh 1 cr",
            "1 cr 2 cr",
            "5 per sqft",
            "25000 a month",
            "1.2.3",
            "$ 500",
            "USD 500",
            "85 lakhs onwards",
            "1.5 x",
            "12_000",
            "5,00,000 5",
        ] {
            assert_eq!(paise(text), Err(NotMoney::Unreadable), "{text}");
        }
    }

    #[test]
    fn refuses_amounts_out_of_bounds() {
        assert_eq!(paise("0"), Err(NotMoney::NotPositive));
        assert_eq!(paise("-10"), Err(NotMoney::NotPositive));
        assert_eq!(paise("1.234"), Err(NotMoney::TooFine));
        assert_eq!(paise("10000000000000"), Err(NotMoney::TooLarge));
        assert_eq!(paise("99999999999999999999"), Err(NotMoney::TooLarge));
        assert_eq!(paise("9999999 cr"), Err(NotMoney::TooLarge));
    }
}
