//! An in-memory cache of frequently read listings.

use ::projection::DocumentCache;
use domain::property::Listing;
use domain::{PropertyId, TenantId, Version};
use serde_json::value::RawValue;

use crate::document::Counts;

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

/// Maximum number of cached listings.
pub const CAPACITY: u64 = 4_000;
