//! Quotas: limited resources that people hold. A holding starts with the first event of its stream and ends
//! with the last one, so imported data counts like any other.

use serde::Deserialize;

use crate::id::UserId;

/// A resource with a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quota {
    /// Listings that are not removed.
    Homes,
    /// Uploaded files that are not deleted.
    Files,
    /// The bytes of those files, as uploaded.
    FileBytes,
    /// Saved searches that are not deleted.
    SavedSearches,
    /// Webhooks that are not deleted. They belong to the tenant.
    Webhooks,
}

/// Who holds what belongs to the tenant and to no person.
pub const OF_TENANT: UserId = UserId::nil();

impl Quota {
    /// All quotas.
    pub const ALL: [Self; 5] =
        [Self::Homes, Self::Files, Self::FileBytes, Self::SavedSearches, Self::Webhooks];

    /// The quota's name in headers and configuration files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Homes => "homes",
            Self::Files => "files",
            Self::FileBytes => "file-bytes",
            Self::SavedSearches => "saved-searches",
            Self::Webhooks => "webhooks",
        }
    }
}

/// What an event adds to a person's quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaUse {
    /// The person.
    pub owner: UserId,
    /// The amount for each quota.
    pub amounts: Vec<(Quota, u64)>,
}

/// The events that start a holding, each with the event that ends it in the same stream.
pub const HELD: [(&str, &str); 4] = [
    ("PROPERTY_CREATED", "PROPERTY_DELETED"),
    ("FILE_UPLOADED", "FILE_DELETED"),
    ("SEARCH_SAVED", "SAVED_SEARCH_DELETED"),
    ("WEBHOOK_CREATED", "WEBHOOK_DELETED"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerOnly {
    owner_id: UserId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    owner_id: UserId,
    content: Sizes,
}

#[derive(Deserialize)]
struct Sizes {
    size: Option<u64>,
    #[serde(default)]
    renditions: Vec<Size>,
}

#[derive(Deserialize)]
struct Size {
    size: u64,
}

impl QuotaUse {
    /// The quota use of an event of type `event_type` with the payload `data`; `None` for most events.
    #[must_use]
    pub fn of(event_type: &str, data: &str) -> Option<Self> {
        let quota = match event_type {
            "PROPERTY_CREATED" => Quota::Homes,
            "SEARCH_SAVED" => Quota::SavedSearches,
            "WEBHOOK_CREATED" => {
                return Some(Self { owner: OF_TENANT, amounts: vec![(Quota::Webhooks, 1)] });
            }
            "FILE_UPLOADED" => {
                let Sent { owner_id: owner, content } = serde_json::from_str(data).ok()?;
                let renditions = content.renditions.iter().map(|rendition| rendition.size);
                let bytes = renditions.chain(content.size).fold(0, u64::saturating_add);
                return Some(Self { owner, amounts: vec![(Quota::Files, 1), (Quota::FileBytes, bytes)] });
            }
            _ => return None,
        };
        let OwnerOnly { owner_id: owner } = serde_json::from_str(data).ok()?;
        Some(Self { owner, amounts: vec![(quota, 1)] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::{FileContent, FileEvent, Rendition, StoredBytes};

    fn data(event: &impl serde::Serialize) -> (String, String) {
        let written = serde_json::to_value(event).unwrap();
        (written["eventType"].as_str().unwrap().to_owned(), written["eventData"].to_string())
    }

    #[test]
    fn a_file_is_held_with_all_its_bytes() {
        let id = |last: u8| format!("0197c000-0000-7000-8000-0000000000{last:02x}");
        let (file_id, owner_id): (_, UserId) = (id(1).parse().unwrap(), id(2).parse().unwrap());
        let stored = |size| StoredBytes { key: "k".into(), size, sha256: "s".into() };
        let rendition = |size| Rendition { width: 1, height: 1, bytes: stored(size) };
        let image = FileContent::Image {
            look: "0".into(),
            renditions: vec![rendition(10), rendition(32)],
            edition: None,
        };
        for (content, bytes) in [(image, 42), (FileContent::Document { bytes: stored(7) }, 7)] {
            let (kind, data) = data(&FileEvent::Uploaded { file_id, owner_id, name: None, content });
            let amounts = vec![(Quota::Files, 1), (Quota::FileBytes, bytes)];
            assert_eq!(QuotaUse::of(&kind, &data), Some(QuotaUse { owner: owner_id, amounts }));
        }
        let (kind, data) = data(&FileEvent::Deleted { file_id });
        assert_eq!(QuotaUse::of(&kind, &data), None);
    }

    #[test]
    fn a_home_and_a_saved_search_are_held_by_their_owner() {
        for (kind, quota) in [("PROPERTY_CREATED", Quota::Homes), ("SEARCH_SAVED", Quota::SavedSearches)] {
            let data = format!(r#"{{"ownerId":"0197c000-0000-7000-8000-000000000001","kind":"{kind}"}}"#);
            assert_eq!(QuotaUse::of(kind, &data).unwrap().amounts, [(quota, 1)]);
        }
    }
}
