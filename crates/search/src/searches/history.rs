//! Reads one person's past searches.

use ::projection::list_lengths::length_of;
use ::projection::{Row, ViewError, ViewStore};
use domain::activity::ActivityEvent;
use domain::{Log, Position, TenantId, Timestamp, UserId};
use journal::keys::KeyError;
use journal::{AggregateStore, DecodeError, JournalError};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::projection::SEARCHES;
use crate::request::SearchRequest;
use crate::understanding::UnderstoodQuery;

/// A past search.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastSearch {
    /// The id of the event that recorded the search.
    pub id: String,
    /// The words searched for, if any.
    search_query: Option<String>,
    /// All filters of the search, by request parameter; null when they can no longer be read.
    #[schema(value_type = Option<std::collections::BTreeMap<String, Value>>)]
    search_filters: Option<Map<String, Value>>,
    /// How the words were understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    understood: Option<UnderstoodQuery>,
    results_count: u64,
    /// The first listing opened within half an hour after the search and before the next one.
    selected_property_id: Option<String>,
    /// When the search was made.
    pub timestamp: Timestamp,
    #[serde(skip)]
    seq: u64,
}

impl PastSearch {
    fn read(row: &Row) -> Self {
        Self {
            id: row.text(0).unwrap_or_default().to_owned(),
            search_query: None,
            search_filters: None,
            understood: None,
            timestamp: Timestamp::from_micros(row.int(1).unwrap_or_default()),
            seq: row.count(2),
            results_count: row.count(3),
            selected_property_id: row.text(4).map(str::to_owned),
        }
    }

    /// Reads its words from the journal.
    async fn tell(&mut self, aggregates: &AggregateStore, log: Position) -> Result<(), PageError> {
        let found = aggregates.journal().read_after(log.at(self.seq.saturating_sub(1)), 1).await?;
        let event = found.iter().find(|event| event.event_id.to_string() == self.id);
        let filters = match event.map(|event| aggregates.decode(event)) {
            Some(Ok(ActivityEvent::Searched { filters, .. })) => filters,
            // A key that cannot be read is an error, not a search without words.
            Some(Err(DecodeError::Keys(error))) => return Err(error.into()),
            _ => return Ok(()),
        };
        self.search_filters = filters.into_value();
        let words = self.search_filters.as_ref().and_then(|told| told.get("query").or_else(|| told.get("q")));
        self.search_query = words.and_then(Value::as_str).map(str::to_owned);
        // Reading depends on the words alone, so the event need not keep what they mean.
        let query = self.search_filters.clone().and_then(|told| http_kit::read::<SearchRequest>(told).ok());
        self.understood = query.and_then(|request| request.understood());
        Ok(())
    }
}

/// The person whose searches are read.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The read model.
    pub store: &'a ViewStore,
    /// Their tenant.
    pub tenant: &'a TenantId,
    /// Their id.
    pub user: UserId,
}

impl Person<'_> {
    /// The total number of their searches.
    ///
    /// # Errors
    /// When the read model does not answer.
    pub async fn total(&self) -> Result<u64, ViewError> {
        let sql = format!("select {}", length_of(SEARCHES, "$2"));
        let rows = self.store.query(&sql, vec![self.tenant.as_str().into(), self.user.to_string().into()]);
        Ok(rows.await?.first().map_or(0, |row| row.count(0)))
    }

    /// A page of searches, newest first: `limit` of those older than `before`, after skipping `skip`.
    ///
    /// # Errors
    /// When the read model or the journal does not answer.
    pub async fn page(
        &self,
        aggregates: &AggregateStore,
        before: Option<(Timestamp, String)>,
        skip: u64,
        limit: u64,
    ) -> Result<Vec<PastSearch>, PageError> {
        let (at, id) = before.unwrap_or((Timestamp::from_micros(i64::MAX), String::new()));
        let sql = "select event_id, at, seq, results_count, selected_property_id from search_history
            where tenant = $1 and user_id = $2 and (at, event_id) < ($3, $4)
            order by at desc, event_id desc limit $5 offset $6";
        let row = vec![
            self.tenant.as_str().into(),
            self.user.to_string().into(),
            at.micros().into(),
            id.into(),
            limit.into(),
            skip.into(),
        ];
        let mut searches: Vec<PastSearch> =
            self.store.query(sql, row).await?.iter().map(PastSearch::read).collect();
        let log = aggregates.journal().head(Log::Activity).await?;
        for search in &mut searches {
            search.tell(aggregates, log).await?;
        }
        Ok(searches)
    }
}

/// A page cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The read model does not answer.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The journal does not answer.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A person's key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
}
