//! A journal in memory that promises what every journal promises. What it holds is durable: it outlives a crash,
//! everything else about it does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use domain::{Clock, Envelope, Log, Position, StreamId, TenantId, Timestamp, UserId, Version};
use journal::{
    Append, AppendError, Appended, Claim, EventQuery, Expected, Idempotency, Journal, JournalError, NewEvent,
    Refused, Replayed,
};
use tokio::sync::watch;
use uuid::Uuid;

const EPOCH: u32 = 1;
const KEPT: Duration = Duration::from_hours(24);

struct Answered {
    fingerprint: [u8; 32],
    replayed: Replayed,
    at: Duration,
}

/// What a crash leaves.
#[derive(Default)]
pub struct Durable {
    logs: [Vec<Envelope>; 2],
    streams: BTreeMap<StreamId, Vec<u64>>,
    claims: BTreeMap<(TenantId, &'static str, [u8; 32]), StreamId>,
    answered: BTreeMap<(String, String), Answered>,
}

impl Durable {
    pub fn log(&self, log: Log) -> &[Envelope] {
        &self.logs[log.index()]
    }

    fn one(&mut self, append: Append, now: Duration) -> Result<Appended, Refused> {
        self.answered.retain(|_, answered| now.saturating_sub(answered.at) <= KEPT);
        if let Some(appended) = self.done_before(&append) {
            return Ok(appended);
        }
        if let Some(asked) = &append.idempotency {
            self.not_answered(asked)?;
        }
        let seqs = self.streams.get(&append.stream).map_or(&[][..], Vec::as_slice);
        let version = seqs.len() as u64;
        let last =
            Position { log: append.stream.log(), epoch: EPOCH, seq: seqs.last().copied().unwrap_or(0) };
        match append.expected {
            Expected::Exactly(expected) if expected != version => {
                return Err(Refused::Conflict { expected, actual: version });
            }
            _ => {}
        }
        for claim in &append.claims.take {
            let owner = self.claims.get(&key(claim)).filter(|owner| **owner != append.stream);
            if let Some(owner) = owner.cloned() {
                return Err(Refused::Taken { kind: claim.kind, owner });
            }
        }
        let mut appended = Appended { version, position: last };
        if append.events.is_empty() {
            return Ok(appended);
        }
        for event in append.events {
            appended = self.add(&append.stream, event);
        }
        if append.claims.release_all {
            self.claims.retain(|_, owner| *owner != append.stream);
        }
        for claim in &append.claims.take {
            self.claims.insert(key(claim), append.stream.clone());
        }
        if let Some(Idempotency { scope, key, fingerprint, answer }) = append.idempotency {
            let replayed = Replayed { answer, appended };
            self.answered.insert((scope, key), Answered { fingerprint, replayed, at: now });
        }
        Ok(appended)
    }

    fn done_before(&self, append: &Append) -> Option<Appended> {
        let (Expected::Again { since }, Some(event)) = (append.expected, append.events.last()) else {
            return None;
        };
        let skip = usize::try_from(since).unwrap_or(usize::MAX);
        let log = self.log(append.stream.log());
        let found = log.iter().skip(skip).find(|stored| stored.event_id == event.event_id)?;
        Some(Appended { version: found.version, position: found.position })
    }

    fn not_answered(&self, asked: &Idempotency) -> Result<(), Refused> {
        match self.answered.get(&(asked.scope.clone(), asked.key.clone())) {
            Some(first) if first.fingerprint == asked.fingerprint => {
                Err(Refused::Replayed(first.replayed.clone()))
            }
            Some(_) => Err(Refused::KeyReused),
            None => Ok(()),
        }
    }

