//! The fields of a posted form, or of a query.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::sync::Arc;

use crate::failure::Failure;

/// The posted fields, as a handler's argument. [`crate::session::guard`] has already checked their CSRF token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Arc<[(String, String)]>);

impl Form {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first field of that name, exactly as typed.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The version of what the person saw, for [`crate::api::Call::if_version`].
    pub(crate) fn version(&self) -> Option<&str> {
        self.filled("version").filter(|version| version.bytes().all(|digit| digit.is_ascii_digit()))
    }

    /// Every field with its value, exactly as typed.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first field of that name, without surrounding space. An empty field counts as absent.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        parts.extensions.get::<Self>().cloned().ok_or(Failure::Unavailable)
    }
}
