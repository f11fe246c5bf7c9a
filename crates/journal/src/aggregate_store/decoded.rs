//! Caches the newest decoded events. Several consumer groups read each event at about the same time; only the first
//! one decrypts and parses it.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Envelope;
use tokio::sync::watch;

/// The number of events cached per log. Groups that follow a log are rarely further apart.
const SLOTS: usize = 1024;

#[derive(Debug)]
struct Decoded {
    envelope: Envelope,
    event: Arc<dyn Any + Send + Sync>,
    /// The number of erasures before the event was decrypted.
    erasures: u64,
}

type Slot = Mutex<Option<Decoded>>;

/// A slot for each of the newest events of a log, indexed by position.
#[derive(Debug)]
pub struct Newest([(watch::Receiver<u64>, Box<[Slot]>); 2]);

fn lock(slot: &Slot) -> MutexGuard<'_, Option<Decoded>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Newest {
    /// An empty cache; `committed` gives the newest position of each log.
    pub fn of(committed: [watch::Receiver<u64>; 2]) -> Self {
        Self(committed.map(|committed| (committed, (0..SLOTS).map(|_| Slot::default()).collect())))
    }

    /// The slot of an event; `None` if the event is not among the newest.
    fn slot(&self, envelope: &Envelope) -> Option<&Slot> {
        let seq = envelope.position.seq;
        let (committed, slots) = &self.0[envelope.position.log.index()];
        if seq.saturating_add(SLOTS as u64) <= *committed.borrow() {
            return None;
        }
        slots.get(usize::try_from(seq % SLOTS as u64).ok()?)
    }

    /// The decoded event of `envelope`, if it was decoded after the last erasure; `erasures` is the current count.
    pub fn get<E: Clone + 'static>(&self, envelope: &Envelope, erasures: u64) -> Option<E> {
        let event = {
            let decoded = lock(self.slot(envelope)?);
            // Compare the whole envelope, because its stream and id decide whether its values may be decrypted.
            let decoded = decoded.as_ref().filter(|d| d.erasures == erasures && d.envelope == *envelope)?;
            Arc::clone(&decoded.event)
        };
        event.downcast_ref::<E>().cloned()
    }

    /// Caches an event; `erasures` is the count from before it was decoded.
    pub fn keep<E: Clone + Send + Sync + 'static>(&self, envelope: &Envelope, event: &E, erasures: u64) {
        if let Some(slot) = self.slot(envelope) {
            let envelope = envelope.clone();
            let event = Arc::new(event.clone());
            *lock(slot) = Some(Decoded { envelope, event, erasures });
        }
    }

    /// Removes all cached events.
    pub fn clear(&self) {
        for slot in self.0.iter().flat_map(|(_, slots)| slots) {
            *lock(slot) = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::envelope;

    fn event(seq: u64) -> Envelope {
        envelope(seq, "{}")
    }

    #[test]
    fn an_event_is_decoded_once_until_somebody_is_erased_or_it_is_old() {
        let (committed, facts) = watch::channel(3);
        let newest = Newest::of([facts, watch::channel(0).1]);
        assert_eq!(newest.get::<String>(&event(3), 0), None);
        newest.keep(&event(3), &"said".to_owned(), 0);
        assert_eq!(newest.get(&event(3), 0), Some("said".to_owned()));
        assert_eq!(newest.get::<u64>(&event(3), 0), None, "somebody reads it as another type");
        assert_eq!(newest.get::<String>(&event(3), 1), None, "somebody was erased");
        let forged = Envelope { data: "[]".into(), ..event(3) };
        assert_eq!(newest.get::<String>(&forged, 0), None);
        let far = 3 + SLOTS as u64;
        assert_eq!(newest.get::<String>(&event(far), 0), None, "another event has the same slot");
        committed.send_replace(far);
        assert_eq!(newest.get::<String>(&event(3), 0), None, "it is old");
        newest.keep(&event(3), &"old".to_owned(), 0);
        newest.keep(&event(far), &"new".to_owned(), 0);
        assert_eq!(newest.get(&event(far), 0), Some("new".to_owned()));
        newest.clear();
        assert_eq!(newest.get::<String>(&event(far), 0), None);
    }
}
