//! Reading: by log, by stream and by person.

use std::sync::Arc;

use domain::{Ids, Log, Timestamp, UserId};
use uuid::Uuid;

use super::guest::{AT, Guest, append, event, taking};
use crate::{Append, EventQuery, Expected, Journal, NewEvent};

async fn paged(journal: &Arc<dyn Journal>, query: &EventQuery) -> Vec<domain::Envelope> {
    let mut all = Vec::new();
    let mut next = EventQuery { limit: 4, ..query.clone() };
    loop {
        let page = journal.find(&next).await.unwrap();
        let Some(last) = page.last() else { return all };
        let end = Some(last.position.seq);
        if query.oldest_first {
            next.after = end;
        } else {
            next.before = end;
        }
        all.extend(page);
    }
}

/// Every query returns exactly what a scan of all events would find, in either order and with any page size.
pub async fn found_in_order(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let start = guest.head(log).await;
        let people: [UserId; 2] = [Ids.id(AT), Ids.id(AT)];
        for number in 0..24_i64 {
            let odd = usize::from(number % 2 == 1);
            let event = NewEvent {
                user_id: (number % 3 > 0).then_some(people[odd]),
                event_type: if number % 4 == 0 { "RARE".into() } else { "COMMON".into() },
                timestamp: AT.plus_seconds(number),
                ..event()
            };
            let append =
                Append { events: vec![event], ..append(&guest.stream(log, number % 5), Expected::Any, 0) };
            guest.append(append).await.unwrap();
        }
        let mut whole = guest.own_after(start, 1000).await;
        whole.reverse();
        let all = EventQuery::newest(&guest.tenant, log, 1000);
        let stream = guest.stream(log, 3);
        let at = AT.plus_seconds(10);
        let id = || Some(stream.id.to_string());
        let rare = || Some("RARE".to_owned());
        let queries = [
            all.clone(),
            EventQuery { kind: Some(stream.kind.to_string()), ..all.clone() },
            EventQuery { kind: Some("nothing".into()), ..all.clone() },
            EventQuery { id: id(), ..all.clone() },
            EventQuery { user: Some(people[0]), ..all.clone() },
            EventQuery { event_type: rare(), ..all.clone() },
            EventQuery { event_type: rare(), user: Some(people[0]), id: id(), ..all.clone() },
            EventQuery { from: Some(at), ..all.clone() },
            EventQuery { to: Some(at), ..all.clone() },
            EventQuery { from: Some(at), to: Some(at), ..all.clone() },
        ];
        for query in queries {
            let expected: Vec<_> = whole.iter().filter(|event| query.fits(event)).cloned().collect();
            let mut paged = paged(journal, &query).await;
            assert_eq!(paged, expected, "{query:?}");
            paged.reverse();
            let query = EventQuery { oldest_first: true, after: Some(start.seq), ..query };
            assert_eq!(self::paged(journal, &query).await, paged, "{query:?}");
        }
    }
}

/// Rule 3: pages of any size give every position once and in order, and nothing is after the head.
pub async fn rule_03_pages(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let start = guest.head(log).await;
        for count in [5, 1, 3, 2, 4, 2, 6] {
            guest.append(append(&guest.stream(log, count), Expected::Any, count)).await.unwrap();
        }
        let whole = guest.own_after(start, 1000).await;
        assert_eq!(whole.len(), 23);
        for limit in [1, 2, 3, 5, 7, 22, 23, 24] {
            assert_eq!(guest.own_after(start, limit).await, whole, "in pages of {limit}");
        }
        for event in &whole {
            let one = journal.read_after(start.at(event.position.seq - 1), 1).await.unwrap();
            assert_eq!(one.as_slice(), std::slice::from_ref(event));
        }
        let far = start.at(start.seq + 1_000_000_000);
        assert_eq!(journal.read_after(far, 10).await.unwrap(), []);
        assert_eq!(journal.read_after(start, 0).await.unwrap(), []);
    }
}

