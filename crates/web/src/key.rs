//! An identifier that is safe in the path of a page and of an API call.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use std::fmt;

use crate::failure::Failure;

/// An identifier of 1 to 80 letters, digits, `-` or `_`. Anything else is answered with 404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        ((1..=80).contains(&text.len()) && Self::is_plain(text)).then(|| Self(text.to_owned()))
    }

    /// Whether a text has no letters but those of an identifier.
    pub(crate) fn is_plain(text: &str) -> bool {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, state).await.map_err(|_| Failure::NotFound)?;
        Self::parse(&text).ok_or(Failure::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_cannot_leave_its_segment() {
        assert!(Key::parse("0197a1b2-0000-7000-8000-000000000001").is_some());
        for bad in ["", "..", "a/b", "a?b", "a%2fb", "a b", "ü", &"x".repeat(81)] {
            assert_eq!(Key::parse(bad), None, "{bad}");
        }
    }
}