    fn add(&mut self, stream: &StreamId, event: NewEvent) -> Appended {
        let log = stream.log();
        let events = &mut self.logs[log.index()];
        let position = Position { log, epoch: EPOCH, seq: events.len() as u64 + 1 };
        let seqs = self.streams.entry(stream.clone()).or_default();
        seqs.push(position.seq);
        let version = seqs.len() as u64;
        events.push(Envelope {
            position,
            event_id: event.event_id,
            stream: stream.clone(),
            version,
            user_id: event.user_id,
            event_type: event.event_type,
            schema_version: event.schema_version,
            timestamp: event.timestamp,
            data: event.data,
            metadata: event.metadata,
        });
        Appended { version, position }
    }
}

fn key(claim: &Claim) -> (TenantId, &'static str, [u8; 32]) {
    (claim.tenant.clone(), claim.kind, claim.digest)
}

/// The journal of one life, over what the lives before it left.
pub struct ModelJournal {
    durable: Arc<Mutex<Durable>>,
    committed: [watch::Sender<u64>; 2],
    clock: Clock,
}

impl ModelJournal {
    pub fn open(durable: &Arc<Mutex<Durable>>, clock: &Clock) -> Self {
        let head = |log| durable.lock().unwrap().log(log).len() as u64;
        let committed = Log::ALL.map(|log| watch::channel(head(log)).0);
        Self { durable: Arc::clone(durable), committed, clock: clock.clone() }
    }

    fn durable(&self) -> MutexGuard<'_, Durable> {
        self.durable.lock().unwrap()
    }
}

#[async_trait]
impl Journal for ModelJournal {
    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let (log, now) = (append.stream.log(), self.clock.steady());
        let mut durable = self.durable();
        let appended = durable.one(append, now)?;
        self.committed[log.index()].send_replace(durable.log(log).len() as u64);
        Ok(appended)
    }

    async fn read_stream(&self, stream: &StreamId, after: Version) -> Result<Vec<Envelope>, JournalError> {
        let durable = self.durable();
        let own = durable.log(stream.log()).iter().filter(|e| e.stream == *stream && e.version > after);
        Ok(own.cloned().collect())
    }

    async fn read_after(&self, position: Position, limit: usize) -> Result<Vec<Envelope>, JournalError> {
        if position.epoch != EPOCH {
            return Err(JournalError::OtherHistory { asked: position, epoch: EPOCH });
        }
        let durable = self.durable();
        let skip = usize::try_from(position.seq).unwrap_or(usize::MAX);
        Ok(durable.log(position.log).iter().skip(skip).take(limit).cloned().collect())
    }

    async fn find(&self, query: &EventQuery) -> Result<Vec<Envelope>, JournalError> {
        let durable = self.durable();
        let mut found: Vec<_> = durable.log(query.log).iter().filter(|e| query.fits(e)).cloned().collect();
        if !query.oldest_first {
            found.reverse();
        }
        found.truncate(query.limit);
        Ok(found)
    }

    async fn read_user(
        &self,
        tenant: &TenantId,
        user: UserId,
        log: Log,
        after: (Timestamp, Uuid),
        limit: usize,
    ) -> Result<Vec<Envelope>, JournalError> {
        let durable = self.durable();
        let by = |e: &&Envelope| e.stream.tenant == *tenant && e.user_id == Some(user);
        let mut own: Vec<_> = durable.log(log).iter().filter(by).collect();
        own.retain(|e| (e.timestamp, e.event_id) > after);
        own.sort_by_key(|e| (e.timestamp, e.event_id));
        Ok(own.into_iter().take(limit).cloned().collect())
    }

    async fn head(&self, log: Log) -> Result<Position, JournalError> {
        Ok(Position { log, epoch: EPOCH, seq: self.durable().log(log).len() as u64 })
    }

    async fn owner(&self, claim: &Claim) -> Result<Option<StreamId>, JournalError> {
        Ok(self.durable().claims.get(&key(claim)).cloned())
    }

    fn committed(&self, log: Log) -> watch::Receiver<u64> {
        self.committed[log.index()].subscribe()
    }
}
