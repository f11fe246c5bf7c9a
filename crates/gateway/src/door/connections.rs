//! How many connections are open: in all, and of each subscriber. When there is no place left, the connection that has
//! been silent longest gives up its own. So whoever opens many and says nothing keeps nobody else out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http_kit::Network;
use tokio::time::Instant;

use super::progress::Progress;

/// How many connections are looked at to find a silent one of all. They are looked at in turn.
const LOOKED_AT: usize = 64;

/// The open connections of one listener.
#[derive(Debug)]
pub struct Connections {
    most: usize,
    most_per_address: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    all: HashMap<u64, (Arc<Progress>, Option<Network>)>,
    by_address: HashMap<Network, Vec<u64>>,
    next: u64,
    /// The connections in the order in which they are looked at. Some may be closed.
    turns: std::collections::VecDeque<u64>,
}

impl Open {
    fn remove(&mut self, number: u64) -> Option<Arc<Progress>> {
        let (progress, network) = self.all.remove(&number)?;
        if let Some(network) = network
            && let Some(theirs) = self.by_address.get_mut(&network)
        {
            theirs.retain(|one| *one != number);
            if theirs.is_empty() {
                self.by_address.remove(&network);
            }
        }
        if self.turns.len() > 2 * self.all.len() + LOOKED_AT {
            let Self { turns, all, .. } = self;
            turns.retain(|number| all.contains_key(number));
        }
        Some(progress)
    }

    /// Closes the one of `candidates` that has been silent longest. Returns whether there was one.
    fn evict(&mut self, candidates: &[u64]) -> bool {
        let now = Instant::now();
        let silent = |number: &u64| Some((self.all.get(number)?.0.silent(now)?, *number));
        let Some((_, number)) = candidates.iter().filter_map(silent).min() else { return false };
        if let Some(progress) = self.remove(number) {
            progress.evict();
            closed("place_needed");
        }
        true
    }

    fn next_turns(&mut self) -> Vec<u64> {
        let mut taken = Vec::with_capacity(LOOKED_AT);
        let mut left = self.turns.len();
        while let (true, Some(number)) = (taken.len() < LOOKED_AT && left > 0, self.turns.pop_front()) {
            left -= 1;
            if self.all.contains_key(&number) {
                self.turns.push_back(number);
                taken.push(number);
            }
        }
        taken
    }
}

/// Counts a connection that is closed, or refused, with the reason.
pub fn closed(reason: &'static str) {
    metrics::counter!("connections_closed_total", "reason" => reason).increment(1);
}

impl Connections {
    /// At most `most` connections, and `most_per_address` of one subscriber.
    pub fn new(most: usize, most_per_address: usize) -> Arc<Self> {
        Arc::new(Self { most, most_per_address, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a new connection. `None` when all are in use.
    pub fn admit(self: &Arc<Self>) -> Option<ConnectionSlot> {
        let mut open = self.open();
        if open.all.len() >= self.most {
            let candidates = open.next_turns();
            if !open.evict(&candidates) {
                return None;
            }
        }
        let progress = Progress::begin();
        let number = open.next;
        open.next += 1;
        open.all.insert(number, (Arc::clone(&progress), None));
        open.turns.push_back(number);
        metrics::gauge!("connections_open").increment(1.0);
        Some(ConnectionSlot { connections: Arc::clone(self), number, progress })
    }
}

/// The place of one connection, given back when it is dropped.
#[derive(Debug)]
pub struct ConnectionSlot {
    connections: Arc<Connections>,
    number: u64,
    pub progress: Arc<Progress>,
}

impl ConnectionSlot {
    /// Counts the connection as one of `network`. False when all of the network's are in use.
    pub fn belongs_to(&self, network: Network) -> bool {
        let mut open = self.connections.open();
        let theirs = open.by_address.get(&network).map_or(&[][..], |theirs| theirs);
        if theirs.len() >= self.connections.most_per_address {
            let theirs = theirs.to_vec();
            if !open.evict(&theirs) {
                return false;
            }
        }
        match open.all.get_mut(&self.number) {
            Some((_, known)) => *known = Some(network),
            // It gave up its place meanwhile, and is about to close.
            None => return true,
        }
        open.by_address.entry(network).or_default().push(self.number);
        true
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        self.connections.open().remove(self.number);
        metrics::gauge!("connections_open").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Version;

    use super::*;

    fn network(last: u8) -> Network {
        Network::subscriber([192, 0, 2, last].into())
    }

    async fn is_evicted(place: &ConnectionSlot) -> bool {
        tokio::select! {
            biased;
            () = place.progress.evicted() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_silent_of_an_address_gives_up_its_place_and_no_other() {
        let connections = Connections::new(100, 2);
        let place = |last| {
            let place = connections.admit().unwrap();
            assert!(place.belongs_to(network(last)));
            place
        };
        let other = place(2);
        tokio::time::advance(std::time::Duration::from_secs(1)).await;
        let (first, second) = (place(1), place(1));
        let request = first.progress.open(Version::HTTP_11);
        let third = place(1);
        assert!(!is_evicted(&first).await && is_evicted(&second).await && !is_evicted(&other).await);
        let requests = [request, third.progress.open(Version::HTTP_2)];
        let refused = connections.admit().unwrap();
        assert!(!refused.belongs_to(network(1)), "both are in use");
        drop((requests, second));
        assert!(refused.belongs_to(network(1)));
        drop((first, third, refused, other));
        let open = connections.open();
        assert!(open.all.is_empty() && open.by_address.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn when_all_places_are_taken_a_silent_one_is_freed() {
        let connections = Connections::new(3, 100);
        let places: Vec<ConnectionSlot> = (0..3).map(|_| connections.admit().unwrap()).collect();
        let requests: Vec<_> = places[..2].iter().map(|p| p.progress.open(Version::HTTP_11)).collect();
        let fourth = connections.admit().unwrap();
        assert!(is_evicted(&places[2]).await);
        let busy = fourth.progress.open(Version::HTTP_11);
        assert!(connections.admit().is_none(), "all are in use");
        drop((requests, busy));
        assert!(connections.admit().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_gives_up_its_place_after_those_without_a_request() {
        let connections = Connections::new(100, 1);
        let place = connections.admit().unwrap();
        assert!(place.belongs_to(network(1)));
        let _request = place.progress.open(Version::HTTP_11);
        let _body = super::super::progress::Arriving::new(axum::body::Body::empty(), &place.progress);
        let other = connections.admit().unwrap();
        assert!(!other.belongs_to(network(1)), "it may still come");
        tokio::time::advance(std::time::Duration::from_secs(6)).await;
        assert!(other.belongs_to(network(1)) && is_evicted(&place).await);
    }
}
