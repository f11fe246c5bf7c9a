//! One reader of both logs for all connections of this process. It never waits for a connection: one that is slow
//! reads what it missed from the journal, at its own pace.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::{Envelope, Log, Position, TenantId, UserId};
use journal::{AggregateStore, JournalError};
use supervisor::wake;
use tokio::sync::{mpsc, watch};

use super::item::Item;
use super::place::RealtimePosition;

/// Items that wait for a connection; what comes beyond is read from the journal later.
const INBOX: usize = 64;
/// Connections of one person at a time.
const MOST_OF_ONE: usize = 20;
/// Connections of all people.
const MOST_OF_ALL: usize = 8192;
/// Events read at once.
const PAGE: usize = 512;
/// After the journal did not answer, and as a safety net.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(500);

pub type Whose = (TenantId, UserId);

/// Why nobody can listen any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The person listens on as many connections as one may.
    Own,
    /// All people together do.
    All,
}

/// What a connection gets when it is put on the list.
pub(super) struct Listening {
    pub number: u64,
    /// What it is sent.
    pub inbox: mpsc::Receiver<Arc<Item>>,
    /// It missed something that did not fit.
    pub missed: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Listener {
    number: u64,
    inbox: mpsc::Sender<Arc<Item>>,
    missed: Arc<AtomicBool>,
}

/// See the module.
pub struct Hub {
    aggregates: AggregateStore,
    /// Read up to here; moved before the events are handed out.
    place: Mutex<RealtimePosition>,
    listeners: Mutex<HashMap<Whose, Vec<Listener>>>,
    numbers: AtomicU64,
    /// Turns true when connections must end.
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
    /// A hub that starts at the heads of `aggregates`'s journal.
    ///
    /// # Errors
    /// When the journal does not answer.
    pub async fn new(aggregates: AggregateStore) -> Result<Arc<Self>, JournalError> {
        let journal = aggregates.journal();
        let (facts, activity) = (journal.head(Log::Facts).await?, journal.head(Log::Activity).await?);
        let place = RealtimePosition::new(facts.epoch, [facts.seq, activity.seq]);
        let (closing, _) = watch::channel(false);
        let (place, listeners, numbers) = (Mutex::new(place), Mutex::default(), AtomicU64::new(0));
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

    /// Ends every connection, now and later: the process stops.
    pub fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Puts a connection of `whose` on the list.
    ///
    /// # Errors
    /// When they, or all together, listen on too many connections already.
    pub(super) fn enter(&self, whose: &Whose) -> Result<Listening, Full> {
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
        Ok(Listening { number, inbox: items, missed })
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

    /// Hands out what happens until `stop` turns true.
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

    /// Reads on; true when there was anything.
    pub(super) async fn step(&self) -> Result<bool, JournalError> {
        let mut any = false;
        for log in Log::ALL {
            let head: Position = self.aggregates.journal().head(log).await?;
            let page = self.aggregates.journal().read_after(head.at(self.place().at(log)), PAGE).await?;
            let Some(last) = page.last() else { continue };
            any = true;
            // First the place: a connection that catches up reads at least to here.
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
                // Nothing may overtake what it missed: it reads the journal first.
                if listener.missed.load(Ordering::SeqCst) {
                    continue;
                }
                if listener.inbox.try_send(Arc::clone(&item)).is_err() {
                    listener.missed.store(true, Ordering::SeqCst);
                    metrics::counter!("realtime_items_missed").increment(1);
                }
            }
        }
    }
}
