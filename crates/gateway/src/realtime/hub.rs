//! Reads both logs once for all connections of this process. The hub never waits for a connection: a slow one reads
//! what it missed from the journal, at its own pace.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Envelope, Log, Position, TenantId, UserId};
use journal::{AggregateStore, JournalError};
use supervisor::wake;
use tokio::sync::{mpsc, watch};

use super::item::Item;
use super::place::RealtimePosition;

/// Items buffered per connection; a connection reads any further ones from the journal later.
const INBOX: usize = 64;
/// The most concurrent connections of one person.
const MOST_OF_ONE: usize = 20;
/// The most concurrent connections of all people.
const MOST_OF_ALL: usize = 8192;
/// Events read at once.
const PAGE: usize = 512;
/// The retry interval when the journal cannot be read; also a safety net for missed wake-ups.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

pub type Whose = (TenantId, UserId);

/// Why a connection is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// This person has too many connections.
    Own,
    /// All people together have too many connections.
    All,
}

/// What a connection gets when it is registered.
pub(super) struct Connection {
    pub number: u64,
    /// Receives the items for this connection.
    pub inbox: mpsc::Receiver<Arc<Item>>,
    /// Set when an item did not fit into the inbox.
    pub missed: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Listener {
    number: u64,
    inbox: mpsc::Sender<Arc<Item>>,
    missed: Arc<AtomicBool>,
}

/// The reader for all connections; see the module documentation.
pub struct Hub {
    aggregates: AggregateStore,
    /// The position read up to. It moves before the events are handed out.
    place: Mutex<RealtimePosition>,
    listeners: Mutex<HashMap<Whose, Vec<Listener>>>,
    numbers: AtomicU64,
    /// Becomes true when connections must end.
    closing: watch::Sender<bool>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hub")
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// A hub that starts at the current heads of the journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn new(aggregates: AggregateStore) -> Result<Arc<Self>, JournalError> {
        let journal = aggregates.journal();
        let (facts, activity) = (journal.head(Log::Facts).await?, journal.head(Log::Activity).await?);
        let place = RealtimePosition::new(facts.epoch, [facts.seq, activity.seq]);
        let (closing, _) = watch::channel(false);
        let place = Mutex::new(place);
        let listeners = Mutex::default();
        let numbers = AtomicU64::new(0);
        Ok(Arc::new(Self { aggregates, place, listeners, numbers, closing }))
    }

    pub(super) fn aggregates(&self) -> &AggregateStore {
        &self.aggregates
    }

    pub(super) fn place(&self) -> RealtimePosition {
        *locked(&self.place)
    }

    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.closing.subscribe()
    }

    /// Ends all connections, present and future, because the process stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Registers a connection of `whose`.
    ///
    /// # Errors
    /// When this person, or all people together, have too many connections already.
    pub(super) fn enter(&self, whose: &Whose) -> Result<Connection, Full> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let (inbox, items) = mpsc::channel(INBOX);
        let missed = Arc::new(AtomicBool::new(false));
        let mut listeners = locked(&self.listeners);
        if listeners.get(whose).is_some_and(|theirs| theirs.len() >= MOST_OF_ONE) {
            return Err(Full::Own);
        }
        if listeners.values().map(Vec::len).sum::<usize>() >= MOST_OF_ALL {
            return Err(Full::All);
        }
        listeners.entry(whose.clone()).or_default().push(Listener {
            number,
            inbox,
            missed: Arc::clone(&missed),
        });
        drop(listeners);
        metrics::gauge!("realtime_connections").increment(1.0);
        Ok(Connection { number, inbox: items, missed })
    }

    pub(super) fn leave(&self, whose: &Whose, number: u64) {
        let mut listeners = locked(&self.listeners);
        if let Some(theirs) = listeners.get_mut(whose) {
            theirs.retain(|listener| listener.number != number);
            if theirs.is_empty() {
                listeners.remove(whose);
            }
        }
        metrics::gauge!("realtime_connections").decrement(1.0);
    }

    /// Hands out new events until `stop` becomes true.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let [mut facts, mut activity] = Log::ALL.map(|log| self.aggregates.journal().committed(log));
        while !wake::is_stopped(&stop) {
            match self.step().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "the journal does not answer the realtime hub"),
            }
            tokio::select! {
                () = wake::stopped(&mut stop) => {}
                () = wake::moved(&mut facts) => {}
                () = wake::moved(&mut activity) => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// Reads the next page of each log. Returns true if there was any event.
    pub(super) async fn step(&self) -> Result<bool, JournalError> {
        let mut any = false;
        for log in Log::ALL {
            let head: Position = self.aggregates.journal().head(log).await?;
            let page = self.aggregates.journal().read_after(head.at(self.place().at(log)), PAGE).await?;
            let Some(last) = page.last() else { continue };
            any = true;
            // The position moves first, so that a connection that catches up reads at least to here.
            locked(&self.place).reach(log, last.position.seq);
            self.hand_out(&page);
        }
        Ok(any)
    }

    fn hand_out(&self, page: &[Envelope]) {
        let listeners = locked(&self.listeners);
        if listeners.is_empty() {
            return;
        }
        for envelope in page {
            let Some(user) = envelope.user_id else { continue };
            let Some(theirs) = listeners.get(&(envelope.stream.tenant.clone(), user)) else { continue };
            let item = Arc::new(Item::of(&self.aggregates, envelope));
            for listener in theirs {
                // Nothing may overtake a missed item: this connection reads the journal first.
                if listener.missed.load(Ordering::SeqCst) {
                    continue;
                }
                if listener.inbox.try_send(Arc::clone(&item)).is_err() {
                    listener.missed.store(true, Ordering::SeqCst);
                    metrics::counter!("realtime_items_missed_total").increment(1);
                }
            }
        }
    }
}
