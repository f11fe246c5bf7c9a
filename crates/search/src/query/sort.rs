//! Orders. A place in an order is a row of numbers and an id, so a cursor is a place and not a count.

use std::cmp::Ordering;

use domain::property::content::Coordinates;
use uuid::Uuid;

use super::{kilometres, kilometres_at_least};
use crate::ranking::Measured;

/// Parts of an order.
pub const MOST_SORTS: usize = 3;

/// What an order goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// Text, times what speaks for the listing.
    Relevance,
    /// The price.
    Price,
    /// The area; what names none is the smallest.
    Area,
    /// When it was listed.
    CreatedAt,
    /// When it was changed.
    UpdatedAt,
    /// How many people saved it.
    Popularity,
    /// How far it is; what is nowhere on the map is the farthest.
    Distance,
    /// How much it is like another one.
    Likeness,
}

impl SortBy {
    /// The words of requests.
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

/// One part of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// What it goes by.
    pub by: SortBy,
    /// The largest first.
    pub descending: bool,
}

impl Sort {
    /// The newest first.
    pub const NEWEST: Self = Self { by: SortBy::CreatedAt, descending: true };
    /// The best first.
    pub const BEST: Self = Self { by: SortBy::Relevance, descending: true };

    /// The place of a listing in this part of an order: smaller comes first.
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

    /// No more than [`Self::part`], where it can be had for less: most hits are behind the last one kept by this alone.
    #[must_use]
    pub fn at_least(self, query: &super::Query, standing: &impl Measured, text: f32) -> f64 {
        match (self.by, self.descending) {
            (SortBy::Relevance, true) => -standing.relevance_at_most(text),
            (SortBy::Distance, false) => {
                let far =
                    query.geo.near.zip(standing.at()).map(|(near, at)| kilometres_at_least(near.at, at));
                far.unwrap_or(f64::MAX)
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
    pub bedrooms: Option<u8>,
    /// Its place.
    pub at: Option<Coordinates>,
}

impl Like {
    /// How unlike a listing is: a doubled price counts like four bedrooms more or fourteen kilometres.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "money below 2^53 paise")]
    fn difference(&self, other: &impl Measured) -> f64 {
        let price = (other.price().max(1) as f64 / self.price.max(1) as f64).ln().abs();
        let bedrooms = match (self.bedrooms, other.bedrooms()) {
            (Some(mine), Some(theirs)) => f64::from(mine.abs_diff(theirs)),
            (None, None) => 0.0,
            _ => 1.0,
        };
        let far = self.at.zip(other.at()).map_or(0.25, |(mine, theirs)| kilometres(mine, theirs) / 20.0);
        price + bedrooms * 0.17 + far.min(1.0)
    }
}

/// A place in an order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Key {
    /// The parts of the order, turned so that smaller comes first.
    pub parts: [f64; MOST_SORTS],
    /// Settles ties.
    pub id: Uuid,
}

impl Key {
    /// The place of a listing in the order of `query`.
    #[must_use]
    pub fn of(query: &super::Query, standing: &impl Measured, text: f32, id: Uuid) -> Self {
        Self { parts: Self::parts_of(query, standing, text), id }
    }

    /// The same without what settles ties.
    #[must_use]
    pub fn parts_of(query: &super::Query, standing: &impl Measured, text: f32) -> [f64; MOST_SORTS] {
        let mut parts = [0.0; MOST_SORTS];
        for (part, sort) in parts.iter_mut().zip(&query.sort) {
            *part = sort.part(query, standing, text);
        }
        parts
    }

    /// How two places without what settles ties follow each other.
    #[must_use]
    pub fn compare_parts(mine: &[f64; MOST_SORTS], theirs: &[f64; MOST_SORTS]) -> Ordering {
        let parts = mine.iter().zip(theirs).map(|(mine, theirs)| mine.total_cmp(theirs));
        parts.fold(Ordering::Equal, Ordering::then)
    }
}

impl Eq for Key {}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        Self::compare_parts(&self.parts, &other.parts).then_with(|| self.id.cmp(&other.id))
    }
}
