//! What happened since somebody was last here, as the API sends it.

use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::property::Property;
use crate::numbers::Count;

/// When a person was last here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LastVisit {
    /// `None` on the first visit.
    pub(crate) from: Option<String>,
}

/// Something new: how many there are, and the newest few.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct NewsList<T> {
    pub(crate) count: Count,
    pub(crate) entries: Vec<T>,
}

/// What others did about a person's homes, saved homes and enquiries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HomeNews {
    pub(crate) saved_homes: NewsList<SavedHomeChange>,
    pub(crate) answers: NewsList<LeadAnswer>,
    pub(crate) leads: NewsList<NewLead>,
    pub(crate) own_homes: OwnHomeNews,
}

/// A change of a saved home: of its price, or of where it stands.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SavedHomeChange {
    pub(crate) property_id: String,
    pub(crate) title: Option<String>,
    pub(crate) at: String,
    pub(crate) previous_price: Option<Number>,
    pub(crate) previous_price_text: Option<String>,
    pub(crate) price: Option<Number>,
    pub(crate) price_text: Option<String>,
    pub(crate) availability: Option<String>,
}

/// An enquiry that was answered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LeadAnswer {
    pub(crate) property_id: String,
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) at: String,
}

/// A new enquiry.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct NewLead {
    pub(crate) property_id: String,
    pub(crate) title: String,
    pub(crate) purpose: String,
    pub(crate) at: String,
}

/// How often a person's homes were viewed and saved.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct OwnHomeNews {
    pub(crate) homes: Count,
    pub(crate) views: Count,
    /// The first day whose views are counted.
    pub(crate) views_from: String,
    pub(crate) saves: Count,
}

/// What is new for every saved search.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Matches {
    pub(crate) searches: Vec<SearchMatches>,
}

/// A saved search, and the homes that are new for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SearchMatches {
    pub(crate) search: SavedSearch,
    /// `None` when the search cannot be read any more.
    pub(crate) new_homes: Option<Count>,
    pub(crate) homes: Vec<Property>,
}

/// A saved search.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SavedSearch {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) filters: Map<String, Value>,
    pub(crate) frequency: String,
    pub(crate) enabled: bool,
}

/// A saved home, then and now.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SavedHome {
    pub(crate) property_id: String,
    pub(crate) saved_at: Option<String>,
    pub(crate) saved_price: Option<Number>,
    pub(crate) saved_price_text: String,
    pub(crate) availability: String,
    /// `None` while it is not visible.
    pub(crate) property: Option<Property>,
}

/// An enquiry of the reader's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct SentLead {
    pub(crate) property_id: String,
    pub(crate) title: String,
    pub(crate) purpose: String,
    pub(crate) status: String,
    pub(crate) message: Option<String>,
    pub(crate) visit_at: Option<String>,
    pub(crate) created_at: Option<String>,
    pub(crate) updated_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{HomeNews, SavedHome};

    #[test]
    fn what_the_api_says_is_read() {
        let news: HomeNews = serde_json::from_value(json!({"since": "2026-11-20T10:00:00Z",
            "savedHomes": {"count": 7, "entries": [{"propertyId": "h1", "availability": "SOLD", "title": null}]},
            "answers": {"count": 0, "entries": []}, "leads": {"count": 0, "entries": []},
            "ownHomes": {"homes": 1, "views": 12, "viewsFrom": "2026-11-20", "saves": 2}}))
        .unwrap();
        assert_eq!((news.saved_homes.count.0, news.own_homes.views.0), (7, 12));
        assert_eq!(news.saved_homes.entries[0].availability.as_deref(), Some("SOLD"));
        let saved: SavedHome = serde_json::from_value(json!({"propertyId": "h1", "property": null})).unwrap();
        assert!(saved.property.is_none());
    }
}
