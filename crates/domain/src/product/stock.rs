//! How many of a product there are, and who holds some of them for a while.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ProductRejection;
use crate::id::{ReservationId, UserId};
use crate::time::Timestamp;

/// The largest stock.
pub const MOST_STOCK: u64 = 1_000_000_000;

/// The most that one purchase or one reservation takes.
pub const MOST_AT_ONCE: u64 = 1_000;

/// The most that somebody reserves whose e-mail address is not confirmed.
pub const MOST_UNCONFIRMED: u64 = 5;

/// The longest reservation, in minutes.
pub const LONGEST_RESERVATION: i64 = 60;
/// The usual reservation, in minutes.
pub const USUAL_RESERVATION: i64 = 15;

/// Why the stock changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StockChange {
    /// Its seller counted again.
    Adjusted,
    /// Somebody bought some.
    Purchased,
}

/// A part of the stock that somebody holds until a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// Who holds it.
    pub user: UserId,
    /// How many.
    pub quantity: u64,
    /// From then on it is void.
    pub expires_at: Timestamp,
}

/// The stock of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stock {
    /// How many there are; `None` if nobody counts them.
    pub quantity: Option<u64>,
    /// Who holds some of them. A reservation that has expired may still be listed.
    pub reservations: Vec<Reservation>,
}

impl Stock {
    /// How many `user` can take now; `None` if nobody counts them. Their own reservation is theirs to take.
    #[must_use]
    pub fn available_to(&self, user: Option<UserId>, now: Timestamp) -> Option<u64> {
        let held = self.reservations.iter().filter(|held| held.expires_at > now && Some(held.user) != user);
        let held = held.fold(0_u64, |sum, held| sum.saturating_add(held.quantity));
        self.quantity.map(|quantity| quantity.saturating_sub(held))
    }

    /// Whether `user` can take so many.
    ///
    /// # Errors
    /// With what is left for them.
    pub fn allows(&self, user: UserId, quantity: u64, now: Timestamp) -> Result<(), ProductRejection> {
        match self.available_to(Some(user), now) {
            Some(available) if available < quantity => Err(ProductRejection::OutOfStock { available }),
            _ => Ok(()),
        }
    }

    /// The reservation of `user` that is not over.
    #[must_use]
    pub fn held_by(&self, user: UserId, now: Timestamp) -> Option<&Reservation> {
        self.reservations.iter().find(|held| held.user == user && held.expires_at > now)
    }

    /// Replaces a person's reservation, and forgets those that were over at `at`.
    pub(super) fn hold(&mut self, reservation: Reservation, at: Timestamp) {
        self.release(reservation.user, at);
        self.reservations.push(reservation);
    }

    /// Ends a person's reservation, and forgets those that were over at `at`.
    pub(super) fn release(&mut self, user: UserId, at: Timestamp) {
        self.reservations.retain(|held| held.user != user && held.expires_at > at);
    }
}
