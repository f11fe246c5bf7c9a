//! A user who appends to streams shared with others, sometimes gives up waiting, and reads their own writes.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use domain::{Position, StreamId, TenantId, UserId};
use journal::{Append, AppendError, Appended, Expected, Idempotency, NewEvent, Refused, UniqueKeys};
use uuid::Uuid;

use crate::actors::Life;
use crate::reader::look;
use crate::rows::{FOR_EVER, IGNORED};
use crate::truth;

/// A user's memory over all lives.
pub struct Writer {
    number: u64,
    left: u64,
    made: u64,
    /// An append that was sent but not confirmed: it is sent again, with its idempotency key or as another try.
    doubtful: Option<Append>,
    pub acknowledged: Vec<(Uuid, Position)>,
    pub newest: [Option<Position>; 2],
}

pub fn tenant() -> TenantId {
    TenantId::stored("t")
}

impl Writer {
    pub fn new(number: u64, left: u64) -> Arc<Mutex<Self>> {
        let doubtful = None;
        let acknowledged = Vec::new();
        let newest = [None; 2];
        Arc::new(Mutex::new(Self { number, left, made: 0, doubtful, acknowledged, newest }))
    }

    pub fn user(&self) -> UserId {
        Uuid::from_u128(self.number.into()).into()
    }

    fn next(&mut self, life: &Life, heads: [Position; 2]) -> Option<Append> {
        if self.doubtful.is_some() {
            return self.doubtful.clone();
        }
        self.left = self.left.checked_sub(1)?;
        let kind = match life.chaos.draw(1, 10) {
            1 => IGNORED,
            2..=6 => "note",
            _ => "activity",
        };
        let stream = StreamId::new(&tenant(), kind, format!("k{}", life.chaos.draw(1, 5)));
        let events: Vec<_> = (0..life.chaos.draw(1, 3)).map(|_| self.event(life)).collect();
        let once = || Idempotency {
            scope: self.number.to_string(),
            key: self.made.to_string(),
            fingerprint: [0; 32],
            answer: String::new(),
        };
        let idempotency = life.chaos.one_in(2).then(once);
        let mut append = Append {
            stream,
            expected: Expected::Any,
            events,
            unique_keys: UniqueKeys::default(),
            limits: Vec::new(),
            idempotency,
        };
        let first = append.clone();
        if append.idempotency.is_none() {
            append.expected = Expected::Again { since: heads[append.stream.log().index()].seq };
        }
        self.doubtful = Some(append);
        Some(first)
    }

    fn event(&mut self, life: &Life) -> NewEvent {
        self.made += 1;
        let event_id = Uuid::from_u128((u128::from(self.number) << 64) + u128::from(self.made));
        if life.chaos.fails(12) {
            let times = if life.chaos.one_in(3) { FOR_EVER } else { life.chaos.draw(1, 5) };
            life.rows.poison(event_id, times);
            if life.chaos.one_in(2) {
                life.outside.poison(event_id);
            }
        }
        NewEvent {
            event_id,
            user_id: Some(self.user()),
            event_type: "NOTED".into(),
            schema_version: 1,
            timestamp: life.clock.now(),
            data: "{}".into(),
            metadata: "{}".into(),
        }
    }

    fn done(&mut self, events: &[NewEvent], Appended { position, .. }: Appended) {
        self.doubtful = None;
        let first = position.seq + 1 - events.len() as u64;
        self.acknowledged.extend(events.iter().zip(first..).map(|(e, seq)| (e.event_id, position.at(seq))));
        let newest = &mut self.newest[position.log.index()];
        *newest = newest.filter(|known| known.seq > position.seq).or(Some(position));
    }

    /// The journal was restored from a backup: later writes are gone, and their positions no longer mean
    /// anything.
    pub fn restored(&mut self, heads: [Position; 2], there: &BTreeMap<Uuid, Position>) {
        let kept = self.acknowledged.iter().filter_map(|(id, _)| Some((*id, *there.get(id)?)));
        self.acknowledged = kept.collect();
        self.newest = heads.map(|head| {
            let own = self.acknowledged.iter().map(|(_, at)| *at).filter(|at| at.log == head.log);
            own.max_by_key(|at| at.seq)
        });
        if let Some(Append { expected: Expected::Again { since }, stream, .. }) = &mut self.doubtful {
            *since = heads[stream.log().index()].seq.min(*since);
        }
    }
}

/// Appends, unless the user gives up waiting; then nobody gets the answer.
async fn append(life: &Life, append: Append) -> Option<Result<Appended, AppendError>> {
    let patience = if life.chaos.fails(6) { life.chaos.draw(0, 12) } else { u64::MAX };
    let gone = async {
        for _ in 0..patience {
            tokio::task::yield_now().await;
        }
    };
    if patience == u64::MAX {
        return Some(life.journal.append(append).await);
    }
    tokio::select! {
        biased;
        done = life.journal.append(append) => Some(done),
        () = gone => {
            life.chaos.note("a caller goes away");
            None
        }
    }
}

/// Writes until there is nothing left to write.
pub async fn write(life: Arc<Life>, writer: Arc<Mutex<Writer>>) {
    loop {
        life.chaos.sleep(0, 120).await;
        let heads = truth::heads(&life.truth).await;
        let Some(mut next) = writer.lock().unwrap().next(&life, heads) else { break };
        if next.expected == Expected::Any
            && life.chaos.one_in(4)
            && let Ok(events) = life.journal.read_stream(&next.stream, 0).await
        {
            next.expected = Expected::Exactly(events.len() as u64);
        }
        let events = next.events.clone();
        match append(&life, next).await {
            Some(Ok(appended)) => done(&life, &writer, &events, appended),
            Some(Err(AppendError::Refused(Refused::Replayed(first)))) => {
                done(&life, &writer, &events, first.appended);
            }
            Some(Err(AppendError::Refused(Refused::Conflict { .. }) | AppendError::Journal(_))) | None => {}
            Some(Err(other)) => life.chaos.broken(other),
        }
        if life.chaos.one_in(2) {
            look(&life, &writer, 300).await;
        }
    }
    life.busy.fetch_sub(1, Ordering::SeqCst);
}

fn done(life: &Life, writer: &Mutex<Writer>, events: &[NewEvent], appended: Appended) {
    let mut writer = writer.lock().unwrap();
    writer.done(events, appended);
    life.seen.remember(&tenant(), writer.user(), appended.position);
}

/// Appends one more event, by another user.
pub async fn write_one(life: &Arc<Life>) {
    let heads = truth::heads(&life.truth).await;
    let number = 1000 + heads.iter().map(|head| head.seq).sum::<u64>();
    life.busy.fetch_add(1, Ordering::SeqCst);
    write(Arc::clone(life), Writer::new(number, 1)).await;
}
