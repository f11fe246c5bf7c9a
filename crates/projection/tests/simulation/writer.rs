//! A person who appends to streams they share with others, and reads their own writes.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bus::{Asker, Waited};
use domain::{Log, Position, StreamId, TenantId, UserId};
use journal::{Append, AppendError, Appended, Claims, Expected, Idempotency, NewEvent, Refused};
use uuid::Uuid;

use crate::actors::Life;
use crate::checker;
use crate::rows::{FOR_EVER, IGNORED};

/// What a person remembers over all lives.
pub struct Writer {
    number: u64,
    left: u64,
    made: u64,
    /// Sent, and not known to be done: sent again with its key.
    doubtful: Option<Append>,
    pub acknowledged: Vec<(Uuid, Position)>,
    newest: [Option<Position>; 2],
}

fn tenant() -> TenantId {
    TenantId::stored("t")
}

impl Writer {
    pub fn new(number: u64, left: u64) -> Arc<Mutex<Self>> {
        let (doubtful, acknowledged, newest) = (None, Vec::new(), [None; 2]);
        Arc::new(Mutex::new(Self { number, left, made: 0, doubtful, acknowledged, newest }))
    }

    fn user(&self) -> UserId {
        Uuid::from_u128(self.number.into()).into()
    }

    fn next(&mut self, life: &Life) -> Option<Append> {
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
        let append =
            Append { stream, expected: Expected::Any, events, claims: Claims::default(), idempotency };
        if append.idempotency.is_some() {
            self.doubtful = Some(append.clone());
        }
        Some(append)
    }

    fn event(&mut self, life: &Life) -> NewEvent {
        self.made += 1;
        let event_id = Uuid::from_u128((u128::from(self.number) << 64) + u128::from(self.made));
        if life.chaos.one_in(12) {
            let times = if life.chaos.one_in(3) { FOR_EVER } else { life.chaos.draw(1, 5) };
            life.rows.poison(event_id, times);
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
        self.newest[position.log.index()] = Some(position);
    }
}

/// Writes until nothing is left to write.
pub async fn write(life: Arc<Life>, writer: Arc<Mutex<Writer>>) {
    loop {
        life.chaos.sleep(0, 120).await;
        let Some(mut append) = writer.lock().unwrap().next(&life) else { break };
        if life.chaos.one_in(4)
            && let Ok(events) = life.journal.read_stream(&append.stream, 0).await
        {
            append.expected = Expected::Exactly(events.len() as u64);
        }
        let events = append.events.clone();
        match life.journal.append(append).await {
            Ok(appended) => writer.lock().unwrap().done(&events, appended),
            Err(AppendError::Refused(Refused::Replayed(first))) => {
                writer.lock().unwrap().done(&events, first.appended);
            }
            Err(AppendError::Refused(Refused::Conflict { .. }) | AppendError::Journal(_)) => {}
            Err(other) => life.chaos.broken(other),
        }
        if life.chaos.one_in(2) {
            look(&life, &writer, 300).await;
        }
    }
    life.busy.fetch_sub(1, Ordering::SeqCst);
}

/// One more event, by somebody else.
pub async fn write_one(life: &Arc<Life>) {
    let events = Log::ALL.map(|log| life.durable.lock().unwrap().log(log).len() as u64);
    let number = 1000 + events.iter().sum::<u64>();
    life.busy.fetch_add(1, Ordering::SeqCst);
    write(Arc::clone(life), Writer::new(number, 1)).await;
}

/// While a read model is rebuilt, people look at every turn: the moment of the switch is short.
pub async fn glance(life: Arc<Life>, writers: Vec<Arc<Mutex<Writer>>>) {
    loop {
        let rebuilding = life.rebuilding.load(Ordering::SeqCst);
        if rebuilding {
            let nth = usize::try_from(life.chaos.draw(1, writers.len() as u64)).unwrap();
            look(&life, &writers[nth - 1], 0).await;
            tokio::task::yield_now().await;
        }
        // Time stands still while anybody is busy.
        if !rebuilding || life.chaos.one_in(30) {
            life.chaos.sleep(1, 1).await;
        }
    }
}

/// Waits for the own newest events, and finds them if told so.
async fn look(life: &Life, writer: &Mutex<Writer>, longest_ms: u64) {
    let Some(handle) = life.handle() else { return };
    let (user, newest) = {
        let writer = writer.lock().unwrap();
        (writer.user(), writer.newest)
    };
    let asked = if life.chaos.one_in(2) { &Log::ALL[..] } else { &Log::ALL[..1] };
    let positions: Vec<_> = asked.iter().filter_map(|log| newest[log.index()]).collect();
    let limit = Duration::from_millis(life.chaos.draw(0, longest_ms));
    let tenant = tenant();
    let waited = handle.status.wait(&positions, Asker { tenant: &tenant, user }, limit).await;
    life.chaos.note(format_args!("{user} waited for {positions:?}: {waited:?}"));
    if waited != Waited::Applied {
        return;
    }
    if let Err(lie) = checker::told_applied(&life.store, &life.durable, user, &positions).await {
        life.chaos.broken(lie);
    }
}
