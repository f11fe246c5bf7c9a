//! Archiving during concurrent appends and reads: nobody sees a gap or a duplicate, or has to wait.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use domain::{Log, StreamId, TenantId, Timestamp};
use journal::{Append, EventQuery, Expected, Journal};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::scene::{CUT, Scene, append, at, event, everything, person};

const APPENDERS: u32 = 6;
const EACH: u32 = 250;

fn tenant() -> TenantId {
    TenantId::stored("t")
}

/// Reads the log from its beginning repeatedly: never with a gap, and never fewer events than before.
async fn follow(journal: Arc<impl Journal>, done: Arc<AtomicBool>) {
    let mut longest = 0;
    while !done.load(Ordering::SeqCst) {
        let mut cursor = journal.head(Log::Activity).await.unwrap().at(0);
        for limit in [3, 50, 200].into_iter().cycle() {
            let page = journal.read_after(cursor, limit).await.unwrap();
            let Some(last) = page.last().map(|event| event.position) else { break };
            assert!(page.iter().map(|event| event.position.seq).eq(cursor.seq + 1..=last.seq));
            cursor = last;
            // Reads from memory never wait, so let the appenders run.
            tokio::task::yield_now().await;
        }
        tokio::task::yield_now().await;
        assert!(cursor.seq >= longest, "{} events were there, now {}", longest, cursor.seq);
        longest = cursor.seq;
    }
}

/// Queries one person's events in every way: none is duplicated and none disappears.
async fn ask(journal: Arc<impl Journal>, number: u32, done: Arc<AtomicBool>) {
    let user = person(number);
    let mut most = 0;
    let stream = StreamId::new(&tenant(), "activity", user);
    let query = EventQuery { user: Some(user), ..EventQuery::newest(&tenant(), Log::Activity, 100_000) };
    while !done.load(Ordering::SeqCst) {
        let start = (Timestamp::from_micros(0), Uuid::nil());
        let mine = journal.read_user(&tenant(), user, Log::Activity, start, 100_000).await.unwrap();
        let (found, read) =
            (journal.find(&query).await.unwrap(), journal.read_stream(&stream, 0).await.unwrap());
        for events in [mine, found, read] {
            let ids: HashSet<_> = events.iter().map(|event| event.event_id).collect();
            assert_eq!(ids.len(), events.len(), "an event is there twice");
            assert!(ids.len() >= most, "{most} events were there, now {}", ids.len());
            most = ids.len();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_03_seals_while_others_append_and_read() {
    let scene = Scene::at(tempfile::tempdir().unwrap());
    let (mut appenders, mut readers) = (JoinSet::new(), JoinSet::new());
    let done = Arc::new(AtomicBool::default());
    for _ in 0..2 {
        readers.spawn(follow(Arc::clone(&scene.journal), Arc::clone(&done)));
    }
    readers.spawn(ask(Arc::clone(&scene.journal), 1, Arc::clone(&done)));
    for number in 0..APPENDERS {
        let journal = Arc::clone(&scene.journal);
        appenders.spawn(async move {
            let user = person(number);
            let start = at("2026-01-01");
            for round in 0..EACH {
                let time = start.plus_seconds(i64::from(round) * 12 * 3600);
                let events = vec![event(Some(user), "PROPERTY_VIEWED", time)];
                journal.append(append(StreamId::new(&tenant(), "activity", user), events)).await.unwrap();
            }
        });
    }
    let (mut archived, mut runs) = (0, 0);
    while !appenders.is_empty() {
        let head = scene.journal.head(Log::Activity).await.unwrap();
        let newest = scene.journal.read_after(head.at(head.seq.saturating_sub(1)), 1).await.unwrap();
        if let Some(newest) = newest.first() {
            let made = scene.journal.archive_in(newest.timestamp, CUT).await.unwrap();
            archived += made.events;
            runs += u64::from(made.segments > 0);
        }
        while appenders.try_join_next().map(Result::unwrap).is_some() {}
        tokio::task::yield_now().await;
    }
    archived += scene.journal.archive_in(at("2100-01-01"), CUT).await.unwrap().events;
    done.store(true, Ordering::SeqCst);
    readers.join_all().await;
    assert!(runs > 1, "{runs} archive runs while others appended");
    let all = everything(&scene.journal).await;
    assert_eq!((all.len() as u64, archived), (u64::from(APPENDERS * EACH), u64::from(APPENDERS * EACH)));
    assert_eq!(everything(&scene.reopened().await.journal).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_that_is_dropped_goes_on_with_the_next() {
    let scene = Scene::of(900).await;
    let before = everything(&scene.journal).await;
    for polls in 1..40 {
        let mut archive = Box::pin(scene.journal.archive_in(at("2026-06-01"), CUT));
        for _ in 0..polls {
            if archive.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(archive);
        assert_eq!(everything(&scene.journal).await, before, "dropped after {polls} polls");
    }
    scene.journal.archive_in(at("2026-06-01"), CUT).await.unwrap();
    assert_eq!(super::rows(scene.directory.path()), 0);
    let scene = scene.reopened().await;
    assert_eq!(everything(&scene.journal).await, before);
}

/// If the clock jumps ahead, a month can end and be archived between two attempts of the same append.
#[tokio::test]
async fn another_try_finds_what_was_sealed_meanwhile() {
    for user in [None, Some(person(1))] {
        let scene = Scene::at(tempfile::tempdir().unwrap());
        let stream = StreamId::new(&tenant(), "activity", 1);
        let (before, first) = (event(None, "A", at("2026-01-09")), event(user, "B", at("2026-01-10")));
        scene.journal.append(append(stream.clone(), vec![before])).await.unwrap();
        let appended = scene.journal.append(append(stream.clone(), vec![first.clone()])).await.unwrap();
        assert_eq!(scene.journal.archive(at("2027-03-01")).await.unwrap().events, 2);
        let again =
            |event| Append { expected: Expected::Again { since: 1 }, ..append(stream.clone(), vec![event]) };
        assert_eq!(scene.journal.append(again(first)).await.unwrap(), appended);
        let lost = event(user, "C", at("2026-01-11"));
        assert_eq!(scene.journal.append(again(lost)).await.unwrap().version, 3, "that one was lost");
    }
}
