//! Hot listings in memory.

use ::projection::DocumentCache;
use domain::property::Listing;
use domain::{PropertyId, TenantId, Version};
use serde_json::value::RawValue;

use crate::document::Counts;

/// A listing as the read model holds it.
#[derive(Debug)]
pub struct CachedListing {
    pub listing: Listing,
    pub version: Version,
    pub counts: Counts,
    pub owner_gone: bool,
    /// So is whose account is suspended or switched off; then the home is on show again when that ends.
    pub owner_absent: bool,
    /// The serialised [`crate::document::Document`].
    pub body: Box<RawValue>,
}

pub type ListingCache = DocumentCache<(TenantId, PropertyId), CachedListing>;

/// Listings kept in memory.
pub const CAPACITY: u64 = 4_000;
