//! A person's inbox as the API sends it.

use serde::Deserialize;

use super::Listed;
use crate::numbers::Count;

/// A page of an inbox, the newest first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Inbox {
    pub(crate) content: Vec<Notification>,
    pub(crate) total_elements: Count,
    pub(crate) total_pages: u64,
    /// Of the whole inbox.
    pub(crate) unread_count: Count,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Notification {
    pub(crate) id: String,
    #[serde(rename = "template")]
    pub(crate) kind: String,
    pub(crate) created_at: Option<String>,
    pub(crate) read: bool,
    pub(crate) subject: String,
    /// Paragraphs with an empty line between them.
    pub(crate) message: String,
    /// The complete address of the page that it is about.
    pub(crate) link: Option<String>,
}

impl Listed for Inbox {
    fn without_entries(self) -> Self {
        Self { content: Vec::new(), ..self }
    }
}
