//! The same over the command line: backups of a stopped server, verified and restored, and a backup of a running
//! one.

use std::process::{Command, Output};

use testkit::{Child, Person};

use super::*;

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");

fn run(arguments: &[&str], token: &str) -> Output {
    let mut command = Command::new(BINARY);
    command.args(arguments).env_clear().env("HYD_LISTEN", "127.0.0.1:0").env("HYD_LOG_LEVEL", "error");
    command.env("HYD_TOKEN", token).output().unwrap()
}

fn done(arguments: &[&str], token: &str) -> String {
    let output = run(arguments, token);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = run(arguments, "");
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_checked_and_restored_by_commands() {
    let room = Room::new();
    let [data, to, keys, into] = ["data", "backups", "keys", "restored"].map(|name| room.text(name));
    let child = Child::serve(BINARY, &room.at("data"));
    let owner = Person::register(&child.client, "owner").await;
    owner.list_home("The home", 5_000_000).await;
    let admin = Person::enter(&child.client, ADMIN).await;
    let told = refused(&["backup", &to, "--keys-to", &keys, "--data-dir", &data]);
    assert!(told.contains("settings backup.directory"), "{told}");
    // A client cannot choose where a server writes, and this server has no backup directory configured.
    let told = refused(&["backup", &to, "--keys-to", &keys, "--server", &child.base]);
    assert!(told.contains("settings backup.directory"), "{told}");
    let told = run(&["backup", "--server", &child.base], admin.client.token());
    let told = String::from_utf8(told.stderr).unwrap();
    assert!(told.contains("backup.keys_directory"), "{told}");
    child.kill();

    for number in 1..3 {
        let told = done(&["backup", &to, "--keys-to", &keys, "--data-dir", &data], "");
        assert!(told.contains(&format!("backup {number} is complete")), "{told}");
    }
    let told = done(&["doctor", "--backup", &to, "--keys-from", &keys], "");
    assert!(told.contains("ok   backup 2 of") && told.contains("the keys fit"), "{told}");
    let restore = ["restore", &to, "--keys-from", &keys, "--data-dir", &into, "--compare", &data];
    let told = done(&restore, "");
    for part in ["backup 2 is restored", "sessions are ended", "the former server had"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(refused(&restore).contains("is not empty"));
    let restored = Child::serve(BINARY, &room.at("restored"));
    let listed = restored.client.get("/api/properties?size=1").await.expect(200);
    assert_eq!(listed.data()["totalElements"], 1);
    restored.kill();

    let facts = room.at("backups").join("000002/facts.db");
    let mut bytes = std::fs::read(&facts).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&facts, bytes).unwrap();
    let told = refused(&["doctor", "--backup", &to]);
    assert!(told.contains("000002/facts.db"), "{told}");
}
