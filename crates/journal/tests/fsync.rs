//! An append is acknowledged only after it is on disk. This is observed from outside, in the system calls of another
//! process.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use domain::{Clock, Ids, Log, StreamId, TenantId, Timestamp};
use journal::sqlite::Limits;
use journal::{Append, Expected, Journal, NewEvent, SqliteJournal, UniqueKeys};

const AT: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const APPENDS: usize = 50;
const DIRECTORY: &str = "HYD_TEST_FSYNC_DIRECTORY";

fn append(log: Log) -> Append {
    let kind = if log == Log::Facts { "parcel" } else { "activity" };
    let event = NewEvent {
        event_id: Ids.uuid(AT),
        user_id: None,
        event_type: "PARCEL_SENT".into(),
        schema_version: 1,
        timestamp: AT,
        data: "{}".into(),
        metadata: "{}".into(),
    };
    let stream = StreamId::new(&TenantId::stored("t"), kind, 1);
    Append {
        stream,
        expected: Expected::Any,
        events: vec![event],
        unique_keys: UniqueKeys::default(),
        limits: Vec::new(),
        idempotency: None,
    }
}

/// Runs in the traced process: appends one event after the other to alternating logs and prints a line after each
/// `Ok`.
#[tokio::test]
#[ignore = "the other half of rule_12_an_acknowledgement_follows_its_fsync, which runs it"]
async fn append_and_tell() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let journal = SqliteJournal::open(Path::new(&directory), &Clock::manual(AT), Limits::default()).unwrap();
    for number in 1..=APPENDS {
        let log = Log::ALL[number % 2];
        journal.append(append(log)).await.unwrap();
        let line = format!("ack {number} {}\n", log.as_str());
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes()).unwrap();
        out.flush().unwrap();
    }
}

/// One step of the traced process.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// A write to the write-ahead log of this file begins.
    Written(String),
    /// The write-ahead log of this file has been synced to disk.
    Synced(String),
    /// The append with this number is being acknowledged.
    Told(usize, String),
}

/// Parses the output of `strace -f -y` line by line. A write counts from its start, a sync from its successful end.
#[derive(Default)]
struct Trace {
    /// For each thread, the write-ahead log it is currently syncing.
    syncing: HashMap<String, String>,
    steps: Vec<Step>,
    calls: HashSet<String>,
}

impl Trace {
    fn read(text: &str) -> Self {
        let mut trace = Self::default();
        text.lines().for_each(|line| trace.line(line));
        trace
    }

    fn line(&mut self, line: &str) {
        let (thread, call) = line.split_once(char::is_whitespace).unwrap();
        let call = call.trim_start();
        if call.starts_with("<... fsync resumed>") || call.starts_with("<... fdatasync resumed>") {
            if let Some(file) = self.syncing.remove(thread).filter(|_| call.ends_with("= 0")) {
                self.steps.push(Step::Synced(file));
            }
            return;
        }
        let Some((name, arguments)) = call.split_once('(') else { return };
        if let Some(told) = arguments.split_once("\"ack ").filter(|_| name == "write") {
            let mut words = told.1.split([' ', '\\', '"']);
            let (number, log) = (words.next().unwrap().parse().unwrap(), words.next().unwrap());
            self.steps.push(Step::Told(number, log.to_owned()));
        }
        let Some(file) = write_ahead_log(arguments) else { return };
        match name {
            "write" | "pwrite64" => self.steps.push(Step::Written(file)),
            "fsync" | "fdatasync" => {
                self.calls.insert(name.to_owned());
                if call.ends_with("= 0") {
                    self.steps.push(Step::Synced(file));
                } else if call.ends_with("<unfinished ...>") {
                    self.syncing.insert(thread.to_owned(), file);
                }
            }
            _ => {}
        }
    }
}

/// Extracts `facts` from `7</somewhere/facts.db-wal>…`.
fn write_ahead_log(arguments: &str) -> Option<String> {
    let (path, _) = arguments.split_once('<')?.1.split_once('>')?;
    let (_, name) = path.rsplit_once('/')?;
    name.strip_suffix(".db-wal").map(str::to_owned)
}

/// Checks that every acknowledgement follows a write to its log and a sync after the last write.
fn check(steps: &[Step]) -> Result<usize, String> {
    let mut told = 0;
    let mut written = HashSet::new();
    let mut synced = HashSet::new();
    for step in steps {
        match step {
            Step::Written(file) => {
                written.insert(file);
                synced.remove(file);
            }
            Step::Synced(file) => {
                synced.insert(file);
            }
            Step::Told(number, log) => {
                told += 1;
                if *number != told {
                    return Err(format!("{number} was acknowledged as the {told}th"));
                }
                if !written.remove(log) {
                    return Err(format!("{number} was acknowledged and nothing written"));
                }
                if !synced.remove(log) {
                    return Err(format!("{number} was acknowledged and not on disk"));
                }
            }
        }
    }
    Ok(told)
}

#[test]
fn rule_12_an_acknowledgement_follows_its_fsync() {
    let may_trace = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    if !may_trace.as_ref().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "CI needs strace, and the right to trace: {may_trace:?}");
        println!("SKIPPED: strace is not there or may not trace here ({may_trace:?})");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let trace = directory.path().join("trace");
    let output = Command::new("strace")
        .args(["-f", "-y", "-s", "40", "-e", "trace=fdatasync,fsync,pwrite64,write", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "append_and_tell", "--ignored", "--nocapture", "--test-threads", "1"])
        .env(DIRECTORY, directory.path().join("journal"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let trace = Trace::read(&std::fs::read_to_string(&trace).unwrap());
    assert_eq!(check(&trace.steps), Ok(APPENDS));
    println!("the write-ahead logs are made durable with {:?}", trace.calls);
}

#[test]
fn the_check_sees_what_it_is_there_for() {
    let told = "9 write(1</dev/pts/0>, \"ack 1 facts\\n\", 12) = 12";
    let write = "8 write(5</d/facts.db-wal>, \"x\", 4096) = 4096";
    let sync = "8 fsync(5</d/facts.db-wal>) = 0";
    let begun = "8 fsync(5</d/facts.db-wal> <unfinished ...>";
    let ended = "8 <... fsync resumed>)   = 0";
    let failed = "8 fdatasync(5</d/facts.db-wal>) = -1 EIO (Input/output error)";
    let other = "8 fsync(6</d/activity.db-wal>) = 0";
    let main_file = "8 fsync(4</d/facts.db>) = 0";
    let check = |lines: &[&str]| check(&Trace::read(&lines.join("\n")).steps).is_ok();
    assert!(check(&[write, sync, told]));
    assert!(check(&[write, begun, ended, told]));
    for wrong in [
        vec![write, told],
        vec![sync, told],
        vec![write, told, sync],
        vec![sync, write, told],
        vec![write, sync, write, told],
        vec![write, begun, told, ended],
        vec![write, failed, told],
        vec![write, other, told],
        vec![write, main_file, told],
        vec![write, sync, told, told],
    ] {
        assert!(!check(&wrong), "{wrong:?}");
    }
}
