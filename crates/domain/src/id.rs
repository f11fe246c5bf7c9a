//! Identifiers: UUIDv7, which sort by creation time, and their generators.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use rand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// The id of one `K`. Ids of different kinds are different types.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Id<K>(Uuid, #[serde(skip)] PhantomData<fn() -> K>);

/// Marks ids of users.
#[derive(Debug)]
pub enum UserKind {}
/// Marks ids of listings.
#[derive(Debug)]
pub enum PropertyKind {}
/// Marks ids of sessions.
#[derive(Debug)]
pub enum SessionKind {}
/// Marks ids of leads.
#[derive(Debug)]
pub enum LeadKind {}
/// Marks ids of reports.
#[derive(Debug)]
pub enum ReportKind {}
/// Marks ids of files.
#[derive(Debug)]
pub enum FileKind {}
/// Marks ids of notifications.
#[derive(Debug)]
pub enum NotificationKind {}
/// Marks ids of saved searches.
#[derive(Debug)]
pub enum SavedSearchKind {}
/// Marks ids of reservations.
#[derive(Debug)]
pub enum ReservationKind {}
/// Marks ids of webhooks.
#[derive(Debug)]
pub enum WebhookKind {}
/// Marks ids of API keys.
#[derive(Debug)]
pub enum ApiKeyKind {}

/// A user.
pub type UserId = Id<UserKind>;
/// A listing.
pub type PropertyId = Id<PropertyKind>;
/// A signed-in session of a person.
pub type SessionId = Id<SessionKind>;
/// Somebody's interest in a listing.
pub type LeadId = Id<LeadKind>;
/// A complaint about a listing.
pub type ReportId = Id<ReportKind>;
/// An uploaded file.
pub type FileId = Id<FileKind>;
/// A notification.
pub type NotificationId = Id<NotificationKind>;
/// A saved search.
pub type SavedSearchId = Id<SavedSearchKind>;
/// A part of a product's stock that is held for somebody.
pub type ReservationId = Id<ReservationKind>;
/// A webhook.
pub type WebhookId = Id<WebhookKind>;
/// An API key.
pub type ApiKeyId = Id<ApiKeyKind>;

impl<K> Id<K> {
    /// The id of nothing.
    #[must_use]
    pub const fn nil() -> Self {
        Self(Uuid::nil(), PhantomData)
    }

    /// The bare UUID.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl<K> From<Uuid> for Id<K> {
    fn from(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }
}

/// The nil id.
impl<K> Default for Id<K> {
    fn default() -> Self {
        Uuid::nil().into()
    }
}

impl<K> FromStr for Id<K> {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(Self::from)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Generates ids. The time is an argument; the random part comes from the thread's secure generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids;

impl Ids {
    /// A new UUIDv7 with the timestamp `now`.
    #[must_use]
    pub fn uuid(self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        rand::rng().fill_bytes(&mut random);
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A new id of any kind.
    #[must_use]
    pub fn id<K>(self, now: Timestamp) -> Id<K> {
        self.uuid(now).into()
    }
}

/// Generates event ids. Each is greater than all before it, whatever the clock does, so ids show the order of
/// events. Clones share the counter.
///
/// The time in an id is that of the event or later: while the clock is behind the newest id, ids continue from
/// that one.
#[derive(Clone, Debug, Default)]
pub struct EventIds(Arc<Mutex<u128>>);

/// The bits of a UUIDv7 after its milliseconds, without version and variant: 12 and 62.
const LOW: u32 = 62;
const HIGH: u32 = 12;
const BEHIND_MILLIS: u32 = LOW + HIGH;

impl EventIds {
    /// A new id for an event that happens `now`.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Uuid {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = number(Ids.uuid(now));
        // Within the same millisecond, or after the clock was set back, step ahead by a random amount, so that
        // the next id cannot be guessed.
        let next = if fresh >> BEHIND_MILLIS > *last >> BEHIND_MILLIS {
            fresh
        } else {
            *last + 1 + u128::from(rand::rng().next_u32())
        };
        *last = next;
        uuid(next)
    }

    /// Makes all further ids greater than `seen`.
    pub fn follow(&self, seen: Uuid) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = number(seen).max(*last);
    }

    /// The smallest id that an event at `at` or later can have.
    #[must_use]
    pub fn first_of(at: Timestamp) -> Uuid {
        let millis = u64::try_from(at.micros() / 1000).unwrap_or_default();
        uuid(u128::from(millis) << BEHIND_MILLIS)
    }

    /// The time in an id, to the millisecond.
    #[must_use]
    pub fn time_of(id: Uuid) -> Timestamp {
        let millis = i64::try_from(number(id) >> BEHIND_MILLIS).unwrap_or(i64::MAX);
        Timestamp::from_micros(millis.saturating_mul(1000))
    }
}

/// The variable bits of an id, in their order.
fn number(id: Uuid) -> u128 {
    let bits = id.as_u128();
    let millis = bits >> 80;
    let high = (bits >> 64) & ((1 << HIGH) - 1);
    let low = bits & ((1 << LOW) - 1);
    (millis << BEHIND_MILLIS) | (high << LOW) | low
}

fn uuid(number: u128) -> Uuid {
    let (millis, high, low) =
        (number >> BEHIND_MILLIS, (number >> LOW) & ((1 << HIGH) - 1), number & ((1 << LOW) - 1));
    Uuid::from_u128((millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

    #[test]
    fn ids_of_events_grow_whatever_the_clock_does() {
        let ids = EventIds::default();
        let mut before = Uuid::nil();
        for (seconds, days) in [(0, 0), (0, 0), (1, 0), (-3600, 0), (0, 400), (0, 400), (0, 0), (3600, 0)] {
            for _ in 0..1000 {
                let id = ids.next(AT.plus_seconds(seconds + days * 86_400));
                assert!(id > before, "{id} is not behind {before}");
                assert_eq!((id.get_version_num(), id.get_variant()), (7, uuid::Variant::RFC4122));
                before = id;
            }
        }
        let restarted = EventIds::default();
        restarted.follow(before);
        restarted.follow(Ids.uuid(AT));
        assert!(restarted.next(AT) > before);
    }

    #[test]
    fn an_id_tells_its_time() {
        let ids = EventIds::default();
        let at = AT.plus_millis(7);
        let id = ids.next(at);
        assert_eq!(EventIds::time_of(id), at);
        assert!(EventIds::first_of(at) <= id && id < EventIds::first_of(at.plus_millis(1)));
        assert_eq!(EventIds::first_of(Timestamp::from_micros(i64::MIN)).as_u128() >> 80, 0);
    }
}
