//! A log that cannot be written.

use std::fs::File;
use std::process::{Command, Stdio};

use tempfile::tempdir;
use testkit::{ADMIN, Child, Person};

use super::{BINARY, caught_up, found, is_up, list};

fn started(stderr: Stdio, level: &str) -> (Child, tempfile::TempDir) {
    let directory = tempdir().unwrap();
    let child = Child::start(Command::new(BINARY), directory.path(), |command| {
        command.env("HYD_LOG_LEVEL", level).stderr(stderr);
    });
    (child, directory)
}

/// A former fault: writing a line failed, `eprintln!` panicked when reporting that, no read model continued, and
/// health reported UP.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_on_a_full_disk_stops_nothing() {
    let (child, _directory) = started(File::options().write(true).open("/dev/full").unwrap().into(), "debug");
    let (owner, admin) =
        (Person::register(&child.client, "owner").await, Person::enter(&child.client, ADMIN).await);
    for number in 1..=3 {
        list(&owner, &number.to_string()).await.expect(201);
    }
    found(&owner.client, 3).await;
    caught_up(&admin.client).await;
    assert!(is_up(&child.client).await);
    let metrics = child.management.get("/actuator/prometheus").await.expect(200).text;
    let lost = metrics.lines().find_map(|line| line.strip_prefix("log_lines_lost_total "));
    assert!(lost.is_some_and(|lost| lost.parse::<u64>().unwrap() > 0), "{metrics}");
    let ended = child.stop();
    assert_eq!(ended.code(), Some(0));
}

/// A pipe buffers 64 KiB, and its reader may have stopped reading.
#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_nobody_reads_holds_nobody_up() {
    let (child, _directory) = started(Stdio::piped(), "trace");
    let (owner, admin) =
        (Person::register(&child.client, "owner").await, Person::enter(&child.client, ADMIN).await);
    for number in 1..=50 {
        list(&owner, &number.to_string()).await.expect(201);
    }
    found(&owner.client, 50).await;
    caught_up(&admin.client).await;
    assert!(is_up(&child.client).await);
    assert_eq!(child.stop().code(), Some(0));
}
