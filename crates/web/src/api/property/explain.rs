//! Why a home stands where it does among the results of a search.

use serde::Deserialize;

/// The factors of its relevance. 1 means that a factor adds nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Explain {
    featured: f64,
    verified: f64,
    freshness: f64,
    popularity: f64,
    /// The words of the search that its texts have.
    words: Vec<String>,
}

/// A factor below this adds too little to be told.
const TOLD: f64 = 1.005;

impl Explain {
    /// The words of the search that its texts have, as one text; `None` without any.
    pub(crate) fn found_words(&self) -> Option<String> {
        (!self.words.is_empty()).then(|| self.words.join(", "))
    }

    pub(crate) fn is_featured(&self) -> bool {
        self.featured > TOLD
    }

    pub(crate) fn is_verified(&self) -> bool {
        self.verified > TOLD
    }

    pub(crate) fn is_fresh(&self) -> bool {
        self.freshness > TOLD
    }

    pub(crate) fn is_popular(&self) -> bool {
        self.popularity > TOLD
    }

    /// Whether nothing of this tells it from others.
    pub(crate) fn is_plain(&self) -> bool {
        let any = self.is_featured() || self.is_verified() || self.is_fresh() || self.is_popular();
        !any && self.words.is_empty()
    }
}
