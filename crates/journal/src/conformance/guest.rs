//! A separate tenant in a journal that others use too.

use std::fmt::Display;
use std::sync::Arc;

use domain::{Envelope, Ids, Log, Position, StreamId, TenantId, Timestamp, Version};
use uuid::Uuid;

use crate::{
    Append, AppendError, Appended, Expected, Idempotency, Journal, JournalError, NewEvent, Refused,
    UniqueKey, UniqueKeys,
};

/// The time of all events in these checks.
pub const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

#[derive(Clone)]
pub struct Guest {
    pub journal: Arc<dyn Journal>,
    pub tenant: TenantId,
}

impl Guest {
    pub fn arrive(journal: &Arc<dyn Journal>) -> Self {
        let tenant = TenantId::stored(&format!("t-{}", Ids.uuid(AT)));
        Self { journal: Arc::clone(journal), tenant }
    }

    pub fn stream(&self, log: Log, id: impl Display) -> StreamId {
        let kind = match log {
            Log::Facts => "parcel",
            Log::Activity => "activity",
        };
        StreamId::new(&self.tenant, kind, id)
    }

    pub fn unique_key(&self, kind: &'static str, name: u8) -> UniqueKey {
        UniqueKey { tenant: self.tenant.clone(), kind, digest: [name; 32] }
    }

    /// An idempotency key of this tenant, with its answer.
    pub fn once(&self, key: &str, fingerprint: u8, answer: &str) -> Idempotency {
        let scope = self.tenant.to_string();
        let key = key.to_owned();
        Idempotency { scope, key, fingerprint: [fingerprint; 32], answer: answer.to_owned() }
    }

    /// Appends, and panics if the journal is unavailable, because that breaks a guarantee too.
    pub async fn append(&self, append: Append) -> Result<Appended, Refused> {
        match self.journal.append(append).await {
            Ok(appended) => Ok(appended),
            Err(AppendError::Refused(refused)) => Err(refused),
            Err(AppendError::Journal(error)) => panic!("the journal did not answer: {error}"),
        }
    }

    pub async fn events(&self, stream: &StreamId) -> Vec<Envelope> {
        self.journal.read_stream(stream, 0).await.unwrap()
    }

    /// The number of events of a stream; checks that their versions are consecutive.
    pub async fn length(&self, stream: &StreamId) -> Version {
        let events = self.events(stream).await;
        let mut length = 0;
        for event in events {
            length += 1;
            assert_eq!((&event.stream, event.version), (stream, length), "versions have no hole");
        }
        length
    }

    pub async fn owner(&self, unique_key: &UniqueKey) -> Option<StreamId> {
        self.journal.owner(unique_key).await.unwrap()
    }

    pub async fn head(&self, log: Log) -> Position {
        let head = self.journal.head(log).await.unwrap();
        assert_eq!(head.log, log);
        head
    }

    /// Reads a page after `cursor`, checks that it is in order and without a gap, and advances the cursor.
    pub async fn page(&self, cursor: &mut Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        let page = self.journal.read_after(*cursor, limit).await?;
        assert!(page.len() <= limit, "{} events on a page of {limit}", page.len());
        for event in &page {
            assert_eq!(event.position, cursor.at(cursor.seq + 1), "positions count 1, 2, 3");
            assert_eq!(event.stream.log(), cursor.log);
            *cursor = event.position;
        }
        Ok(page)
    }

    /// This tenant's events after `start`, read in pages of `limit` up to the head at the time of the call.
    pub async fn own_after(&self, start: Position, limit: usize) -> Vec<Envelope> {
        let end = self.head(start.log).await;
        let mut cursor = start;
        let mut own = Vec::new();
        while cursor.seq < end.seq {
            let page = self.page(&mut cursor, limit).await.unwrap();
            assert!(!page.is_empty(), "nothing after {cursor} although the head is {end}");
            own.extend(page.into_iter().filter(|event| event.stream.tenant == self.tenant));
        }
        own
    }
}

pub fn event() -> NewEvent {
    NewEvent {
        event_id: Ids.uuid(AT),
        user_id: None,
        event_type: "PARCEL_SENT".into(),
        schema_version: 1,
        timestamp: AT,
        data: "{}".into(),
        metadata: "{}".into(),
    }
}

/// An append of `count` events, without unique keys or idempotency key.
pub fn append(stream: &StreamId, expected: Expected, count: usize) -> Append {
    let events = (0..count).map(|_| event()).collect();
    Append {
        stream: stream.clone(),
        expected,
        events,
        unique_keys: UniqueKeys::default(),
        limits: Vec::new(),
        idempotency: None,
    }
}

/// An append of one event that claims `unique_keys`.
pub fn taking(stream: &StreamId, unique_keys: &[&UniqueKey]) -> Append {
    let take = unique_keys.iter().copied().cloned().collect();
    Append { unique_keys: UniqueKeys::taking(take), ..append(stream, Expected::Any, 1) }
}

pub fn ids(append: &Append) -> Vec<Uuid> {
    append.events.iter().map(|event| event.event_id).collect()
}
