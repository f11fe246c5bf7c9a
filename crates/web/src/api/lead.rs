//! An enquiry about a home of the reader's, as the API sends it.

use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ReceivedLead {
    pub(crate) id: String,
    pub(crate) property_id: String,
    pub(crate) title: String,
    pub(crate) purpose: String,
    pub(crate) status: String,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) visit_at: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
    /// One more than the number of times that it was followed up.
    pub(crate) version: u64,
}
