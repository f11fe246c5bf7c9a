//! What happened since the reader was last here, in words with links.

mod load;
mod words;

use crate::api::SearchMatches;
use crate::icon::Icon;
use crate::key::Key;
use crate::when::Moment;

/// Everything that is new for a person.
#[derive(Debug)]
pub(crate) struct Since {
    /// When they were last here; `None` on the first visit.
    pub(crate) from: Option<Moment>,
    /// What is new; empty when nothing is.
    pub(crate) news: Vec<News>,
    /// Their saved searches with what is new for each.
    pub(crate) searches: Vec<SearchMatches>,
}

/// One kind of news: how much of it there is, and the newest few.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) icon: Icon,
    pub(crate) text: String,
    /// The page with all of it.
    pub(crate) href: String,
    pub(crate) entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) text: String,
    /// The home that it is about.
    pub(crate) home: Option<Key>,
    pub(crate) when: Option<Moment>,
}
