//! Sort orders. A position in an order is a row of numbers and an id, so a cursor names a position and not a count.

use std::cmp::Ordering;

use domain::property::Rooms;
use domain::property::content::Coordinates;
use uuid::Uuid;

use super::{kilometres, kilometres_at_least};
use crate::ranking::Measured;

/// The maximum number of sort criteria.
pub const MOST_SORTS: usize = 3;

/// What to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The text score times the listing's boosts.
    Relevance,
    /// The price.
    Price,
    /// The area; a listing without one counts as the smallest.
    Area,
    /// When it was listed.
    CreatedAt,
    /// When it was last changed.
    UpdatedAt,
    /// How many people saved it.
    Popularity,
    /// The distance; a listing without coordinates counts as the farthest.
    Distance,
    /// How similar it is to another listing.
    Likeness,
}

impl SortBy {
    /// The names in requests.
    pub const WORDS: [(&'static str, Self); 10] = [
        ("relevance", Self::Relevance),
        ("price", Self::Price),
        ("areaSqft", Self::Area),
        ("area", Self::Area),
        ("createdAt", Self::CreatedAt),
        ("newest", Self::CreatedAt),
        ("updatedAt", Self::UpdatedAt),
        ("favoritesCount", Self::Popularity),
        ("popularity", Self::Popularity),
        ("distance", Self::Distance),
    ];
}

/// One sort criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// What to sort by.
    pub by: SortBy,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Sort {
    /// Newest first.
    pub const NEWEST: Self = Self { by: SortBy::CreatedAt, descending: true };
    /// Best first, by relevance.
    pub const BEST: Self = Self { by: SortBy::Relevance, descending: true };

    /// The position of a listing by this criterion: smaller comes first.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "money, counts and times are far below 2^53")]
    pub fn part(self, query: &super::Query, standing: &impl Measured, text: f32) -> f64 {
        let value = match self.by {
            SortBy::Relevance => standing.relevance(text, query.at),
            SortBy::Price => standing.price() as f64,
            SortBy::Area => standing.area(),
            SortBy::CreatedAt => standing.created_at().micros() as f64,
            SortBy::UpdatedAt => standing.updated_at().micros() as f64,
            SortBy::Popularity => standing.favourites() as f64,
            SortBy::Distance => {
                let far = query.geo.near.zip(standing.at()).map(|(near, at)| kilometres(near.at, at));
                far.unwrap_or(f64::MAX)
            }
            SortBy::Likeness => query.like.map_or(0.0, |like| like.difference(standing)),
        };
        if self.descending { -value } else { value }
    }

    /// A lower bound of [`Self::part`], where a cheap one exists. It alone rules out most hits behind the last one
    /// kept.
    #[must_use]
    pub fn at_least(self, query: &super::Query, standing: &impl Measured, text: f32) -> f64 {
        match (self.by, self.descending) {
            (SortBy::Relevance, true) => -standing.relevance_at_most(text),
            (SortBy::Distance, false) => {
                let far =
                    query.geo.near.zip(standing.at()).map(|(near, at)| kilometres_at_least(near.at, at));
                far.unwrap_or(f64::MAX)
            }
            (SortBy::Likeness, false) => {
                query.like.map_or(f64::NEG_INFINITY, |like| like.difference_at_least(standing))
            }
            _ => f64::NEG_INFINITY,
        }
    }
}

/// A listing that others are compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Like {
    /// Its price, in paise.
    pub price: i64,
    /// Its bedrooms.
    pub bedrooms: Option<Rooms>,
    /// Its coordinates, if given.
    pub at: Option<Coordinates>,
}

impl Like {
    /// A lower bound of [`Self::difference`] without logarithms and angles: the logarithm of x is at least 1 - 1/x.
    #[expect(clippy::cast_precision_loss, reason = "money below 2^53 paise")]
    fn difference_at_least(&self, other: &impl Measured) -> f64 {
        let (mine, theirs) = (self.price.max(1) as f64, other.price().max(1) as f64);
        1.0 - mine.min(theirs) / mine.max(theirs)
    }

    /// How dissimilar a listing is: a doubled price counts as much as four more bedrooms or fourteen kilometres.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "money below 2^53 paise")]
    fn difference(&self, other: &impl Measured) -> f64 {
        let price = (other.price().max(1) as f64 / self.price.max(1) as f64).ln().abs();
        let bedrooms = match (self.bedrooms, other.bedrooms()) {
            (Some(mine), Some(theirs)) => (mine.number() - theirs.number()).abs(),
            (None, None) => 0.0,
            _ => 1.0,
        };
        let far = self.at.zip(other.at()).map_or(0.25, |(mine, theirs)| kilometres(mine, theirs) / 20.0);
        price + bedrooms * 0.17 + far.min(1.0)
    }
}

/// A position in a sort order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key<I = Uuid> {
    /// The values of the sort criteria, oriented so that smaller comes first.
    pub parts: [f64; MOST_SORTS],
    /// Breaks ties.
    pub id: I,
}

impl Key {
    /// The position of a listing in the order of `query`.
    #[must_use]
    pub fn of(query: &super::Query, standing: &impl Measured, text: f32, id: Uuid) -> Self {
        Self { parts: Self::parts_of(query, standing, text), id }
    }

    /// The same without the tie-breaking id.
    #[must_use]
    pub fn parts_of(query: &super::Query, standing: &impl Measured, text: f32) -> [f64; MOST_SORTS] {
        let mut parts = [0.0; MOST_SORTS];
        for (part, sort) in parts.iter_mut().zip(&query.sort) {
            *part = sort.part(query, standing, text);
        }
        parts
    }
}

/// Compares two positions without the tie-breaking id.
#[must_use]
pub fn compare_parts(mine: &[f64; MOST_SORTS], theirs: &[f64; MOST_SORTS]) -> Ordering {
    let parts = mine.iter().zip(theirs).map(|(mine, theirs)| mine.total_cmp(theirs));
    parts.fold(Ordering::Equal, Ordering::then)
}

impl<I: Ord> Eq for Key<I> {}

impl<I: Ord> PartialOrd for Key<I> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<I: Ord> Ord for Key<I> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_parts(&self.parts, &other.parts).then_with(|| self.id.cmp(&other.id))
    }
}
