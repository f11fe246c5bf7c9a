//! If the write-ahead log is cut anywhere, reopening finds a prefix of complete appends, including every commit
//! acknowledged before the cut.
//!
//! ```text
//! facts.db-wal:  header | frame frame FRAME | frame FRAME | frame frame frame FRAME |
//!                                     commit        commit                    commit   <- cut here, or anywhere
//! ```
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Envelope, Ids, Log, Position, StreamId, TenantId, Timestamp};
use journal::sqlite::Limits;
use journal::{
    Append, Appended, Expected, Idempotency, Journal, NewEvent, SqliteJournal, UniqueKey, UniqueKeys,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tokio::task::JoinSet;

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const APPENDS: usize = 60;

fn open(directory: &Path) -> SqliteJournal {
    SqliteJournal::open(directory, &Clock::manual(AT), Limits::default()).unwrap()
}

fn stream(id: usize) -> StreamId {
    StreamId::new(&TenantId::stored("t"), "parcel", id)
}

/// The `number`th append: 1–5 events of a random stream, sometimes with unique keys and an idempotency key.
fn append(random: &mut StdRng, number: usize) -> Append {
    let event = |size| NewEvent {
        event_id: Ids.uuid(AT),
        user_id: Some(Ids.id(AT)),
        event_type: "PARCEL_SENT".into(),
        schema_version: 1,
        timestamp: AT,
        data: format!(r#"{{"text":"{}"}}"#, "x".repeat(size)).into(),
        metadata: "{}".into(),
    };
    let events = (0..random.random_range(1..=5)).map(|_| event(random.random_range(0..1500))).collect();
    let digest = |n: usize| [u8::try_from(n).unwrap(); 32];
    // Each append has names of its own, so that none is refused. Every third one releases its stream's earlier names.
    let names = (0..random.random_range(0..3)).map(|n| digest(number * 3 + n));
    let unique_key = |digest| UniqueKey { tenant: TenantId::stored("t"), kind: "name", digest };
    let unique_keys = UniqueKeys { take: names.map(unique_key).collect(), release_all: number % 3 == 2 };
    let scope = "s".to_owned();
    let key = number.to_string();
    let once = Idempotency { scope, key, fingerprint: digest(number), answer: "done".into() };
    let idempotency = (number % 2 == 1).then_some(once);
    Append {
        stream: stream(random.random_range(0..12)),
        expected: Expected::Any,
        events,
        unique_keys,
        idempotency,
        limits: Vec::new(),
    }
}

/// The written data, and the length of the write-ahead log after each acknowledgement.
struct Original {
    directory: TempDir,
    start: Position,
    log: Vec<Envelope>,
    /// Appends by the position of their last event.
    appends: BTreeMap<u64, Append>,
    /// Pairs of write-ahead log length and newest acknowledged position.
    acknowledged: Vec<(usize, u64)>,
    wal: Vec<u8>,
    page: usize,
}

async fn original() -> Original {
    let (directory, source) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let journal = Arc::new(open(source.path()));
    let wal = source.path().join("facts.db-wal");
    let mut random = StdRng::seed_from_u64(7);
    let (mut appends, mut acknowledged): (BTreeMap<u64, Append>, Vec<_>) = Default::default();
    while appends.len() < APPENDS {
        let group = random.random_range(1..=6).min(APPENDS - appends.len());
        let mut tasks = JoinSet::new();
        for number in appends.len()..appends.len() + group {
            let journal = Arc::clone(&journal);
            let asked = append(&mut random, number);
            tasks.spawn(async move { (journal.append(asked.clone()).await.unwrap().position.seq, asked) });
        }
        appends.extend(tasks.join_all().await);
        let newest = appends.last_key_value().map_or(0, |(last, _)| *last);
        acknowledged.push((std::fs::read(&wal).unwrap().len(), newest));
    }
    let start = journal.head(Log::Facts).await.unwrap().at(0);
    let log = journal.read_after(start, 10_000).await.unwrap();
    // Copied while the journal is open, as a power cut would leave it.
    std::fs::copy(source.path().join("facts.db"), directory.path().join("facts.db")).unwrap();
    let wal = std::fs::read(wal).unwrap();
    journal.close().await;
    std::fs::copy(source.path().join("activity.db"), directory.path().join("activity.db")).unwrap();
    let page = u32::from_be_bytes(wal[8..12].try_into().unwrap()) as usize;
    assert_eq!((wal.len() - WAL_HEADER) % (FRAME_HEADER + page), 0);
    Original { directory, start, log, appends, acknowledged, wal, page }
}

impl Original {
    fn frame(&self) -> usize {
        FRAME_HEADER + self.page
    }

    /// Every length at which a frame ends, and whether that frame commits.
    fn boundaries(&self) -> Vec<(usize, bool)> {
        let frames = self.wal[WAL_HEADER..].chunks(self.frame());
        let ends = frames.scan(WAL_HEADER, |end, frame| {
            *end += frame.len();
            Some((*end, frame[4..8] != [0; 4]))
        });
        [(WAL_HEADER, false)].into_iter().chain(ends).collect()
    }

    /// The newest position that had been acknowledged when the write-ahead log had this length.
    fn promised(&self, length: usize) -> u64 {
        self.acknowledged.iter().rev().find(|(at, _)| *at <= length).map_or(0, |(_, newest)| *newest)
    }

    /// Reopens the journal with this write-ahead log, checks everything and appends once more. Returns the newest
    /// position found.
    async fn reopened(&self, wal: &[u8], about: &str) -> u64 {
        let copy = tempfile::tempdir().unwrap();
        for file in ["facts.db", "activity.db"] {
            std::fs::copy(self.directory.path().join(file), copy.path().join(file)).unwrap();
        }
        std::fs::write(copy.path().join("facts.db-wal"), wal).unwrap();

        let journal = open(copy.path());
        let found = journal.read_after(self.start, 10_000).await.unwrap();
        let head = journal.head(Log::Facts).await.unwrap().seq;
        assert_eq!(head, found.len() as u64, "{about}");
        assert!(found == self.log[..found.len()], "{about}: something else was found than what was written");
        assert!(head == 0 || self.appends.contains_key(&head), "{about}: half an append is there at {head}");
        self.tables_agree(&copy.path().join("facts.db"), head, about);

        let version = found.iter().filter(|event| event.stream == stream(3)).count() as u64;
        let mut next = append(&mut StdRng::seed_from_u64(head), 84);
        (next.stream, next.expected) = (stream(3), Expected::Exactly(version));
        let count = next.events.len() as u64;
        let appended = journal.append(next).await.unwrap();
        let wanted = Appended { version: version + count, position: self.start.at(head + count) };
        assert_eq!(appended, wanted, "{about}");
        assert_eq!(
            journal.read_after(self.start, 10_000).await.unwrap().len() as u64,
            head + count,
            "{about}"
        );
        journal.close().await;
        head
    }

    /// Checks that stream heads, unique keys and idempotency keys are those of the appends up to `head`.
    fn tables_agree(&self, file: &Path, head: u64, about: &str) {
        let mut streams: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
        let mut unique_keys: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        let mut keys: BTreeSet<(String, u64)> = BTreeSet::new();
        for event in &self.log[..usize::try_from(head).unwrap()] {
            let seq = event.position.seq;
            let entry = streams.entry(event.stream.id.to_string()).or_insert((0, seq, seq));
            (entry.0, entry.2) = (event.version, seq);
        }
        for (last, append) in self.appends.range(..=head) {
            if append.unique_keys.release_all {
                unique_keys.retain(|_, owner| *owner != *append.stream.id);
            }
            unique_keys.extend(
                append.unique_keys.take.iter().map(|c| (c.digest.to_vec(), append.stream.id.to_string())),
            );
            keys.extend(append.idempotency.iter().map(|once| (once.key.clone(), *last)));
        }
        let file = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
        let stored: BTreeMap<_, _> =
            rows(&file, "select id, version, first_position, last_position from streams", |row| {
                Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
            });
        assert!(stored == streams, "{about}: heads of streams {stored:?}, wanted {streams:?}");
        let stored: BTreeMap<_, _> =
            rows(&file, "select digest, stream_id from claims", |row| Ok((row.get(0)?, row.get(1)?)));
        assert!(stored == unique_keys, "{about}: claims {stored:?}, wanted {unique_keys:?}");
        let stored: BTreeSet<_> =
            rows(&file, "select key, position from idempotency", |row| Ok((row.get(0)?, row.get(1)?)));
        assert!(stored == keys, "{about}: keys {stored:?}, wanted {keys:?}");
        let sound: String = file.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok", "{about}");
    }
}

fn rows<T, All: FromIterator<T>>(
    file: &Connection,
    sql: &str,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> All {
    file.prepare(sql).unwrap().query_map([], read).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Cut between two frames: the last complete commit is there, including everything acknowledged by then.
#[tokio::test]
async fn rule_12_cut_at_every_frame() {
    let original = original().await;
    let boundaries = original.boundaries();
    let mut last = 0;
    let mut heads = BTreeSet::new();
    for &(length, commits) in &boundaries {
        let about = format!("cut at {length}");
        let head = original.reopened(&original.wal[..length], &about).await;
        assert!(head >= original.promised(length), "{about}: an acknowledged commit is gone");
        assert!(commits || head == last, "{about}: {head} after {last} without a commit");
        assert!(head >= last);
        last = head;
        heads.insert(head);
    }
    assert_eq!(last, original.log.len() as u64);
    let commits = boundaries.iter().filter(|(_, commits)| *commits).count();
    assert!(heads.len() == commits && commits < APPENDS, "{commits} commits, {} prefixes", heads.len());
    println!("{} frames of {} bytes, {commits} commits", boundaries.len() - 1, original.frame());
    assert_eq!(original.reopened(&[], "no write-ahead log").await, 0);
    assert_eq!(original.reopened(&original.wal[..WAL_HEADER / 2], "half a header").await, 0);
}

/// A torn or corrupted frame loses its own commit but none before it.
#[tokio::test]
async fn rule_12_torn_and_flipped_frames() {
    let original = original().await;
    let (boundaries, frame) = (original.boundaries(), original.frame());
    let commits = boundaries.iter().filter(|(_, commits)| *commits).map(|(end, _)| *end);
    let mut before = 0;
    for (number, end) in commits.enumerate() {
        let torn = [1, FRAME_HEADER, FRAME_HEADER + 1, frame / 2, frame - 1][number % 5];
        let about = format!("torn {torn} bytes into the frame that ends at {end}");
        assert_eq!(original.reopened(&original.wal[..end - frame + torn], &about).await, before, "{about}");

        let flipped = [3, 6, 12, 20, FRAME_HEADER, frame / 2, frame - 1][number % 7];
        let about = format!("byte {flipped} flipped in the frame that ends at {end}");
        let mut wal = original.wal[..end].to_vec();
        wal[end - frame + flipped] ^= 1 << (number % 8);
        assert_eq!(original.reopened(&wal, &about).await, before, "{about}");

        before = original.reopened(&original.wal[..end], "whole").await;
        assert!(before >= original.promised(end));
    }
    assert_eq!(before, original.log.len() as u64);
}
