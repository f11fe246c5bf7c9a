//! Many tasks that append and get refused, and continue after the journal is closed and reopened. `HYD_TEST_APPENDS`
//! sets the number of attempted appends (default 50,000).

use std::collections::HashMap;
use std::sync::Arc;

use domain::{Log, Position, StreamId, Version};
use journal::{
    Append, AppendError, Expected, Idempotency, Journal, Refused, SqliteJournal, UniqueKey, UniqueKeys,
};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{append, open, stream};

const TASKS: u64 = 200;
const OPENINGS: u64 = 6;
const CONTESTED: u64 = 20;
const NAMES: u8 = 60;

/// One task of the crowd. Its knowledge survives the reopenings.
struct Member {
    random: StdRng,
    own: StreamId,
    version: Version,
    /// The versions last seen, usually stale.
    contested: HashMap<u64, Version>,
    acknowledged: Vec<(u64, Uuid)>,
    refusals: u64,
}

impl Member {
    fn new(number: u64) -> Self {
        let own = stream("parcel", 1_000_000 + number);
        let random = StdRng::seed_from_u64(number);
        Self { random, own, version: 0, contested: HashMap::new(), acknowledged: Vec::new(), refusals: 0 }
    }

    async fn run(mut self, journal: Arc<SqliteJournal>, appends: u64) -> Self {
        for _ in 0..appends {
            match self.random.random_range(0..10) {
                0..4 => self.on_my_own(&journal).await,
                4..7 => self.contested(&journal).await,
                7..8 => self.named(&journal).await,
                8..9 => self.keyed(&journal).await,
                _ => self.wrong(&journal).await,
            }
        }
        self
    }

    fn some(&mut self, stream: &StreamId, expected: Expected) -> Append {
        append(stream, expected, &["A", "B", "C", "D"][..self.random.random_range(1..=4)])
    }

    fn own(&mut self, expected: Expected) -> Append {
        self.some(&self.own.clone(), expected)
    }

    /// Appends and returns the new version, or the refusal.
    async fn tell(&mut self, journal: &SqliteJournal, append: Append) -> Result<Version, Refused> {
        let ids: Vec<_> = append.events.iter().map(|event| event.event_id).collect();
        match journal.append(append).await {
            Ok(appended) => {
                self.acknowledged.extend((appended.position.seq + 1 - ids.len() as u64..).zip(ids));
                Ok(appended.version)
            }
            Err(AppendError::Refused(refused)) => {
                self.refusals += 1;
                Err(refused)
            }
            Err(AppendError::Journal(error)) => panic!("the journal did not answer: {error}"),
        }
    }

    async fn on_my_own(&mut self, journal: &SqliteJournal) {
        let asked = self.own(Expected::Exactly(self.version));
        self.version = self.tell(journal, asked).await.unwrap();
    }

    async fn contested(&mut self, journal: &SqliteJournal) {
        let id = self.random.random_range(0..CONTESTED);
        let seen = self.contested.get(&id).copied().unwrap_or(0);
        let asked = self.some(&stream("parcel", id), Expected::Exactly(seen));
        let now = match self.tell(journal, asked).await {
            Ok(version) => version,
            Err(Refused::Conflict { expected, actual }) if expected == seen && actual > seen => actual,
            Err(other) => panic!("{other}"),
        };
        self.contested.insert(id, now);
    }

    async fn named(&mut self, journal: &SqliteJournal) {
        let unique_key = name(self.random.random_range(0..NAMES));
        let unique_keys = UniqueKeys { take: vec![unique_key], release_all: self.random.random_bool(0.3) };
        let asked = Append { unique_keys, ..self.own(Expected::Exactly(self.version)) };
        match self.tell(journal, asked).await {
            Ok(version) => self.version = version,
            Err(Refused::Taken { owner, .. }) => assert_ne!(owner, self.own),
            Err(other) => panic!("{other}"),
        }
    }

    async fn keyed(&mut self, journal: &SqliteJournal) {
        let key = self.random.random_range(0..1000_u32);
        let fingerprint = [self.random.random_range(0..2); 32];
        let idempotency =
            Some(Idempotency { scope: "s".into(), key: key.to_string(), fingerprint, answer: String::new() });
        let asked = Append { idempotency, ..self.own(Expected::Any) };
        match self.tell(journal, asked).await {
            Ok(version) => self.version = version,
            Err(other) => assert!(matches!(other, Refused::Replayed(_) | Refused::KeyReused), "{other}"),
        }
    }

    async fn wrong(&mut self, journal: &SqliteJournal) {
        let (expected, actual) = (self.version + 1, self.version);
        let asked = self.own(Expected::Exactly(expected));
        assert_eq!(self.tell(journal, asked).await, Err(Refused::Conflict { expected, actual }));
    }
}

fn name(digest: u8) -> UniqueKey {
    UniqueKey { tenant: stream("parcel", 0).tenant, kind: "name", digest: [digest; 32] }
}

/// The contents of the log when it was last read to its end.
#[derive(Default)]
struct Reader {
    last: u64,
    events: HashMap<u64, Uuid>,
    versions: HashMap<StreamId, Version>,
}

impl Reader {
    /// Reads what was added since, and checks that the head agrees.
    async fn go_on(&mut self, journal: &SqliteJournal) {
        let head = journal.head(Log::Facts).await.unwrap();
        loop {
            let page = journal.read_after(head.at(self.last), 997).await.unwrap();
            let Some(end) = page.last().map(|event| event.position.seq) else { break };
            for event in page {
                let Position { seq, .. } = event.position;
                assert_eq!(seq, self.last + 1);
                self.last = seq;
                self.events.insert(seq, event.event_id);
                let version = self.versions.entry(event.stream).or_default();
                assert_eq!(event.version, *version + 1);
                *version = event.version;
            }
            assert_eq!(self.last, end);
        }
        assert_eq!(head.seq, self.last);
        assert_eq!(*journal.committed(Log::Facts).borrow(), self.last);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_01_a_crowd_with_refusals_and_reopenings_leaves_no_hole() {
    let appends: u64 = std::env::var("HYD_TEST_APPENDS").map_or(50_000, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let mut members: Vec<_> = (0..TASKS).map(Member::new).collect();
    let mut reader = Reader::default();
    for _ in 0..OPENINGS {
        let journal = Arc::new(open(directory.path()));
        reader.go_on(&journal).await;
        let mut tasks = JoinSet::new();
        for member in members {
            tasks.spawn(member.run(Arc::clone(&journal), appends.div_ceil(TASKS * OPENINGS)));
        }
        members = tasks.join_all().await;
        reader.go_on(&journal).await;
        journal.close().await;
    }

    let journal = open(directory.path());
    let acknowledged: HashMap<u64, Uuid> =
        members.iter().flat_map(|member| member.acknowledged.clone()).collect();
    let refusals: u64 = members.iter().map(|member| member.refusals).sum();
    println!(
        "{} events of {} appends, {refusals} more refused",
        acknowledged.len(),
        appends - refusals.min(appends)
    );
    assert!(refusals > appends / 20 && acknowledged.len() as u64 > appends / 2);
    assert!(reader.events == acknowledged, "the log holds what was acknowledged and nothing else");
    let mut again = Reader::default();
    again.go_on(&journal).await;
    assert!(again.events == acknowledged && again.versions == reader.versions);
    for member in &members {
        assert_eq!(reader.versions.get(&member.own).copied().unwrap_or(0), member.version);
    }
    for digest in 0..NAMES {
        if let Some(owner) = journal.owner(&name(digest)).await.unwrap() {
            assert!(reader.versions.contains_key(&owner));
        }
    }
}
