//! Parses and normalises user names, e-mail addresses, telephone numbers and postal codes.

mod password;

pub use password::{not_a_name, password};

/// Normalises an e-mail address to lower case.
///
/// # Errors
/// With a message for the person when it cannot be an address.
pub fn email(text: &str) -> Result<String, &'static str> {
    const MESSAGE: &str = "must be an e-mail address";
    let text = text.trim().to_lowercase();
    let (local, host) = text.rsplit_once('@').ok_or(MESSAGE)?;
    let clean = |s: &str| {
        !s.is_empty() && !s.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>,;\"".contains(c))
    };
    let labels = host.split('.').all(|label| !label.is_empty() && label.len() <= 63);
    if clean(local) && clean(host) && labels && host.contains('.') && local.len() <= 64 && text.len() <= 254 {
        Ok(text)
    } else {
        Err(MESSAGE)
    }
}

/// Checks a user name: 3–50 letters, digits, `.`, `_` or `-`. Its case is kept.
///
/// # Errors
/// With a message for the person.
pub fn username(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let fits = (3..=50).contains(&text.len());
    if fits && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        Ok(text.to_owned())
    } else {
        Err("must be 3 to 50 letters, digits, dots, dashes or underscores")
    }
}

/// Normalises an Indian mobile number to +91 and ten digits. Accepts +91, 91 or 0 in front, and blanks, dashes
/// and brackets.
///
/// # Errors
/// With a message for the person.
pub fn phone(text: &str) -> Result<String, &'static str> {
    const MESSAGE: &str = "must be an Indian mobile number of ten digits, starting with 6, 7, 8 or 9";
    let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    let digits = compact
        .strip_prefix("+91")
        .or_else(|| compact.strip_prefix("91").filter(|rest| rest.len() == 10))
        .or_else(|| compact.strip_prefix('0'))
        .unwrap_or(&compact);
    let fits = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
    if fits && digits.starts_with(['6', '7', '8', '9']) { Ok(format!("+91{digits}")) } else { Err(MESSAGE) }
}

/// Checks a postal code of six digits.
///
/// # Errors
/// With a message for the person.
pub fn pincode(text: &str) -> Result<String, &'static str> {
    let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if fits { Ok(text.to_owned()) } else { Err("must be six digits") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalises_what_is_right_and_refuses_the_rest() {
        assert_eq!(email(" Asha.K@Example.COM "), Ok("asha.k@example.com".into()));
        for bad in ["", "asha", "@example.com", "a@b", "a b@example.com", "a@exa mple.com", "a@.com"] {
            assert!(email(bad).is_err(), "{bad}");
        }
        assert_eq!(phone("+91 98765-43210"), Ok("+919876543210".into()));
        assert_eq!(phone("09876543210"), Ok("+919876543210".into()));
        assert_eq!(phone("9198765432"), Ok("+919198765432".into()));
        assert!(phone("5876543210").is_err());
        assert_eq!(username("asha_k"), Ok("asha_k".into()));
        assert!(username("a").is_err());
        assert!(password("Password123").is_err());
        assert!(password("short").is_err());
        assert!(password("a long and private phrase").is_ok());
    }
}
