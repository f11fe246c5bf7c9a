//! Saved searches, and the alerts about homes that come to match them.
//!
//! ```text
//! saved-search events -> rows + keys
//! property events     -> home's row -> keys of the home -> candidates -> PreparedHome::fits -> a delivery, or a digest's entry
//! delivery            -> AlertSender -> NOTIFICATION_REQUESTED of the person -> e-mail, text message, inbox
//! ```
//! All steps but the last run in the transaction of the group; see ADR 20.

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

/// The columns that [`Saved::read`] expects, in order.
pub const COLUMNS: &str =
    "id, user_id, name, filters, channels, frequency, enabled, version, created_at, updated_at";

impl Saved {
    /// Reads a row of [`COLUMNS`].
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

/// Parses the channels of a column.
fn channels(words: &str) -> BTreeSet<Channel> {
    words.split(',').filter_map(Channel::from_word).collect()
}

/// The channels by which to notify a person who chose `channels`. E-mails and text messages appear in the inbox
/// anyway, so the inbox is used only if it is the only choice.
pub fn ways(channels: &BTreeSet<Channel>) -> Vec<Channel> {
    let out: Vec<Channel> = channels.iter().copied().filter(|way| *way != Channel::InApp).collect();
    if out.is_empty() { channels.iter().copied().collect() } else { out }
}

/// Turns the filters of a saved search into a query at the time `at`.
///
/// # Errors
/// Everything a search would refuse, by parameter name; also a search without any condition.
pub fn query(tenant: &TenantId, filters: Map<String, Value>, at: Timestamp) -> Result<Query, FieldErrors> {
    let SavedFilters(request) = http_kit::read(filters).map_err(|invalid| invalid.errors)?;
    Ok(request.asked_in(tenant, at, false).query)
}