/// Reading a stream after a version returns the remaining events in order.
pub async fn streams_after_a_version(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let (stream, neighbour) = (guest.stream(log, "a"), guest.stream(log, "b"));
        for _ in 0..4 {
            guest.append(append(&stream, Expected::Any, 3)).await.unwrap();
            guest.append(append(&neighbour, Expected::Any, 1)).await.unwrap();
        }
        let whole = guest.events(&stream).await;
        assert_eq!(guest.length(&stream).await, 12);
        for (after, rest) in [(0, 0), (1, 1), (11, 11), (12, 12), (13, 12), (1000, 12)] {
            assert_eq!(journal.read_stream(&stream, after).await.unwrap(), whole[rest..]);
        }
        assert_eq!(guest.events(&guest.stream(log, "c")).await, []);
    }
}

/// A person's events are ordered by time and then event id, separately for each log, whatever the order of appending.
/// Nobody else's events are included, and pages of any size continue where the last one ended.
pub async fn person_in_order_of_time(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let (guest, elsewhere) = (Guest::arrive(journal), Guest::arrive(journal));
        let (person, another): (UserId, UserId) = (Ids.id(AT), Ids.id(AT));
        let by = |user_id, seconds| NewEvent { user_id, timestamp: AT.plus_seconds(seconds), ..event() };
        let mut wanted: Vec<(Timestamp, Uuid)> = Vec::new();
        for (stream, seconds) in [3, 1, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5].into_iter().enumerate() {
            let events = vec![by(Some(person), seconds), by(Some(another), seconds), by(None, seconds)];
            wanted.push((events[0].timestamp, events[0].event_id));
            let stream = guest.stream(log, stream % 3);
            guest.append(Append { events, ..append(&stream, Expected::Any, 0) }).await.unwrap();
        }
        let foreign = Append {
            events: vec![by(Some(person), 3)],
            ..append(&elsewhere.stream(log, 0), Expected::Any, 0)
        };
        elsewhere.append(foreign).await.unwrap();
        wanted.sort();

        for limit in [1, 2, 5, 12, 100] {
            let mut found = Vec::new();
            let mut after = (Timestamp::from_micros(0), Uuid::nil());
            loop {
                let page = journal.read_user(&guest.tenant, person, log, after, limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.last() else { break };
                after = (last.timestamp, last.event_id);
                found.extend(page.iter().map(|event| (event.timestamp, event.event_id)));
            }
            assert_eq!(found, wanted, "in pages of {limit}");
        }
        let other_log = Log::ALL[1 - log.index()];
        let start = (Timestamp::from_micros(0), Uuid::nil());
        assert_eq!(journal.read_user(&guest.tenant, person, other_log, start, 10).await.unwrap(), []);
    }
}

/// Two tenants with the same kinds, ids and people never see each other's events, versions or names.
pub async fn tenants_never_meet(journal: &Arc<dyn Journal>) {
    let guests = [Guest::arrive(journal), Guest::arrive(journal)];
    let person: UserId = Ids.id(AT);
    for (guest, count) in guests.iter().zip([2, 3]) {
        let stream = guest.stream(Log::Facts, "same");
        let events = (0..count).map(|_| NewEvent { user_id: Some(person), ..event() }).collect();
        let asked = Append { events, ..taking(&stream, &[&guest.unique_key("name", 1)]) };
        let appended = guest.append(Append { expected: Expected::Exactly(0), ..asked }).await.unwrap();
        assert_eq!(appended.version, count);
    }
    for (guest, count) in guests.iter().zip([2, 3]) {
        let stream = guest.stream(Log::Facts, "same");
        assert_eq!(guest.length(&stream).await, count);
        assert_eq!(guest.owner(&guest.unique_key("name", 1)).await, Some(stream));
        let start = (Timestamp::from_micros(0), Uuid::nil());
        let caused = journal.read_user(&guest.tenant, person, Log::Facts, start, 100).await.unwrap();
        assert_eq!(caused.len() as u64, count);
        assert!(caused.iter().all(|event| event.stream.tenant == guest.tenant));
    }
    let nobody = Guest::arrive(journal);
    assert_eq!(nobody.events(&nobody.stream(Log::Facts, "same")).await, []);
}
