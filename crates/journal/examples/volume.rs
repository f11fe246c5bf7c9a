//! Measures a month of activity: appending, reading from rows, archiving during appends, reading from segments. Run
//! with `cargo run --release -p journal --example volume -- EVENTS`. It needs about 2 KB of disk space per event, in
//! the directory of the binary.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement told on the terminal")]
#![expect(clippy::cast_precision_loss, reason = "rates")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::activity::{ActivityEvent, Snapshot};
use domain::money::Paise;
use domain::{Actor, Clock, Ids, Log, Metadata, Personal, StreamId, TenantId, Timestamp, UserId};
use journal::sqlite::Limits;
use journal::{AggregateStore, EventQuery, Journal, KeyRing, SqliteJournal};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

/// Concurrent tasks, so that appends share transactions.
const AT_ONCE: u64 = 256;
/// Views per person in the month.
const EACH: u64 = 400;
const HOMES: u64 = 5_000;
const START: &str = "2026-01-01T00:00:00Z";
const DAYS: i64 = 30;
const PAGE: usize = 1024;

/// A deterministic pseudo-random number.
fn scattered(seed: u64) -> u64 {
    seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11
}

fn id(kind: u64, number: u64) -> Uuid {
    let random = u128::from(scattered(number)) << 20;
    Uuid::from_u128((0x019b_0000_0000_7000_8000_0000_0000_0000 + u128::from(kind << 48)) ^ random)
}

fn tenant() -> TenantId {
    TenantId::stored("hyderabad")
}

struct Month {
    journal: Arc<SqliteJournal>,
    aggregates: AggregateStore,
    clock: Clock,
    step: i64,
    people: u64,
    next: AtomicU64,
}

impl Month {
    fn open(directory: &Path, events: u64) -> Arc<Self> {
        let start: Timestamp = START.parse().unwrap();
        let clock = Clock::manual(start);
        let journal = Arc::new(SqliteJournal::open(directory, &clock, Limits::default()).unwrap());
        let keys = KeyRing::open(&directory.join("keys.db"), &[7; 32]).unwrap();
        let aggregates =
            AggregateStore::new(Arc::<SqliteJournal>::clone(&journal), Arc::new(keys), clock.clone(), Ids);
        let step = DAYS * 86_400_000_000 / i64::try_from(events).unwrap();
        Arc::new(Self {
            journal,
            aggregates,
            clock,
            step,
            people: events.div_ceil(EACH),
            next: AtomicU64::new(0),
        })
    }

    fn person(&self, number: u64) -> UserId {
        id(1, scattered(number) % self.people).into()
    }

