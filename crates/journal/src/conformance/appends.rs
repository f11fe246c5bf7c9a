//! Appends: all events or none, at the expected version.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::{Envelope, Ids, Log, Timestamp};
use tokio::task::JoinSet;

use super::guest::{AT, Guest, append, event, ids};
use crate::{Append, Appended, Expected, Journal, NewEvent, Refused, UniqueKeys};

/// Every field is read back as it was written, from the stream and from the log.
pub async fn read_back_as_written(journal: &Arc<dyn Journal>) {
    for log in Log::ALL {
        let guest = Guest::arrive(journal);
        let start = guest.head(log).await;
        let stream = guest.stream(log, "an id with / and ü and 'quotes'");
        let rare = NewEvent {
            user_id: Some(Ids.id(AT)),
            event_type: "ÜBERGABE 'IMMER' %".into(),
            schema_version: u16::MAX,
            timestamp: Timestamp::from_micros(-1),
            data: r#"{"text":"नमस्ते \u0000 \"x\"","number":0.1}"#.into(),
            metadata: format!(r#"{{"long":"{}"}}"#, "x".repeat(200_000)).into(),
            ..event()
        };
        let events = vec![event(), rare];
        let asked = Append { events: events.clone(), ..append(&stream, Expected::Exactly(0), 0) };
        let appended = guest.append(asked).await.unwrap();
        let written: Vec<_> = (appended.position.seq - 1..).zip(1..).zip(events).collect();
        let written: Vec<_> = written
            .into_iter()
            .map(|((seq, version), event)| Envelope {
                position: appended.position.at(seq),
                event_id: event.event_id,
                stream: stream.clone(),
                version,
                user_id: event.user_id,
                event_type: event.event_type,
                schema_version: event.schema_version,
                timestamp: event.timestamp,
                data: event.data,
                metadata: event.metadata,
            })
            .collect();
        assert_eq!(guest.events(&stream).await, written);
        assert_eq!(guest.own_after(start, 100).await, written);
    }
}

/// The events of one append are contiguous and in order, in the stream and in the log, despite concurrent appends.
pub async fn stand_together(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let start = guest.head(Log::Facts).await;
    let shared = guest.stream(Log::Facts, "shared");
    let mut tasks = JoinSet::new();
    for task in 0..30 {
        let guest = guest.clone();
        let asked = append(&shared, Expected::Any, 1 + task % 5);
        tasks.spawn(async move { (ids(&asked), guest.append(asked).await.unwrap()) });
    }
    let mut wanted = BTreeMap::new();
    for (ids, Appended { version, position }) in tasks.join_all().await {
        let count = ids.len() as u64;
        let places = (position.seq + 1 - count..).zip(version + 1 - count..);
        wanted.extend(places.zip(ids));
    }
    let place = |event: Envelope| ((event.position.seq, event.version), event.event_id);
    let in_log: BTreeMap<_, _> = guest.own_after(start, 7).await.into_iter().map(place).collect();
    assert_eq!(in_log, wanted);
    assert_eq!(guest.events(&shared).await.into_iter().map(place).collect::<BTreeMap<_, _>>(), wanted);
    assert_eq!(guest.length(&shared).await, wanted.len() as u64);
}

/// `Any` accepts every version, `Exactly` only one. A conflict reports the expected and the actual version.
pub async fn expected_versions(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let stream = guest.stream(Log::Facts, 1);
    let version = |expected, count| {
        let append = append(&stream, expected, count);
        let guest = &guest;
        async move { guest.append(append).await.map(|appended| appended.version) }
    };
    let conflict = |expected, actual| Err(Refused::Conflict { expected, actual });
    assert_eq!(version(Expected::Exactly(1), 1).await, conflict(1, 0));
    assert_eq!(version(Expected::Exactly(0), 2).await, Ok(2));
    assert_eq!(version(Expected::Any, 3).await, Ok(5));
    assert_eq!(version(Expected::Exactly(5), 1).await, Ok(6));
    for wrong in [0, 5, 7, u64::MAX] {
        assert_eq!(version(Expected::Exactly(wrong), 3).await, conflict(wrong, 6));
    }
    assert_eq!(guest.length(&stream).await, 6);
}

/// Of many concurrent appends that expect the same version one succeeds. The others are told the resulting version.
pub async fn one_wins_a_version(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let stream = guest.stream(Log::Facts, 1);
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let guest = guest.clone();
        let asked = append(&stream, Expected::Exactly(0), 3);
        tasks.spawn(async move { guest.append(asked).await.map(|appended| appended.version) });
    }
    let (won, lost): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(won, [Ok(3)]);
    assert_eq!(lost, vec![Err(Refused::Conflict { expected: 0, actual: 3 }); 15]);
    assert_eq!(guest.length(&stream).await, 3);
}

