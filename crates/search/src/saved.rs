//! Searches that people keep, and how they are told of the homes that come to fit them.
//!
//! ```text
//! saved-search events -> rows + keys
//! property events     -> home's row -> keys of the home -> candidates -> Look::fits -> a delivery, or a digest's entry
//! delivery            -> Teller -> NOTIFICATION_REQUESTED of the person -> e-mail, text message, inbox
//! ```
//! Everything but the last step is a fold in the transaction of the group; ADR 20.

pub mod alert_sender;
pub mod alerts;
pub mod http;
pub mod matching;
pub mod projection;
mod requests;
mod schedule;
mod template_vars;

use std::collections::BTreeSet;

use domain::fields::Choice;
use domain::preferences::Channel;
use domain::saved_search::Frequency;
use domain::{FieldErrors, SavedSearchId, TenantId, Timestamp, UserId, Version};
use serde_json::{Map, Value};

use self::requests::SavedFilters;
use crate::query::Query;

/// A row of `saved_searches`.
#[derive(Clone, Debug)]
pub struct Saved {
    pub id: SavedSearchId,
    pub owner: UserId,
    pub name: String,
    pub filters: Map<String, Value>,
    pub channels: BTreeSet<Channel>,
    pub frequency: Frequency,
    pub enabled: bool,
    pub version: Version,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What [`Saved::read`] reads, in its order.
pub const COLUMNS: &str =
    "id, user_id, name, filters, channels, frequency, enabled, version, created_at, updated_at";

impl Saved {
    /// A row of [`COLUMNS`].
    pub fn read(row: &::projection::Row) -> Option<Self> {
        Some(Self {
            id: row.text(0)?.parse().ok()?,
            owner: row.text(1)?.parse().ok()?,
            name: row.text(2)?.to_owned(),
            filters: serde_json::from_str(row.text(3)?).ok()?,
            channels: channels(row.text(4)?),
            frequency: Frequency::from_word(row.text(5)?)?,
            enabled: row.int(6)? == 1,
            version: row.count(7),
            created_at: Timestamp::from_micros(row.int(8)?),
            updated_at: Timestamp::from_micros(row.int(9)?),
        })
    }
}

/// Channels of a column.
fn channels(words: &str) -> BTreeSet<Channel> {
    words.split(',').filter_map(Channel::from_word).collect()
}

/// How somebody is told who chose `channels`: what comes by letter or text message is in the inbox anyway.
pub fn ways(channels: &BTreeSet<Channel>) -> Vec<Channel> {
    let out: Vec<Channel> = channels.iter().copied().filter(|way| *way != Channel::InApp).collect();
    if out.is_empty() { channels.iter().copied().collect() } else { out }
}

/// The filters of a saved search as the query they are at a time.
///
/// # Errors
/// Whatever a search would refuse, by the names of its parameters; and a search for everything.
pub fn query(tenant: &TenantId, filters: Map<String, Value>, at: Timestamp) -> Result<Query, FieldErrors> {
    let SavedFilters(request) = http_kit::read(filters).map_err(|invalid| invalid.errors)?;
    Ok(request.asked_in(tenant, at, false).query)
}
