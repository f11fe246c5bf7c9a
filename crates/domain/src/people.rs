//! Parses and normalises user names, e-mail addresses, telephone numbers and postal codes.

mod address;
mod password;

pub use address::{email, for_servers, needs_smtputf8, shown_email, sign_in_names, spellings};
pub use password::{not_a_name, password, prepared_password};

use crate::text;

/// Checks a user name: 3–50 letters, digits, `.`, `_` or `-`. Its case is kept.
///
/// # Errors
/// With a message for the person.
pub fn username(typed: &str) -> Result<String, &'static str> {
    let typed = text::trimmed(typed);
    let fits = (3..=50).contains(&typed.len());
    if fits && typed.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        Ok(typed.to_owned())
    } else {
        Err("must be 3 to 50 letters from a to z, digits, dots, dashes or underscores")
    }
}

/// Checks the name of a person or an office, already read as one line. It goes into letters to others, so it holds
/// nothing that a mail program turns into a link.
///
/// # Errors
/// With a message for the person.
pub fn name(name: &str) -> Result<(), &'static str> {
    if text::hides_something(name) || name.contains(text::is_override) {
        return Err("must not contain invisible characters; type it anew");
    }
    let lower = name.to_lowercase();
    let is_link = ["://", "www."].iter().any(|part| lower.contains(part));
    if is_link { Err("must be a name, without a web address") } else { Ok(()) }
}

/// Normalises an Indian mobile number to +91 and ten digits. Accepts +91, 91, 0091 or 0 in front, the blanks, dashes,
/// dots and brackets that people and programs write between digits, and the digits of other scripts.
///
/// # Errors
/// With a message for the person.
pub fn phone(typed: &str) -> Result<String, &'static str> {
    const MESSAGE: &str = "must be an Indian mobile number of ten digits, starting with 6, 7, 8 or 9";
    let typed = text::plain_digits(typed);
    let between = |c: char| c.is_whitespace() || is_dash(c) || matches!(c, '(' | ')' | '.' | '/');
    let compact: String = typed.chars().filter(|c| !between(*c)).collect();
    let compact = compact.strip_prefix("tel:").unwrap_or(&compact);
    let digits = compact
        .strip_prefix("+91")
        .or_else(|| compact.strip_prefix("0091"))
        .map(|rest| rest.strip_prefix('0').unwrap_or(rest))
        .or_else(|| compact.strip_prefix("91").filter(|rest| rest.len() == 10))
        .or_else(|| compact.strip_prefix('0'))
        .unwrap_or(compact);
    let fits = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
    if fits && digits.starts_with(['6', '7', '8', '9']) { Ok(format!("+91{digits}")) } else { Err(MESSAGE) }
}

/// Normalises a postal code of six digits, also when it is written in two groups.
///
/// # Errors
/// With a message for the person.
pub fn pincode(typed: &str) -> Result<String, &'static str> {
    let typed = text::plain_digits(typed);
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).collect();
    let fits = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with('0');
    if fits { Ok(code) } else { Err("must be six digits") }
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_read_as_it_is_pasted() {
        for typed in [
            "98480 22338",
            "+91 98480-22338",
            "+91-98480\u{2011}22338",
            "09848022338",
            "919848022338",
            "0091 98480 22338",
            "+91 (0) 98480 22338",
            "(+91) 98480.22338",
            "tel:+919848022338",
            "\u{202A}+91\u{A0}98480\u{A0}22338\u{202C}",
            "\u{2066}98480 22338\u{2069}",
            "९८४८० २२३३८",
        ] {
            assert_eq!(phone(typed), Ok("+919848022338".into()), "{typed:?}");
        }
        assert_eq!(phone("9198765432"), Ok("+919198765432".into()));
        for bad in ["5876543210", "984802233", "98480223380", "+1 984 802 2338", "98480 2233x", ""] {
            assert!(phone(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_postal_code_is_six_digits_however_they_are_grouped() {
        for typed in ["500032", "500 032", " 500-032\u{200B}", "500\u{A0}032", "५०००३२"] {
            assert_eq!(pincode(typed), Ok("500032".into()), "{typed:?}");
        }
        for bad in ["050003", "50003", "5000321", "50003a"] {
            assert!(pincode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_user_name_is_plain_and_a_name_hides_nothing() {
        assert_eq!(username("\u{FEFF}asha_k "), Ok("asha_k".into()));
        for bad in ["a", "as\u{2066}ha", "\u{430}sha", "asha k", "\u{202E}asha"] {
            assert!(username(bad).is_err(), "{bad:?}");
        }
        for good in ["Asha", "K.V.S. Prasad", "Md.Rafi", "क्\u{200D}षमा", "D'Souza-Rao", "Asha ❤\u{FE0F}"]
        {
            assert_eq!(name(good), Ok(()), "{good:?}");
        }
        for bad in [
            "Win: http://evil.example/x",
            "WWW.evil.example",
            "As\u{2066}ha",
            "\u{202E}ahsA",
            "A\u{E0041}sha",
        ] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }
}
