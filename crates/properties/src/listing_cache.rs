//! An in-memory cache of frequently read listings.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::projection::DocumentCache;
use domain::property::Listing;
use domain::{PropertyId, TenantId, Version};
use http_kit::Cursor;
use serde_json::value::RawValue;

use crate::document::Counts;
use crate::queries::lists::{HomeList, Sort};

/// A listing as stored in the read model.
#[derive(Debug)]
pub struct CachedListing {
    pub listing: Listing,
    pub version: Version,
    pub counts: Counts,
    pub owner_gone: bool,
    /// Whether the owner left, or their account is suspended or deactivated. The listing is shown again once a
    /// suspension or deactivation ends.
    pub owner_absent: bool,
    /// The serialised [`crate::document::Document`].
    pub body: Box<RawValue>,
}

pub type ListingCache = DocumentCache<(TenantId, PropertyId), CachedListing>;

/// Which homes are on a page of a list. Kept until an event may have changed a list.
#[derive(Debug)]
pub struct FoundPage {
    pub ids: Vec<PropertyId>,
    /// The length of the whole list.
    pub length: u64,
    pub next: Option<Cursor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageKey {
    pub tenant: TenantId,
    pub list: HomeList,
    pub sort: Sort,
    pub page: u64,
    pub size: u64,
    pub cursor: Option<String>,
}

/// What answers lists without a query: pages, and the homes on them.
#[derive(Debug)]
pub struct Caches {
    pub listings: ListingCache,
    pub pages: DocumentCache<PageKey, FoundPage>,
}

impl Caches {
    pub fn new() -> Self {
        Self { listings: ListingCache::new(CAPACITY), pages: DocumentCache::new(PAGES) }
    }

    pub fn forget_all(&self) {
        self.listings.forget_all();
        self.pages.forget_all();
    }
}

/// Maximum number of cached pages.
const PAGES: u64 = 1_000;
/// Maximum number of cached listings.
const CAPACITY: u64 = 4_000;

/// The newest versions of listings that this process wrote and that the read model may not have yet. Until it has them,
/// everybody's detail is made from the journal: a listing that was removed, or taken off the market, is not shown again
/// after the answer that said so.
#[derive(Debug, Default)]
pub struct WrittenVersions(Mutex<HashMap<(TenantId, PropertyId), Version>>);

/// Beyond this many, the oldest writes are long applied, or the group is paused and everything is old.
const MOST_WRITTEN: usize = 100_000;

impl WrittenVersions {
    fn written(&self) -> MutexGuard<'_, HashMap<(TenantId, PropertyId), Version>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a write before it is answered.
    pub fn note(&self, tenant: &TenantId, id: PropertyId, version: Version) {
        let mut written = self.written();
        if written.len() >= MOST_WRITTEN {
            written.clear();
        }
        let newest = written.entry((tenant.clone(), id)).or_default();
        *newest = version.max(*newest);
    }

    /// Whether a listing of the read model at `version` is older than what was written.
    pub fn are_ahead_of(&self, tenant: &TenantId, id: PropertyId, version: Version) -> bool {
        let mut written = self.written();
        if written.is_empty() {
            return false;
        }
        let key = (tenant.clone(), id);
        let ahead = written.get(&key).is_some_and(|newest| *newest > version);
        if !ahead {
            written.remove(&key);
        }
        ahead
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_until_the_read_model_has_it() {
        let (written, tenant) = (WrittenVersions::default(), TenantId::stored("t"));
        let id = PropertyId::from(domain::Ids.uuid(domain::Timestamp::from_micros(1)));
        assert!(!written.are_ahead_of(&tenant, id, 0));
        written.note(&tenant, id, 3);
        written.note(&tenant, id, 2);
        assert!(written.are_ahead_of(&tenant, id, 2) && written.are_ahead_of(&tenant, id, 0));
        assert!(!written.are_ahead_of(&tenant, id, 3) && written.written().is_empty());
    }
}
