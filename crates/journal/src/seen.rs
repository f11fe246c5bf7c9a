//! The last positions of each person's own writes: what their next read must have reached.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use domain::{Position, TenantId, UserId};

type Shard = HashMap<(TenantId, UserId), [u64; 2]>;

const SHARDS: usize = 32;

/// Remembers, per person, the newest position they wrote in each log. Whoever is not remembered is taken to have
/// written everything there was when the process started: after a restart nobody sees less than before.
#[derive(Debug)]
pub struct Seen {
    floor: [Position; 2],
    shards: Vec<Mutex<Shard>>,
}

impl Seen {
    /// With the heads of both logs at the start of the process.
    #[must_use]
    pub fn new(floor: [Position; 2]) -> Self {
        Self { floor, shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// The history of the facts: a restore begins another one.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.floor[0].epoch
    }

    fn shard(&self, key: &(TenantId, UserId)) -> std::sync::MutexGuard<'_, Shard> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % 32).unwrap_or_default();
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A person wrote at `position`.
    pub fn remember(&self, tenant: &TenantId, user: UserId, position: Position) {
        let key = (tenant.clone(), user);
        let floor = self.floor.map(|p| p.seq);
        let mut shard = self.shard(&key);
        let seqs = shard.entry(key).or_insert(floor);
        let seq = &mut seqs[position.log.index()];
        *seq = position.seq.max(*seq);
    }

    /// What a person's next read must have reached, in both logs.
    #[must_use]
    pub fn of(&self, tenant: &TenantId, user: UserId) -> [Position; 2] {
        let key = (tenant.clone(), user);
        let seqs = self.shard(&key).get(&key).copied().unwrap_or_else(|| self.floor.map(|p| p.seq));
        [self.floor[0].at(seqs[0]), self.floor[1].at(seqs[1])]
    }

    /// Forgets everybody whose writes every reader has reached by now.
    pub fn prune(&self, reached: [u64; 2]) {
        if self.floor.iter().zip(reached).any(|(floor, reached)| floor.seq > reached) {
            return;
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
        let seen = Seen::new([at(Log::Facts, 7), at(Log::Activity, 3)]);
        let tenant = TenantId::stored("t");
        let user = uuid::Uuid::nil().into();
        assert_eq!(seen.of(&tenant, user), [at(Log::Facts, 7), at(Log::Activity, 3)]);
        seen.remember(&tenant, user, at(Log::Facts, 9));
        seen.remember(&tenant, user, at(Log::Facts, 8));
        assert_eq!(seen.of(&tenant, user), [at(Log::Facts, 9), at(Log::Activity, 3)]);
        seen.prune([8, 3]);
        assert_eq!(seen.of(&tenant, user)[0], at(Log::Facts, 9));
        seen.prune([9, 3]);
        assert_eq!(seen.of(&tenant, user)[0], at(Log::Facts, 7));
    }
}
