//! The entries of sitemaps, as <https://www.sitemaps.org/protocol.html> and its extension for images write them.

use std::fmt::{self, Write as _};

use axum::http::StatusCode;
use serde::Deserialize;

use super::Reader;
use crate::api::{ApiError, Call, Page, Property};
use crate::key::Key;

pub(super) const FILE_STARTS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">\n";
pub(super) const FILE_ENDS: &str = "</urlset>\n";

/// The most images that an entry names.
const IMAGES: usize = 10;
const WIDTH: u32 = 1600;

/// A text inside an XML element.
pub(super) struct Xml<'a>(pub(super) &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Area {
    slug: String,
}

/// Adds the entry of one page.
pub(super) fn entry(file: &mut String, url: &str, changed: Option<&str>, images: &[String]) {
    // Writing to a text cannot fail.
    let _ = write!(file, "<url><loc>{}</loc>", Xml(url));
    if let Some(changed) = changed {
        let _ = write!(file, "<lastmod>{}</lastmod>", Xml(changed));
    }
    for image in images {
        let _ = write!(file, "<image:image><image:loc>{}</image:loc></image:image>", Xml(image));
    }
    file.push_str("</url>\n");
}

/// The entries of these homes.
pub(super) fn homes(reader: &Reader, homes: &[Property]) -> String {
    let mut text = String::new();
    for home in homes {
        let images = home.images.iter().take(IMAGES).map(|image| reader.complete(&image.at(WIDTH)));
        let changed = home.updated_at.as_deref().or(home.created_at.as_deref());
        entry(&mut text, &reader.complete(&home.path()), changed, &images.collect::<Vec<_>>());
    }
    text
}

/// The pages that are no homes: the first one, the list, and the areas.
pub(super) async fn places(reader: &Reader) -> Result<String, ApiError> {
    let call = Call::get("/api/market/areas");
    let areas = match reader.site.api.send(&reader.caller, None, call).await {
        Ok(answer) => answer.data::<Page<Area>>()?.content,
        Err(ApiError::Refused(refusal)) if refusal.status == StatusCode::NOT_FOUND => Vec::new(),
        Err(error) => return Err(error),
    };
    let mut file = FILE_STARTS.to_owned();
    for path in ["/", "/homes"] {
        entry(&mut file, &reader.complete(path), None, &[]);
    }
    for slug in areas.iter().filter_map(|area| Key::parse(&area.slug)) {
        entry(&mut file, &reader.complete(&format!("/areas/{slug}")), None, &[]);
    }
    file.push_str(FILE_ENDS);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::entry;

    #[test]
    fn an_entry_is_whole_whatever_is_in_an_address() {
        let mut file = String::new();
        entry(
            &mut file,
            "https://h.example/?a=1&b=<'\">",
            Some("2026-11-20T20:00:00Z"),
            &["https://i".into()],
        );
        assert_eq!(
            file,
            "<url><loc>https://h.example/?a=1&amp;b=&lt;&apos;&quot;&gt;</loc>\
             <lastmod>2026-11-20T20:00:00Z</lastmod>\
             <image:image><image:loc>https://i</image:loc></image:image></url>\n"
        );
    }
}
