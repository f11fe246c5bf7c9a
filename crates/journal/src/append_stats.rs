//! Counters of what was written to a log, for operators.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Envelope, Timestamp};

/// What was written to a log since the process started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppendStats {
    /// The number of events.
    pub events: u64,
    /// The number of commits they were written with.
    pub batches: u64,
    /// The number of appends that could not be written, or whose outcome is unknown. Refused ones are not counted.
    pub failed: u64,
    /// The time of the last event.
    pub last: Option<Timestamp>,
    /// The number of events that a person caused.
    pub of_people: u64,
    /// The number of events by type.
    pub by_type: BTreeMap<Arc<str>, u64>,
}

impl AppendStats {
    pub(crate) fn wrote(&mut self, events: &[Envelope]) {
        let Some(last) = events.last() else { return };
        self.batches += 1;
        self.last = Some(last.timestamp);
        for event in events {
            self.events += 1;
            self.of_people += u64::from(event.user_id.is_some());
            match self.by_type.get_mut(&event.event_type) {
                Some(count) => *count += 1,
                None => _ = self.by_type.insert(Arc::clone(&event.event_type), 1),
            }
        }
    }
}
