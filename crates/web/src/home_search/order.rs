//! The orders and layouts of results.

use crate::messages::key;

/// An order of results.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) code: &'static str,
    /// The key of its words.
    pub(crate) words: &'static str,
    pub(crate) by: &'static str,
    pub(crate) dir: &'static str,
}

/// The order of a search for words, unless the person chooses another.
pub(crate) static BEST: Sort =
    Sort { code: "best", words: key("search-order-best"), by: "relevance", dir: "desc" };

pub(crate) static SORTS: [Sort; 5] = [
    Sort { code: "newest", words: key("search-order-newest"), by: "createdAt", dir: "desc" },
    Sort { code: "price-low", words: key("search-order-cheapest"), by: "price", dir: "asc" },
    Sort { code: "price-high", words: key("search-order-dearest"), by: "price", dir: "desc" },
    Sort { code: "area-large", words: key("search-order-largest"), by: "areaSqft", dir: "desc" },
    Sort { code: "area-small", words: key("search-order-smallest"), by: "areaSqft", dir: "asc" },
];

/// How results are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum View {
    #[default]
    List,
    Map,
    Split,
}

impl View {
    pub(crate) const ALL: [Self; 3] = [Self::List, Self::Map, Self::Split];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Map => "map",
            Self::Split => "split",
        }
    }

    /// How many homes a page shows.
    pub(crate) fn size(self) -> &'static str {
        match self {
            Self::List => "12",
            Self::Map => "60",
            Self::Split => "24",
        }
    }

    pub(crate) fn has_map(self) -> bool {
        self != Self::List
    }
}
