//! The feed of one connection: every item of one person exactly once, in the order of each log, from any position on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::{Envelope, Log};
use journal::{EventQuery, JournalError};
use supervisor::wake;
use tokio::sync::{mpsc, watch};

use super::hub::{Connection, Full, Hub, Whose};
use super::item::Item;
use super::place::RealtimePosition;

/// Items read from the journal at once.
const PAGE: usize = 256;

/// The feed of one connection; see the module documentation.
#[derive(Debug)]
pub struct Feed {
    hub: Arc<Hub>,
    whose: Whose,
    number: u64,
    inbox: mpsc::Receiver<Arc<Item>>,
    /// An item did not fit into the inbox. The hub sends no more until the feed starts to read the journal.
    missed: Arc<AtomicBool>,
    /// Items read from the journal, to be returned next.
    backlog: VecDeque<Arc<Item>>,
    /// The position up to which the journal must be read.
    catching_up: Option<RealtimePosition>,
    place: RealtimePosition,
    /// The requested start position is not in this history.
    is_reset: bool,
    closing: watch::Receiver<bool>,
}

impl Feed {
    /// What `whose` does after `place`, or from now on if there is none.
    ///
    /// # Errors
    /// When this person, or all people together, have too many connections already.
    pub fn of(hub: &Arc<Hub>, whose: Whose, place: Option<RealtimePosition>) -> Result<Self, Full> {
        let Connection { number, inbox, missed } = hub.enter(&whose)?;
        let hub = Arc::clone(hub);
        let closing = hub.closing();
        let backlog = VecDeque::new();
        let now = hub.place();
        let known = place.filter(|place| place.is_within(now));
        let is_reset = place.is_some() && known.is_none();
        let (catching_up, place) = (known.map(|_| now), known.unwrap_or(now));
        Ok(Self { hub, whose, number, inbox, missed, backlog, catching_up, place, is_reset, closing })
    }

    /// Whether the feed starts now although a start position was requested: that position is not in this history, for
    /// example because a restore took it back. The client must be told, because events it received before may no
    /// longer exist.
    pub fn is_reset(&self) -> bool {
        self.is_reset
    }

    /// The position to resume from after everything returned so far.
    pub fn place(&self) -> RealtimePosition {
        self.place
    }

    /// The next item, or `None` when the process stops. Cancel-safe: dropping the future loses nothing.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn next(&mut self) -> Result<Option<Arc<Item>>, JournalError> {
        loop {
            if let Some(item) = self.backlog.pop_front() {
                self.place.reach(item.log, item.seq);
                return Ok(Some(item));
            }
            if let Some(target) = self.catching_up {
                self.read_on(target).await?;
                continue;
            }
            let item = match self.inbox.try_recv() {
                Ok(item) => item,
                // Only now that the inbox is empty: its items came before the one that did not fit.
                Err(_) if self.missed.swap(false, Ordering::SeqCst) => {
                    self.catching_up = Some(self.hub.place());
                    continue;
                }
                Err(_) if wake::is_stopped(&self.closing) => return Ok(None),
                Err(_) => tokio::select! {
                    item = self.inbox.recv() => match item {
                        Some(item) => item,
                        None => return Ok(None),
                    },
                    () = wake::stopped(&mut self.closing) => continue,
                },
            };
            if item.seq > self.place.at(item.log) {
                self.place.reach(item.log, item.seq);
                return Ok(Some(item));
            }
        }
    }

    /// Fills the backlog from the journal, both logs merged by time. When it is done, the position is `target`.
    async fn read_on(&mut self, target: RealtimePosition) -> Result<(), JournalError> {
        let (tenant, user) = &self.whose;
        let mut pages = Vec::with_capacity(2);
        for log in Log::ALL {
            let query = EventQuery {
                user: Some(*user),
                after: Some(self.place.at(log)),
                before: Some(target.at(log) + 1),
                oldest_first: true,
                ..EventQuery::newest(tenant, log, PAGE)
            };
            pages.push(self.hub.aggregates().journal().find(&query).await?);
        }
        let whole = pages.iter().all(|page| page.len() < PAGE);
        self.backlog = merged(pages)
            .iter()
            .map(|envelope| Arc::new(Item::of(self.hub.aggregates(), envelope)))
            .collect();
        if whole {
            self.catching_up = None;
            if self.backlog.is_empty() {
                for log in Log::ALL {
                    self.place.reach(log, target.at(log));
                }
            }
        }
        Ok(())
    }
}

/// Merges the events of both logs by time; each log keeps its own order. It stops at the end of a full page, because
/// that log may have more events that are older than the rest of the other log.
fn merged(pages: Vec<Vec<Envelope>>) -> Vec<Envelope> {
    let mut merged = Vec::new();
    let mut pages: Vec<_> =
        pages.into_iter().map(|page| (page.len() == PAGE, VecDeque::from(page))).collect();
    loop {
        let next = pages.iter_mut().filter(|(_, page)| !page.is_empty());
        let Some((full, page)) = next.min_by_key(|(_, page)| page.front().map(|e| e.timestamp)) else {
            break;
        };
        merged.extend(page.pop_front());
        if *full && page.is_empty() {
            break;
        }
    }
    merged
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.hub.leave(&self.whose, self.number);
    }
}
