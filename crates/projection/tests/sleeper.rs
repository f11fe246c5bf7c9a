//! Event rule 8 with real processes: one of two consumers is stopped, at any moment, for longer than its lease.
//! The other takes over, and the first then resumes in the middle of its work.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::print_stdout, reason = "the consumers answer on their standard output")]

#[path = "events/noted.rs"]
mod noted;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bus::{Advance, Asker, Checkpoint, Group, Lease, Policy, Runner, Target, WaitOutcome};
use domain::{Clock, Envelope, Log, Position, UserId};
use journal::sqlite::Limits;
use journal::{Journal, SqliteJournal};
use noted::{append, noted, tenant};
use projection::{Projection, ProjectionError, Row, ViewStore, ViewTx};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

const TEST: &str = "rule_08_a_process_that_slept_past_its_lease_changes_nothing";
/// Set in the consumer processes.
const DIRECTORY: &str = "HYD_TEST_CONSUMER";
const GROUP: Group = Group { name: "sleepers", logs: &[Log::Facts], key: |e| Some(e.stream.id.to_string()) };
const TERM_MS: i64 = 300;
const LONG: Duration = Duration::from_secs(30);

struct Rows;

#[async_trait(?Send)]
impl Projection for Rows {
    fn name(&self) -> &'static str {
        GROUP.name
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, e: &Envelope) -> Result<(), ProjectionError> {
        let row = [(&*e.stream.id).into(), e.version.into(), e.position.seq.into()];
        tx.execute("insert into rows (key, version, seq) values ($1, $2, $3)", &row).await?;
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

fn open_store(path: &Path) -> ViewStore {
    let tables =
        "create table if not exists rows (n integer primary key, key text, version bigint, seq bigint)";
    ViewStore::open(path, tables, Arc::new(Rows)).unwrap()
}

fn open_journal(directory: &Path) -> Arc<SqliteJournal> {
    Arc::new(SqliteJournal::open(&directory.join("journal"), &Clock::System, Limits::default()).unwrap())
}

/// A consumer. It reads one position per line, waits until that position is applied, and answers whether it
/// runs the group.
async fn consume(directory: &Path) {
    let journal = open_journal(directory);
    let target = Arc::new(open_store(&directory.join("view.db")));
    let at = |seq| Position { log: Log::Facts, epoch: 1, seq };
    let policy = Policy { term_ms: TERM_MS, ..Policy::default() };
    let (runner, handle) = Runner::new(GROUP, journal, target, Clock::System, policy).await.unwrap();
    let (stop, stopping) = watch::channel(false);
    let mut running = JoinSet::new();
    running.spawn(runner.run(stopping));
    println!("ready");
    let mut lines = lines_of(std::io::stdin());
    while let Some(line) = lines.recv().await.filter(|line| line != "end") {
        let tenant = tenant();
        let user = UserId::from(uuid::Uuid::nil());
        let asker = Asker { tenant: &tenant, user };
        let waited = handle.status.wait(&[at(line.parse().unwrap())], asker, 3 * LONG).await;
        assert_eq!(waited, WaitOutcome::Applied, "{:?}", handle.status.stopped());
        println!("{}", if handle.status.counts().standing_by { "stands by" } else { "works" });
    }
    stop.send_replace(true);
    running.join_next().await;
}

/// Lines as they arrive, read on a thread that may block.
fn lines_of(source: impl Read + Send + 'static) -> mpsc::UnboundedReceiver<String> {
    let (told, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if told.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

struct Consumer {
    child: Child,
    asks: ChildStdin,
    answers: mpsc::UnboundedReceiver<String>,
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

impl Consumer {
    async fn start(directory: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", TEST, "--nocapture", "--test-threads=1"]).env(DIRECTORY, directory);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let asks = child.stdin.take().unwrap();
        let out = child.stdout.take().unwrap();
        let mut consumer = Self { child, asks, answers: lines_of(out) };
        consumer.answer(&["ready"]).await;
        consumer
    }

    async fn answer(&mut self, expected: &[&str]) -> String {
        loop {
            let line = self.answers.recv().await.expect("the consumer ended");
            // The test harness of the child process prints to the same output.
            if let Some(word) = expected.iter().find(|word| line.ends_with(**word)) {
                return (*word).to_owned();
            }
        }
    }

    fn ask(&mut self, seq: u64) {
        writeln!(self.asks, "{seq}").unwrap();
    }

    async fn told(&mut self) -> bool {
        self.answer(&["works", "stands by"]).await == "works"
    }

    /// Whether it runs the group, once `seq` is applied.
    async fn reach(&mut self, seq: u64) -> bool {
        self.ask(seq);
        self.told().await
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }
}

struct Writer {
    journal: Arc<SqliteJournal>,
    head: u64,
}

impl Writer {
    async fn write(&mut self, count: u64) {
        for _ in 0..count {
            let append = append("note", &format!("k{}", self.head % 5), vec![noted(None, "{}")]);
            self.head = self.journal.append(append).await.unwrap().position.seq;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_08_a_process_that_slept_past_its_lease_changes_nothing() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        return consume(Path::new(&directory)).await;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut writer = Writer { journal: open_journal(directory.path()), head: 0 };
    let mut consumers = [Consumer::start(directory.path()).await, Consumer::start(directory.path()).await];
    let rounds = std::env::var("HYD_TEST_SLEEPS").map_or(6, |n| n.parse().unwrap());
    let (mut taken_over, mut held_the_file) = (0, 0);
    for round in 0..rounds {
        writer.write(20).await;
        let [first, second] = &mut consumers;
        let works = (first.reach(writer.head).await, second.reach(writer.head).await);
        let (sleeper, other) = if works.0 { (first, second) } else { (second, first) };
        // Stopped while it works, a little later each time.
        writer.write(1 + 3 * round).await;
        sleeper.signal("-STOP");
        writer.write(20).await;
        other.ask(writer.head);
        let took_over = tokio::time::timeout(LONG, other.told()).await.is_ok();
        sleeper.signal("-CONT");
        if took_over {
            taken_over += 1;
        } else {
            // It was stopped in the middle of a transaction: the file was locked, and no other process could
            // write.
            held_the_file += 1;
            other.told().await;
        }
        writer.write(20).await;
        sleeper.reach(writer.head).await;
        other.reach(writer.head).await;
    }
    for consumer in &mut consumers {
        writeln!(consumer.asks, "end").unwrap();
        assert!(consumer.child.wait().unwrap().success());
    }
    println!("{taken_over} takeovers, {held_the_file} times the sleeper held the file");
    assert!(taken_over > 0);
    equals_a_fold(directory.path(), &writer).await;
}

async fn equals_a_fold(directory: &Path, writer: &Writer) {
    let plain = open_store(&directory.join("plain.db"));
    let start = writer.journal.head(Log::Facts).await.unwrap().at(0);
    let all = writer.journal.read_after(start, usize::MAX >> 1).await.unwrap();
    assert_eq!(all.len() as u64, writer.head);
    let last = all.last().unwrap();
    let to = Checkpoint { position: last.position, event_id: Some(last.event_id) };
    let step = Advance { log: Log::Facts, from: 0, to, due: all, parked: Vec::new(), block: None };
    plain.advance(Lease::default(), step).await.unwrap();
    let rows = async |store: ViewStore| -> Vec<Row> {
        store.query("select key, version, seq from rows order by n", Vec::new()).await.unwrap()
    };
    let lived = rows(open_store(&directory.join("view.db"))).await;
    assert_eq!(lived, rows(plain).await, "each event once, in order");
}
