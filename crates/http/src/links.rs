//! The addresses of the pages around a page, for the header `Link` (RFC 8288).

use std::fmt::Write;

use axum::http::Uri;

/// Links to other pages of a list, each the address of this one with another `page` or `cursor`.
#[derive(Debug)]
pub struct Links<'a> {
    uri: &'a Uri,
    text: String,
}

impl<'a> Links<'a> {
    /// None yet, on the page at `uri`.
    pub(crate) fn on(uri: &'a Uri) -> Self {
        Self { uri, text: String::new() }
    }

    /// Of a list that is only gone through by cursor: where it begins, and where it goes on.
    #[must_use]
    pub fn by_cursor(uri: &'a Uri, next: Option<&str>) -> Self {
        let links = Self::on(uri).add("first", None);
        if next.is_some() { links.add("next", next.map(|cursor| ("cursor", cursor))) } else { links }
    }

    /// One more: `relation` is a registered one.
    pub(crate) fn add(mut self, relation: &str, parameter: Option<(&str, &str)>) -> Self {
        let asked = form_urlencoded::parse(self.uri.query().unwrap_or("").as_bytes())
            .filter(|(name, value)| !value.is_empty() && !["page", "cursor"].contains(&&**name));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(asked).extend_pairs(parameter);
        let (between, query) = (if self.text.is_empty() { "" } else { ", " }, query.finish());
        let mark = if query.is_empty() { "" } else { "?" };
        let path = self.uri.path();
        let _ = write!(self.text, "{between}<{path}{mark}{query}>; rel=\"{relation}\"");
        self
    }

    /// What the header says.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}
