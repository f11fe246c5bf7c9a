//! The newest position each person has written, so that their next read can wait until it includes their own writes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use domain::{Position, TenantId, UserId};

type Shard = HashMap<(TenantId, UserId), [u64; 2]>;

const SHARDS: usize = 32;

/// Remembers, per person, the newest position they wrote in each log. A person without an entry is assumed to have
/// written everything up to the floor. The floor starts at the heads of both logs when the process starts, so that
/// nobody sees less after a restart than before it. Pruning then raises it to positions that every reader has
/// reached. A person's own parked event, or an index that lags behind its rows, is therefore noticed no matter how
/// long ago they wrote.
#[derive(Debug)]
pub struct OwnWrites {
    start: [Position; 2],
    floor: [AtomicU64; 2],
    shards: Vec<Mutex<Shard>>,
}

impl OwnWrites {
    /// Creates an empty record; `start` holds the heads of both logs at the start of the process.
    #[must_use]
    pub fn new(start: [Position; 2]) -> Self {
        let floor = start.map(|position| AtomicU64::new(position.seq));
        Self { start, floor, shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// The epoch of the facts log. A restore begins a new one.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.start[0].epoch
    }

    fn shard(&self, key: &(TenantId, UserId)) -> std::sync::MutexGuard<'_, Shard> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % 32).unwrap_or_default();
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn floor(&self) -> [u64; 2] {
        [0, 1].map(|log: usize| self.floor[log].load(Ordering::SeqCst))
    }

    /// Records that a person wrote at `position`.
    pub fn remember(&self, tenant: &TenantId, user: UserId, position: Position) {
        let key = (tenant.clone(), user);
        let mut shard = self.shard(&key);
        let seqs = shard.entry(key).or_insert_with(|| self.floor());
        let seq = &mut seqs[position.log.index()];
        *seq = position.seq.max(*seq);
    }

    /// The positions in both logs that the person's next read must have reached.
    #[must_use]
    pub fn of(&self, tenant: &TenantId, user: UserId) -> [Position; 2] {
        let key = (tenant.clone(), user);
        let seqs = self.shard(&key).get(&key).copied().unwrap_or_else(|| self.floor());
        [self.start[0].at(seqs[0]), self.start[1].at(seqs[1])]
    }

    /// Removes everybody whose writes every reader has reached. `reached` becomes the minimum for their next read.
    pub fn prune(&self, reached: [u64; 2]) {
        // Raise the floor first, so that nobody is removed while the floor is below what they wrote.
        for (floor, reached) in self.floor.iter().zip(reached) {
            floor.fetch_max(reached, Ordering::SeqCst);
        }
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, seqs| seqs.iter().zip(reached).any(|(seq, reached)| *seq > reached));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Log;

    #[test]
    fn remembers_the_furthest_and_never_less_than_the_start() {
        let at = |log, seq| Position { log, epoch: 1, seq };
        let seen = OwnWrites::new([at(Log::Facts, 7), at(Log::Activity, 3)]);
        let tenant = TenantId::stored("t");
        let user = uuid::Uuid::nil().into();
        assert_eq!(seen.of(&tenant, user), [at(Log::Facts, 7), at(Log::Activity, 3)]);
        seen.remember(&tenant, user, at(Log::Facts, 9));
        seen.remember(&tenant, user, at(Log::Facts, 8));
        assert_eq!(seen.of(&tenant, user), [at(Log::Facts, 9), at(Log::Activity, 3)]);
        seen.prune([8, 3]);
        assert_eq!(seen.of(&tenant, user)[0], at(Log::Facts, 9));
    }

    #[test]
    fn a_forgotten_person_is_still_asked_for_what_they_wrote() {
        let at = |log, seq| Position { log, epoch: 1, seq };
        let seen = OwnWrites::new([at(Log::Facts, 7), at(Log::Activity, 3)]);
        let tenant = TenantId::stored("t");
        let user = uuid::Uuid::nil().into();
        seen.remember(&tenant, user, at(Log::Facts, 9));
        seen.prune([12, 3]);
        assert!(seen.shards.iter().all(|shard| shard.lock().unwrap().is_empty()), "nothing is kept of them");
        assert_eq!(seen.of(&tenant, user), [at(Log::Facts, 12), at(Log::Activity, 3)]);
        seen.prune([5, 2]);
        assert_eq!(
            seen.of(&tenant, user),
            [at(Log::Facts, 12), at(Log::Activity, 3)],
            "it never asks for less"
        );
    }
}
