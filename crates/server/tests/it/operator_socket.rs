//! Commands of an operator beside a running server, and on directories that are none.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use testkit::{Child, Client, Person};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");

fn run(data_dir: &Path, arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).env_clear().env("HYD_DATA_DIR", data_dir).output().unwrap()
}

fn done(data_dir: &Path, arguments: &[&str]) -> String {
    let output = run(data_dir, arguments);
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

fn refused(data_dir: &Path, arguments: &[&str]) -> String {
    let output = run(data_dir, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

async fn role(client: &Client, email: &str, password: &str) -> String {
    let body = serde_json::json!({"email": email, "password": password});
    let signed_in = client.post("/api/auth/login", &body).await.expect(200);
    signed_in.data()["user"]["role"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_made_beside_a_running_server_and_without_one() {
    let directory = tempfile::tempdir().unwrap();
    let server = Child::serve(BINARY, directory.path());
    let socket = directory.path().join("operator.sock");
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "others may not open it: {mode:o}");

    let create = ["user", "create-admin", "--email", "first@example.com", "--username", "first"];
    let told = done(directory.path(), &create);
    let password = told.lines().find_map(|line| line.strip_prefix("password, shown only once: ")).unwrap();
    assert_eq!(role(&server.client, "first@example.com", password).await, "ADMIN");

    let person = Person::register(&server.client, "waits").await;
    done(directory.path(), &["user", "confirm", "--email", &person.email]);
    let profile = person.client.get("/api/users/profile").await.expect(200);
    assert_eq!(profile.data()["emailVerified"], true);
    let told = refused(directory.path(), &["user", "confirm", "--email", "nobody@example.com"]);
    assert!(told.contains("nobody has that e-mail address"), "{told}");

    assert!(done(directory.path(), &["dead-letters", "list"]).contains("there are no dead letters"));
    let told = String::from_utf8(run(directory.path(), &["doctor"]).stdout).unwrap();
    assert!(told.contains("ok   server: it runs on the data directory, and is UP"), "{told}");
    assert!(!told.contains("cannot be bound"), "{told}");

    // The socket of a server that was killed stays behind, and nobody answers at it.
    server.kill();
    assert!(socket.exists());
    let create = ["user", "create-admin", "--email", "second@example.com", "--username", "second"];
    done(directory.path(), &create);
    assert!(done(directory.path(), &["dead-letters", "list"]).contains("there are no dead letters"));
}

#[test]
fn a_command_never_makes_a_data_directory() {
    let directory = tempfile::tempdir().unwrap();
    let nowhere = directory.path().join("nowhere");
    let commands: [&[&str]; 4] = [
        &["dead-letters", "list"],
        &["replay", "history-service-group"],
        &["user", "create-admin", "--email", "a@example.com", "--username", "admin"],
        &["user", "confirm", "--email", "a@example.com"],
    ];
    for arguments in commands {
        let told = refused(&nowhere, arguments);
        assert!(told.contains("nowhere is no data directory"), "{arguments:?}: {told}");
        assert!(!nowhere.exists(), "{arguments:?} made it");
    }
}

#[test]
fn a_port_that_is_taken_names_its_setting() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (setting, other) in [("HYD_LISTEN", "HYD_MANAGEMENT_LISTEN"), ("HYD_MANAGEMENT_LISTEN", "HYD_LISTEN")]
    {
        let output = Command::new(BINARY)
            .arg("serve")
            .env_clear()
            .env("HYD_DATA_DIR", directory.path())
            .env(setting, &address)
            .env(other, "127.0.0.1:0")
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(setting) && told.contains(&address), "{told}");
    }
}
