//! Keeps the newest events in memory. Consumer groups follow the log closely and each reads every event, so only
//! groups that lag behind read from the file.

use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};

use domain::{Envelope, Position};

use crate::Appended;
use crate::append::Append;

/// The maximum number of events kept, and of payload bytes.
const EVENTS: usize = 4096;
const BYTES: usize = 4 << 20;

/// A contiguous tail of the log.
#[derive(Debug, Default)]
pub struct Recent(RwLock<RecentEvents>);

#[derive(Debug, Default)]
struct RecentEvents {
    events: VecDeque<Envelope>,
    bytes: usize,
}

fn weight(envelope: &Envelope) -> usize {
    envelope.data.len() + envelope.metadata.len()
}

impl Recent {
    /// Adds newly committed events, before anybody is notified of them.
    pub fn add(&self, committed: impl IntoIterator<Item = Envelope>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for envelope in committed {
            kept.bytes += weight(&envelope);
            kept.events.push_back(envelope);
        }
        while kept.events.len() > EVENTS || kept.bytes > BYTES {
            let Some(oldest) = kept.events.pop_front() else { break };
            kept.bytes -= weight(&oldest);
        }
    }

    /// Removes everything, because it is unknown what is durable.
    pub fn clear(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = RecentEvents::default();
    }

    /// Removes archived events, because memory is meant for new ones.
    pub fn forget(&self, last: u64) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        while kept.events.front().is_some_and(|oldest| oldest.position.seq <= last) {
            kept.bytes -= kept.events.pop_front().as_ref().map_or(0, weight);
        }
    }

    /// Up to `limit` events after `seq`; `None` if they must be read from the file.
    pub fn after(&self, seq: u64, limit: usize) -> Option<Vec<Envelope>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let first = kept.events.front()?.position.seq;
        let skip = usize::try_from((seq + 1).checked_sub(first)?).ok()?;
        (skip <= kept.events.len()).then(|| kept.events.iter().skip(skip).take(limit).cloned().collect())
    }
}

/// The events of an append as stored in the log.
pub fn envelopes(append: Append, appended: Appended) -> impl Iterator<Item = Envelope> {
    let Append { stream, events, .. } = append;
    let before = events.len() as u64;
    let Appended { version, position } = appended;
    events.into_iter().zip(1..).map(move |(event, number): (_, u64)| Envelope {
        position: Position { seq: position.seq + number - before, ..position },
        event_id: event.event_id,
        stream: stream.clone(),
        version: version + number - before,
        user_id: event.user_id,
        event_type: event.event_type,
        schema_version: event.schema_version,
        timestamp: event.timestamp,
        data: event.data,
        metadata: event.metadata,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::envelope;

    fn event(seq: u64, bytes: usize) -> Envelope {
        envelope(seq, &"x".repeat(bytes))
    }

    fn seqs(found: Option<Vec<Envelope>>) -> Option<Vec<u64>> {
        found.map(|events| events.iter().map(|e| e.position.seq).collect())
    }

    #[test]
    fn it_answers_for_the_end_of_the_log_only() {
        let recent = Recent::default();
        assert_eq!(recent.after(0, 10), None, "nothing is known yet");
        recent.add((5..=8).map(|seq| event(seq, 1)));
        assert_eq!(seqs(recent.after(3, 10)), None, "event 4 is in the file only");
        assert_eq!(seqs(recent.after(4, 10)), Some(vec![5, 6, 7, 8]));
        assert_eq!(seqs(recent.after(6, 1)), Some(vec![7]));
        assert_eq!(seqs(recent.after(8, 10)), Some(vec![]));
        assert_eq!(seqs(recent.after(9, 10)), None, "not known to be there");
        recent.forget(6);
        assert_eq!(recent.after(5, 10), None);
        assert_eq!(seqs(recent.after(6, 10)), Some(vec![7, 8]));
        recent.clear();
        assert_eq!(recent.after(8, 10), None);
    }

    #[test]
    fn it_is_bounded_by_number_and_by_weight() {
        let recent = Recent::default();
        recent.add((1..=EVENTS as u64 + 5).map(|seq| event(seq, 1)));
        assert_eq!(recent.after(4, 1), None);
        assert_eq!(seqs(recent.after(5, 1)), Some(vec![6]));
        let next = EVENTS as u64 + 6;
        recent.add((next..next + 3).map(|seq| event(seq, BYTES / 2)));
        assert_eq!(seqs(recent.after(next, 10)), Some(vec![next + 1, next + 2]));
        assert_eq!(recent.after(next - 1, 10), None);
    }
}
