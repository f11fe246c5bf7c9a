//! The `Link` header (RFC 8288) with the addresses of the pages around a page.

use std::fmt::Write;

use axum::http::Uri;

/// Links to other pages of a list. Each is the current address with another `page` or `cursor`.
#[derive(Debug)]
pub struct Links<'a> {
    uri: &'a Uri,
    text: String,
}

impl<'a> Links<'a> {
    /// No links yet, for the page at `uri`.
    pub(crate) fn on(uri: &'a Uri) -> Self {
        Self { uri, text: String::new() }
    }

    /// Links of a list that is read by cursor only: its beginning, and the next page.
    #[must_use]
    pub fn by_cursor(uri: &'a Uri, next: Option<&str>) -> Self {
        let links = Self::on(uri).add("first", None);
        if next.is_some() { links.add("next", next.map(|cursor| ("cursor", cursor))) } else { links }
    }

    /// Adds a link; `relation` must be a registered relation type.
    pub(crate) fn add(mut self, relation: &str, parameter: Option<(&str, &str)>) -> Self {
        let asked = form_urlencoded::parse(self.uri.query().unwrap_or("").as_bytes())
            .filter(|(name, value)| !value.is_empty() && !["page", "cursor"].contains(&&**name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(asked).extend_pairs(parameter);
        let between = if self.text.is_empty() { "" } else { ", " };
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        let path = self.uri.path();
        let _ = write!(self.text, "{between}<{path}{mark}{query}>; rel=\"{relation}\"");
        self
    }

    /// The value of the header.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