/// Retries of an append whose outcome is unknown append it once, and every attempt gets the same answer.
pub async fn another_try(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    for (log, user_id) in [(Log::Facts, None), (Log::Activity, None), (Log::Activity, Some(Ids.id(AT)))] {
        let (stream, start) = (guest.stream(log, format!("{user_id:?}")), guest.head(log).await);
        let again = Expected::Again { since: start.seq };
        let tries = |expected, count| {
            let events = (0..count).map(|_| NewEvent { user_id, ..event() }).collect();
            Append { events, ..append(&stream, expected, 0) }
        };
        let first = tries(Expected::Any, 2);
        let appended = guest.append(first.clone()).await.unwrap();
        guest.append(tries(Expected::Any, 1)).await.unwrap();
        let retry = Append { expected: again, ..first };
        assert_eq!(guest.append(retry).await, Ok(appended), "it was done");
        assert_eq!(guest.length(&stream).await, 3);

        let lost = tries(again, 1);
        let mut tasks = JoinSet::new();
        for _ in 0..16 {
            let guest = guest.clone();
            let lost = lost.clone();
            tasks.spawn(async move { guest.append(lost).await });
        }
        let answers = tasks.join_all().await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!(answers[0].as_ref().map(|appended| appended.version), Ok(4), "it was not done before");
        assert_eq!(guest.own_after(start, 3).await.len(), 4);
        assert_eq!(guest.append(tries(again, 0)).await.map(|appended| appended.version), Ok(4));
    }
}

/// Rule 17: appending nothing changes nothing: no version, no position, no unique key, no key.
pub async fn rule_17_nothing(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let start = guest.head(Log::Facts).await;
    let (stream, empty) = (guest.stream(Log::Facts, 1), guest.stream(Log::Facts, 2));
    let (held, free) = (guest.unique_key("name", 1), guest.unique_key("name", 2));
    let unique_keys = UniqueKeys::taking(vec![held.clone()]);
    let first =
        guest.append(Append { unique_keys, ..append(&stream, Expected::Exactly(0), 2) }).await.unwrap();

    let nothing = |stream, expected, key| Append {
        unique_keys: UniqueKeys { take: vec![free.clone()], release_all: true },
        idempotency: Some(guest.once(key, 1, "nothing")),
        ..append(stream, expected, 0)
    };
    for expected in [Expected::Any, Expected::Exactly(2)] {
        assert_eq!(guest.append(nothing(&stream, expected, "a")).await, Ok(first));
    }
    let unborn = Appended { version: 0, position: start.at(0) };
    assert_eq!(guest.append(nothing(&empty, Expected::Exactly(0), "a")).await, Ok(unborn));
    let stale = guest.append(nothing(&stream, Expected::Exactly(1), "a")).await;
    assert_eq!(stale, Err(Refused::Conflict { expected: 1, actual: 2 }));

    assert_eq!(guest.owner(&held).await, Some(stream.clone()), "nothing was given back");
    assert_eq!(guest.owner(&free).await, None, "nothing was taken");
    let other =
        Append { idempotency: Some(guest.once("a", 2, "it")), ..append(&empty, Expected::Exactly(0), 1) };
    assert_eq!(guest.append(other).await.map(|appended| appended.version), Ok(1), "the key was not used up");
    let next = guest.append(append(&stream, Expected::Exactly(2), 1)).await;
    assert_eq!(next.map(|appended| appended.version), Ok(3), "the stream goes on");
    assert_eq!(guest.own_after(start, 10).await.len(), 4);
}
