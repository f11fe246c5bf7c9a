//! All attacks at once: the server's memory is bounded, and other people still get responses. The response times
//! are only printed, because they depend on the machine; `cargo xtask bench --hostile` measures them.

use std::process::Command;
use std::time::Duration;

use testkit::hostile::{AS_FROM_MANY_NETWORKS, Attack, Crowd, Times};
use testkit::{Child, Person};

use crate::alone;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");
/// The memory limit of the whole process, in bytes.
const MOST: u64 = 300_000_000;
const SPAN: Duration = Duration::from_secs(5);
/// The pause between two requests of the reader.
const PAUSE: Duration = Duration::from_millis(2);

/// `HYD_TEST_SOCKETS` sets the number of open realtime connections.
#[tokio::test(flavor = "multi_thread")]
async fn h06_hostile_people_at_once_leave_room_for_the_others() {
    let _alone = alone().await;
    let sockets = std::env::var("HYD_TEST_SOCKETS").map_or(1000, |n| n.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    // The parent process sets a low limit on open files, which the server raises itself.
    let mut few = Command::new("/bin/sh");
    few.args(["-c", "ulimit -S -n 256 && exec \"$0\" \"$@\"", BINARY]);
    let child = Child::start(few, directory.path(), |command| {
        command.envs(AS_FROM_MANY_NETWORKS);
    });
    let reader = Person::register(&child.client, "reader").await;
    let home = reader.list_home("A villa with a view", 9_000_000).await["id"].as_str().unwrap().to_owned();
    let crowd = Crowd::gather(&child.client, &home, sockets).await;
    let paths = [format!("/api/properties/{home}"), "/api/search/properties?query=villa".to_owned()];
    let quiet = Times::of(&reader.client, &paths, PAUSE, SPAN).await;
    let busy = crowd.beside(&Attack::ALL, Times::of(&reader.client, &paths, PAUSE, SPAN)).await;
    // Low-priority work waits for everything else on the machine, so this repeats until every attack has had an
    // effect.
    for _ in 0..24 {
        if crowd.done().iter().all(|(_, done)| *done > 0) {
            break;
        }
        crowd.beside(&Attack::ALL, Times::of(&reader.client, &paths, PAUSE, SPAN)).await;
    }
    for (attack, done) in crowd.done() {
        println!("{}: {done}", attack.name());
        assert!(done > 0, "{attack:?}");
    }
    let peak = child.peak_memory();
    println!(
        "p95 of {} requests of a reader {:.1} ms, of {} when it was quiet {:.1} ms ({:.1} times); {} MB at most",
        busy.count(),
        busy.percentile(95),
        quiet.count(),
        quiet.percentile(95),
        busy.percentile(95) / quiet.percentile(95),
        peak.unwrap_or_default() / 1_000_000,
    );
    assert!(busy.count() > 10, "others are answered");
    assert!(peak.is_none_or(|peak| peak < MOST), "{peak:?} bytes at most");
}
