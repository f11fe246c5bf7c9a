//! Lists as the API sends them.

use serde::{Deserialize, Deserializer};

use super::History;
use crate::numbers::Count;

/// One page of a list; a bare array reads as a list of a single page.
#[derive(Debug, Clone)]
pub(crate) struct Page<T> {
    pub(crate) content: Vec<T>,
    pub(crate) total_elements: Count,
    pub(crate) total_pages: u64,
    /// There may be more than `total_elements`: they were not counted any further.
    pub(crate) are_more: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Shape<T> {
    Bare(Vec<T>),
    Paged(Paged<T>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Paged<T> {
    content: Vec<T>,
    #[serde(default)]
    total_elements: Option<u64>,
    #[serde(default)]
    total_pages: Option<u64>,
    #[serde(default)]
    total_relation: Option<String>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let paged = match Shape::deserialize(deserializer)? {
            Shape::Bare(content) => {
                Paged { content, total_elements: None, total_pages: None, total_relation: None }
            }
            Shape::Paged(paged) => paged,
        };
        Ok(Self {
            total_elements: Count(paged.total_elements.unwrap_or(paged.content.len() as u64)),
            total_pages: paged.total_pages.unwrap_or(1),
            are_more: paged.total_relation.as_deref() == Some("gte"),
            content: paged.content,
        })
    }
}

/// A list of which a page can be asked for.
pub(crate) trait Listed {
    /// The same list without the entries of the page.
    fn without_entries(self) -> Self;
}

impl<T> Listed for Page<T> {
    fn without_entries(self) -> Self {
        Self { content: Vec::new(), ..self }
    }
}

impl Listed for History {
    fn without_entries(self) -> Self {
        Self { activities: Vec::new(), ..self }
    }
}
