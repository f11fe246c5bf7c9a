//! Structured data of <https://schema.org>, as JSON-LD inside a page.
//!
//! Guarantees: what people wrote cannot end the element that it stands in; no contact of anybody is in it.

mod address;
mod listing;
mod lists;
mod site;

use serde::Serialize;

use crate::failure::Failure;
pub(crate) use listing::RealEstateListing;
pub(crate) use lists::{BreadcrumbList, ItemList};
pub(crate) use site::{Organization, WebSite};

/// One object of structured data, ready to stand in a `<script>` element without further escaping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonLd(String);

/// Says which vocabulary the names of an object belong to.
#[derive(Serialize)]
struct InContext<'a, T> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(flatten)]
    data: &'a T,
}

impl JsonLd {
    pub(crate) fn of(data: &impl Serialize) -> Result<Self, Failure> {
        let written = serde_json::to_string(&InContext { context: "https://schema.org", data });
        let text = written.map_err(|error| {
            tracing::error!(%error, "structured data could not be written");
            Failure::Unavailable
        })?;
        // Neither `</script>` nor `<!--` can then be in it, and JSON reads the same.
        Ok(Self(text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")))
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::JsonLd;

    #[test]
    fn hostile_text_stays_in_its_element() {
        let hostile = "</script><script>alert(1)</script><!-- & ]]> \" \\ \u{2028}";
        let data = JsonLd::of(&json!({"name": hostile})).unwrap();
        for never in ['<', '>', '&'] {
            assert!(!data.text().contains(never), "{}", data.text());
        }
        let read: Value = serde_json::from_str(data.text()).unwrap();
        assert_eq!(read, json!({"@context": "https://schema.org", "name": hostile}));
    }
}
