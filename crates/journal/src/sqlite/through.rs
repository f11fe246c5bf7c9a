//! Reads across archived segments and rows, with the same events, order and filters wherever an event is stored.

use std::sync::Arc;

use domain::{Envelope, StreamId, TenantId, Timestamp, UserId, Version};
use rusqlite::types::Value as SqlValue;
use rusqlite::{params, params_from_iter};
use uuid::Uuid;

use super::reader::{LogSnapshot, Readers};
use super::segment::{Segment, SegmentProbe, Term};
use super::segments::Registered;
use crate::{EventQuery, JournalError};

/// A number as SQLite's signed integer, capped at its maximum.
fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Readers {
    fn open(&self, segment: &Registered) -> Result<Arc<Segment>, JournalError> {
        let unknown = || JournalError::Unavailable("this log has no segments".into());
        self.segments.as_ref().ok_or_else(unknown)?.open(segment)
    }

    /// All events of the block that match.
    fn all(
        &self,
        segment: &Segment,
        block: usize,
        probe: SegmentProbe<'_>,
    ) -> Result<Vec<Envelope>, JournalError> {
        segment.events(block, probe, (self.start, 0, usize::MAX))
    }

    /// Stops with an error at a gap.
    pub fn after(&self, seq: u64, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        let to = seq.saturating_add(limit as u64);
        let archived = "last_position > ?1 and first_position <= ?2 order by first_position";
        let LogSnapshot { archived, rows } =
            self.look((archived, [sql(seq), sql(to)]), |connection, last| {
                if to <= last {
                    return Ok(Vec::new());
                }
                let from = seq.max(last);
                let limit = sql(to - from);
                self.rows(connection, "position > ?1 order by position limit ?2", [sql(from), limit])
            })?;
        let mut found = Vec::new();
        for segment in &archived {
            let segment = self.open(segment)?;
            for block in segment.after(seq) {
                if found.len() == limit {
                    break;
                }
                let page = (self.start, seq, limit - found.len());
                found.extend(segment.events(block, SegmentProbe::default(), page)?);
            }
        }
        found.extend(rows);
        for (expected, envelope) in (seq + 1..).zip(&found) {
            if envelope.position.seq != expected {
                let log = self.start.log;
                let found = envelope.position.seq;
                return Err(JournalError::Hole { log, after: expected - 1, found });
            }
        }
        Ok(found)
    }

    pub fn stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        let tenant = stream.tenant.as_str();
        let id = &*stream.id;
        let kind = &*stream.kind;
        let archived = "last_position >= (select first_position from streams
                      where id = ?1 and type = ?2 and tenant = ?3) order by first_position";
        let LogSnapshot { archived, rows } = self.look((archived, [id, kind, tenant]), |connection, last| {
            self.rows(
                connection,
                "aggregate_id = ?1 and version > ?2 and aggregate_type = ?3 and tenant_id = ?4 and +position > ?5
                 order by version",
                params![id, after, kind, tenant, sql(last)],
            )
        })?;
        let (mut found, probe) =
            (Vec::new(), SegmentProbe { tenant: Some(tenant), id: Some(id), ..SegmentProbe::default() });
        for segment in &archived {
            let segment = self.open(segment)?;
            for block in segment.with(tenant, &[Term::Id(id), Term::Kind(kind)])? {
                found.extend(self.all(&segment, block, probe)?);
            }
        }
        found.retain(|event| event.stream == *stream && event.version > after);
        found.extend(rows);
        Ok(found)
    }

    pub fn user(
        &self,
        tenant: &TenantId,
        user: UserId,
        (at, id): (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        let archived = ("max_timestamp >= ?1 order by min_timestamp", [at.micros()]);
        let LogSnapshot { archived, rows: mut found } = self.look(archived, |connection, last| {
            self.rows(
                connection,
                "user_id = ?1 and (timestamp, event_id) > (?2, ?3) and tenant_id = ?4 and +position > ?6
                 order by timestamp, event_id limit ?5",
                params![
                    user.uuid().as_bytes(),
                    at.micros(),
                    id.as_bytes(),
                    tenant.as_str(),
                    limit,
                    sql(last)
                ],
            )
        })?;
        let order = |event: &Envelope| (event.timestamp, event.event_id);
        // Whether events from `time` on can be among the first `limit`.
        let wanted = |found: &Vec<Envelope>, time| {
            limit > 0 && found.get(limit - 1).is_none_or(|e| time <= e.timestamp)
        };
        let probe =
            SegmentProbe { tenant: Some(tenant.as_str()), user: Some(user), ..SegmentProbe::default() };
        for registered in &archived {
            if !wanted(&found, registered.times.0) {
                break;
            }
            let segment = self.open(registered)?;
            let mut blocks = segment.with(tenant.as_str(), &[Term::User(user)])?;
            blocks.sort_by_key(|block| segment.about(*block).times.0);
            for block in blocks {
                let (from, to) = segment.about(block).times;
                if to < at || !wanted(&found, from) {
                    continue;
                }
                let events = self.all(&segment, block, probe)?;
                found.extend(events.into_iter().filter(|event| order(event) > (at, id)));
                found.sort_by_key(order);
                found.truncate(limit);
            }
        }
        Ok(found)
    }

    pub fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        let order = if query.oldest_first { "asc" } else { "desc" };
        let (condition, values) = segments_for(query);
        let condition = format!("{condition} order by first_position {order}");
        let LogSnapshot { archived, rows } =
            self.look((&condition, params_from_iter(values)), |connection, last| {
                let (conditions, mut params) = rows_for(query);
                params.extend([sql(last).into(), sql(query.limit as u64).into()]);
                let condition = format!("{conditions} and +position > ? order by position {order} limit ?");
                self.rows(connection, &condition, params_from_iter(params))
            })?;
        let (mut found, last) = if query.oldest_first { (Vec::new(), rows) } else { (rows, Vec::new()) };
        let tenant = query.tenant.as_str();
        let terms = terms_of(query);
        let probe = SegmentProbe {
            tenant: Some(tenant),
            user: query.user,
            id: query.id.as_deref(),
            event_type: query.event_type.as_deref(),
        };
        for segment in &archived {
            if found.len() >= query.limit {
                break;
            }
            let segment = self.open(segment)?;
            let mut blocks = segment.with(tenant, &terms)?;
            blocks.retain(|block| segment.about(*block).may_hold(query));
            if !query.oldest_first {
                blocks.reverse();
            }
            for block in blocks {
                if found.len() >= query.limit {
                    break;
                }
                let mut events = self.all(&segment, block, probe)?;
                events.retain(|event| query.fits(event));
                if !query.oldest_first {
                    events.reverse();
                }
                found.extend(events);
            }
        }
        found.extend(last);
        found.truncate(query.limit);
        Ok(found)
    }
}

