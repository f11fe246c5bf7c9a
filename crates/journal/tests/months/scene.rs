//! A journal with some months of activity of a few people, and every kind of query on it.

use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Envelope, Ids, Log, StreamId, TenantId, Timestamp, UserId};
use journal::sqlite::{Cut, Limits};
use journal::{Append, Appended, EventQuery, Expected, Journal, NewEvent, SqliteJournal, UniqueKeys};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

/// Segments and blocks small enough to meet every boundary.
pub const CUT: Cut = Cut { segment_events: 60, block_bytes: 700 };

pub fn at(day: &str) -> Timestamp {
    format!("{day}T00:00:00Z").parse().unwrap()
}

pub fn open(directory: &Path) -> SqliteJournal {
    SqliteJournal::open(directory, &Clock::manual(at("2026-06-01")), Limits::default()).unwrap()
}

pub async fn everything(journal: &SqliteJournal) -> Vec<Envelope> {
    let head = journal.head(Log::Activity).await.unwrap();
    journal.read_after(head.at(0), 1_000_000).await.unwrap()
}

/// The number of rows left in the file.
pub fn rows(directory: &Path) -> u64 {
    let file = Connection::open(directory.join("activity.db")).unwrap();
    file.query_row("select count(*) from event_store", [], |row| row.get(0)).unwrap()
}

/// The file names in the segments directory.
pub fn files(directory: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory.join("segments")) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub fn person(number: u32) -> UserId {
    Uuid::from_u128(0x0190_0000 + u128::from(number)).into()
}

pub fn event(user: Option<UserId>, event_type: &str, timestamp: Timestamp) -> NewEvent {
    NewEvent {
        event_id: Ids.uuid(timestamp),
        user_id: user,
        event_type: event_type.into(),
        schema_version: 1,
        timestamp,
        data: format!(r#"{{"viewed":"{}"}}"#, Ids.uuid(timestamp)).into(),
        metadata: "{}".into(),
    }
}

pub fn append(stream: StreamId, events: Vec<NewEvent>) -> Append {
    Append {
        stream,
        expected: Expected::Any,
        events,
        unique_keys: UniqueKeys::default(),
        limits: Vec::new(),
        idempotency: None,
    }
}

pub struct Scene {
    pub directory: TempDir,
    pub journal: Arc<SqliteJournal>,
}

impl Scene {
    pub fn at(directory: TempDir) -> Self {
        let journal = Arc::new(open(directory.path()));
        Self { directory, journal }
    }

    /// Creates a journal with `events` events from January to May, out of order by up to an hour.
    pub async fn of(events: u32) -> Self {
        let scene = Self::at(tempfile::tempdir().unwrap());
        let mut random = StdRng::seed_from_u64(7);
        let (start, step) =
            (at("2026-01-01"), (at("2026-06-01").seconds() - at("2026-01-01").seconds() - 7200));
        for number in 0..events {
            let seconds = i64::from(number) * step / i64::from(events) + random.random_range(0..3600);
            let time = start.plus_seconds(seconds - seconds % 1800);
            let tenant = TenantId::stored(if random.random_range(0..4) == 0 { "small" } else { "large" });
            let user = person(random.random_range(0..12));
            let kind = ["PROPERTY_VIEWED", "PROPERTY_SHARED", "RARE"][usize::from(number % 50 == 0) * 2];
            let append = if random.random_range(0..10) == 0 {
                let stream = StreamId::new(&tenant, "counts", domain::time::day_name(time.india_day()));
                append(stream, vec![event(None, "VIEWS_COUNTED", time)])
            } else {
                append(StreamId::new(&tenant, "activity", user), vec![event(Some(user), kind, time)])
            };
            scene.journal.append(append).await.unwrap();
        }
        scene
    }

    pub async fn append(&self, count: u32, time: Timestamp) -> Appended {
        let events = (0..count).map(|n| event(Some(person(n % 9)), "PROPERTY_VIEWED", time)).collect();
        let stream = StreamId::new(&TenantId::stored("t"), "activity", "somebody");
        self.journal.append(append(stream, events)).await.unwrap()
    }

    pub async fn reopened(self) -> Self {
        self.journal.close().await;
        Self::at(self.directory)
    }

    /// The results of every kind of query, with several page sizes.
    pub async fn answers(&self) -> Vec<(String, Vec<Envelope>)> {
        let mut all = Vec::new();
        let start = self.journal.head(Log::Activity).await.unwrap().at(0);
        for (seq, limit) in [(0, 10_000), (0, 7), (59, 3), (60, 61), (200, 200), (850, 100), (900, 9), (5, 0)]
        {
            let page = self.journal.read_after(start.at(seq), limit).await.unwrap();
            all.push((format!("{limit} after {seq}"), page));
        }
        for tenant in ["small", "large", "none"].map(TenantId::stored) {
            for number in [0, 5, 11, 12] {
                all.extend(self.of_person(&tenant, person(number)).await);
            }
            for query in queries(&tenant) {
                all.push((format!("{query:?}"), self.journal.find(&query).await.unwrap()));
            }
        }
        all
    }

    async fn of_person(&self, tenant: &TenantId, user: UserId) -> Vec<(String, Vec<Envelope>)> {
        let mut all = Vec::new();
        let stream = StreamId::new(tenant, "activity", user);
        for after in [0, 1, 30, 1000] {
            let found = self.journal.read_stream(&stream, after).await.unwrap();
            all.push((format!("{stream} after {after}"), found));
        }
        for limit in [1, 4, 500] {
            let mut found = Vec::new();
            let mut after = (Timestamp::from_micros(i64::MIN), Uuid::nil());
            loop {
                let page = self.journal.read_user(tenant, user, Log::Activity, after, limit).await.unwrap();
                after = page.last().map_or(after, |last| (last.timestamp, last.event_id));
                found.extend_from_slice(&page);
                if page.len() < limit {
                    break;
                }
            }
            all.push((format!("{tenant} {user} by {limit}"), found));
        }
        all
    }
}

fn queries(tenant: &TenantId) -> Vec<EventQuery> {
    let all = EventQuery::newest(tenant, Log::Activity, 10_000);
    let few = EventQuery { limit: 5, ..all.clone() };
    let user = person(3);
    let (from, to) = (Some(at("2026-02-10")), Some(at("2026-03-20")));
    let rare = Some("RARE".to_owned());
    let asked = [
        all.clone(),
        few.clone(),
        EventQuery { user: Some(user), ..few.clone() },
        EventQuery { id: Some(user.to_string()), ..few.clone() },
        EventQuery { id: Some(user.to_string()), kind: Some("counts".into()), ..all.clone() },
        EventQuery { kind: Some("counts".into()), ..few.clone() },
        EventQuery { event_type: rare.clone(), ..all.clone() },
        EventQuery { event_type: rare, user: Some(user), from, ..all.clone() },
        EventQuery { from, to, ..all.clone() },
        EventQuery { from, to, ..few.clone() },
        EventQuery { before: Some(400), after: Some(100), ..all.clone() },
        EventQuery { before: Some(62), limit: 3, ..all.clone() },
        EventQuery { before: Some(u64::MAX), after: Some(u64::MAX), ..all },
    ];
    asked.into_iter().flat_map(|query| [EventQuery { oldest_first: true, ..query.clone() }, query]).collect()
}