    /// Records the next view of a listing.
    async fn look(&self) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.clock.advance_micros(self.step);
        let user = self.person(number);
        let home = scattered(number + 7) % HOMES;
        let metadata = Metadata {
            ip_address: Some(Personal::of(user, format!("203.0.113.{}", number % 256))),
            user_agent: Some(Personal::of(user, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0".into())),
            session_id: Some(id(3, scattered(number) % self.people + number / 100_000).into()),
            correlation_id: Some(self.aggregates.fresh().to_string()),
            causation_id: None,
        };
        let title = format!("{}BHK Apartment number {home} in Gachibowli", 1 + home % 4);
        let price = Paise::from_paise(i64::try_from(home).unwrap() * 1_000_000);
        let area = ["Gachibowli", "Kondapur", "Madhapur", "Miyapur"][usize::try_from(home % 4).unwrap()];
        let snapshot = Snapshot::of(self.person(home), &title, price, area);
        let event =
            ActivityEvent::Viewed { property_id: id(2, home).into(), snapshot, views: 1, counted: true };
        let actor = Actor { tenant: tenant(), user: Some(user), metadata };
        self.aggregates.record(&actor, StreamId::new(&tenant(), "activity", user), &event).await.unwrap();
    }

    /// Appends `events` more with many concurrent tasks. Returns the rate per second.
    async fn fill(self: &Arc<Self>, events: u64) -> f64 {
        let left = Arc::new(AtomicU64::new(events));
        let began = Instant::now();
        let mut workers = JoinSet::new();
        for _ in 0..AT_ONCE {
            let (month, left) = (Arc::clone(self), Arc::clone(&left));
            workers.spawn(async move {
                let one_less = |left: u64| left.checked_sub(1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
                    month.look().await;
                }
            });
        }
        workers.join_all().await;
        events as f64 / began.elapsed().as_secs_f64()
    }

    /// Reads all events from the beginning with one reader. Returns the rate per second.
    async fn read_through(&self, events: u64) -> f64 {
        let mut cursor = self.journal.head(Log::Activity).await.unwrap().at(0);
        let began = Instant::now();
        while cursor.seq < events {
            cursor = self.journal.read_after(cursor, PAGE).await.unwrap().last().unwrap().position;
        }
        cursor.seq as f64 / began.elapsed().as_secs_f64()
    }

    /// Median milliseconds to read a person's first 50 events, and their newest 50.
    async fn pages(&self) -> (f64, f64) {
        let (mut first, mut newest) = (Vec::new(), Vec::new());
        for number in 0..200 {
            let user = self.person(number * 31);
            let from = (Timestamp::from_micros(0), Uuid::nil());
            let began = Instant::now();
            let page = self.journal.read_user(&tenant(), user, Log::Activity, from, 50).await.unwrap();
            first.push(began.elapsed());
            let query = EventQuery { user: Some(user), ..EventQuery::newest(&tenant(), Log::Activity, 50) };
            let began = Instant::now();
            let found = self.journal.find(&query).await.unwrap();
            newest.push(began.elapsed());
            assert!(!page.is_empty() && page.len() == found.len());
        }
        (milliseconds(&mut first, 50), milliseconds(&mut newest, 50))
    }

    /// Milliseconds (p50, p99, longest) of sequential appends until `end`.
    async fn appends(&self, mut end: impl FnMut(usize) -> bool) -> [f64; 3] {
        let mut took = Vec::new();
        while !end(took.len()) {
            let began = Instant::now();
            self.look().await;
            took.push(began.elapsed());
        }
        [50, 99, 100].map(|percent| milliseconds(&mut took, percent))
    }
}

fn milliseconds(took: &mut [Duration], percent: usize) -> f64 {
    took.sort_unstable();
    took[(took.len() * percent / 100).min(took.len() - 1)].as_secs_f64() * 1000.0
}

fn bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

#[tokio::main]
async fn main() {
    let events: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    let binaries = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let directory = tempfile::tempdir_in(binaries).unwrap();
    let month = Month::open(directory.path(), events);
    println!("- {events} activity events appended at {:.0}/s", month.fill(events).await);
    let file = bytes(&directory.path().join("activity.db"));
    let before = month.read_through(events).await;
    let pages_before = month.pages().await;
    let alone = month.appends(|count| count == 2000).await;

    let end: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
    month.clock.advance_micros(end.micros() - month.clock.now().micros());
    let journal = Arc::clone(&month.journal);
    let began = Instant::now();
    let mut archive = JoinSet::new();
    archive.spawn(async move { journal.archive(end).await.unwrap() });
    let mut archived = None;
    let beside = month
        .appends(|_| {
            archived = archived.or_else(|| archive.try_join_next().map(Result::unwrap));
            archived.is_some()
        })
        .await;
    let archived = archived.unwrap();
    let took = began.elapsed().as_secs_f64();
    let after = month.read_through(archived.events).await;
    let pages_after = month.pages().await;

    let each = |bytes: u64| bytes as f64 / archived.events as f64;
    println!(
        "- sealed into {} segments at {:.0}/s beside appends; bytes an event: {:.0} in the database, {:.0} as values, \
         {:.0} sealed ({:.1} and {:.1} times smaller)",
        archived.segments,
        archived.events as f64 / took,
        file as f64 / events as f64,
        each(archived.bytes_before),
        each(archived.bytes_after),
        file as f64 / events as f64 / each(archived.bytes_after),
        archived.bytes_before as f64 / archived.bytes_after as f64,
    );
    println!(
        "- read through: {before:.0} events/s from rows, {after:.0} from segments ({:.2})",
        after / before
    );
    println!(
        "- a person's first 50 events: {:.2} ms from rows, {:.2} from segments; newest 50: {:.2} and {:.2}",
        pages_before.0, pages_after.0, pages_before.1, pages_after.1,
    );
    println!(
        "- one append after the other, p50/p99/longest ms: {alone:.2?} alone, {beside:.2?} beside the seal"
    );
    month.journal.close().await;
}
