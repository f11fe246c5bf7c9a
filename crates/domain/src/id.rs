//! Identifiers: UUIDv7, so they sort by the time they were made; and the source that makes them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use rand::Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::time::Timestamp;

/// The id of one `K`; ids of different kinds do not mix.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Id<K>(Uuid, #[serde(skip)] PhantomData<fn() -> K>);

/// Marks ids of people.
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

/// A person.
pub type UserId = Id<UserKind>;
/// A listing.
pub type PropertyId = Id<PropertyKind>;
/// A signed-in session of a person.
pub type SessionId = Id<SessionKind>;
/// Somebody's interest in a listing.
pub type LeadId = Id<LeadKind>;
/// A complaint about a listing.
pub type ReportId = Id<ReportKind>;
/// A file somebody sent.
pub type FileId = Id<FileKind>;
/// Something a person is told.
pub type NotificationId = Id<NotificationKind>;
/// A search that a person keeps.
pub type SavedSearchId = Id<SavedSearchKind>;

impl<K> Id<K> {
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

/// The id of nothing.
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

/// Makes ids. The time comes in as an argument, the rest is drawn from the thread's secure generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ids;

impl Ids {
    /// A fresh UUIDv7 stamped with `now`.
    #[must_use]
    pub fn uuid(self, now: Timestamp) -> Uuid {
        let mut random = [0; 10];
        rand::rng().fill_bytes(&mut random);
        let millis = u64::try_from(now.micros() / 1000).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// A fresh id of any kind.
    #[must_use]
    pub fn id<K>(self, now: Timestamp) -> Id<K> {
        self.uuid(now).into()
    }
}