/// The SQL conditions for matching rows, without order and limit.
fn rows_for(query: &EventQuery) -> (String, Vec<SqlValue>) {
    let mut conditions = vec!["tenant_id = ?"];
    let mut params: Vec<SqlValue> = vec![query.tenant.to_string().into()];
    let mut also = |condition, value: Option<SqlValue>| {
        if let Some(value) = value {
            conditions.push(condition);
            params.push(value);
        }
    };
    also("position < ?", query.before.map(|seq| sql(seq).into()));
    also("position > ?", query.after.map(|seq| sql(seq).into()));
    also("aggregate_id = ?", query.id.clone().map(SqlValue::from));
    also("aggregate_type = ?", query.kind.clone().map(SqlValue::from));
    also("user_id = ?", query.user.map(|user| user.uuid().as_bytes().to_vec().into()));
    also("event_type = ?", query.event_type.clone().map(SqlValue::from));
    also("timestamp >= ?", query.from.map(|at| at.micros().into()));
    also("timestamp <= ?", query.to.map(|at| at.micros().into()));
    (conditions.join(" and "), params)
}

/// The SQL condition for segments that may contain matching events.
fn segments_for(query: &EventQuery) -> (&'static str, [i64; 4]) {
    let from = query.from.map_or(i64::MIN, Timestamp::micros);
    let to = query.to.map_or(i64::MAX, Timestamp::micros);
    let before = query.before.map_or(i64::MAX, sql);
    let after = query.after.map_or(-1, sql);
    let condition = "first_position < ? and last_position > ? and max_timestamp >= ? and min_timestamp <= ?";
    (condition, [before, after, from, to])
}

/// The terms of a query that the block index covers.
fn terms_of(query: &EventQuery) -> Vec<Term<'_>> {
    let named = [
        query.user.map(Term::User),
        query.id.as_deref().map(Term::Id),
        query.kind.as_deref().map(Term::Kind),
        query.event_type.as_deref().map(Term::EventType),
    ];
    [Term::Tenant].into_iter().chain(named.into_iter().flatten()).collect()
}
