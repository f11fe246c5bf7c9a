//! Traces how an event came about: the chain of events that caused it, and the other events of the same request.

use domain::{Envelope, Metadata, Position, Timestamp};
use journal::{Journal, JournalError};
use uuid::Uuid;

/// The longest chain of causes that is followed.
const LONGEST: usize = 20;
/// The events of one request are near each other in the log: this many positions on both sides are searched.
const NEAR: u64 = 200;
/// Timestamps are taken before positions are assigned. Events of the same moment are at most this far apart.
const SLACK_MICROS: i64 = 10_000_000;
/// Events searched per read.
const PAGE: usize = 500;

#[derive(Debug, Default)]
pub struct Chain {
    /// The cause, its cause, and so on.
    pub causes: Vec<Envelope>,
    /// The other events of the same request, in order.
    pub related: Vec<Envelope>,
}

fn metadata(envelope: &Envelope) -> Metadata {
    serde_json::from_str(&envelope.metadata).unwrap_or_default()
}

impl Chain {
    pub async fn of(journal: &dyn Journal, event: &Envelope) -> Result<Self, JournalError> {
        let mut causes: Vec<Envelope> = Vec::new();
        let mut next = metadata(event).causation_id;
        while let Some(id) = next.filter(|_| causes.len() < LONGEST) {
            let Some(cause) = locate(journal, event, id).await? else { break };
            next = metadata(&cause).causation_id;
            causes.push(cause);
        }
        let correlation = metadata(event).correlation_id;
        let from = event.position.at(event.position.seq.saturating_sub(NEAR + 1));
        let neighbours = match &correlation {
            Some(_) => journal.read_after(from, usize::try_from(2 * NEAR + 1).unwrap_or(PAGE)).await?,
            None => Vec::new(),
        };
        let same = |e: &Envelope| {
            e.event_id != event.event_id
                && e.stream.tenant == event.stream.tenant
                && metadata(e).correlation_id == correlation
        };
        Ok(Self { causes, related: neighbours.into_iter().filter(same).collect() })
    }
}

/// Finds an event by its id. The id contains the time of the event, so only events near that time in the same log are
/// read.
async fn locate(journal: &dyn Journal, near: &Envelope, id: Uuid) -> Result<Option<Envelope>, JournalError> {
    let Some((seconds, nanos)) = id.get_timestamp().map(|at| at.to_unix()) else { return Ok(None) };
    let at = i64::try_from(seconds).unwrap_or(i64::MAX / 2_000_000) * 1_000_000 + i64::from(nanos / 1000);
    let mut position = first_since(journal, near.position, at - SLACK_MICROS).await?;
    loop {
        let page = journal.read_after(position, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        if let Some(found) = page.iter().find(|e| e.event_id == id && e.stream.tenant == near.stream.tenant) {
            return Ok(Some(found.clone()));
        }
        if last.timestamp.micros() > at + SLACK_MICROS {
            return Ok(None);
        }
        position = last.position;
    }
}

/// The position before the first event at or after a time, by binary search: positions follow time apart from the
/// slack.
async fn first_since(journal: &dyn Journal, any: Position, micros: i64) -> Result<Position, JournalError> {
    let mut low = 0;
    let mut high = journal.head(any.log).await?.seq;
    while low < high {
        let middle = low + (high - low) / 2;
        let at = journal.read_after(any.at(middle), 1).await?.first().map(|event| event.timestamp);
        if at.is_some_and(|at| at < Timestamp::from_micros(micros)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(any.at(low))
}
