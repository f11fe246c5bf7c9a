//! Only the server's user has access to its files, and `doctor` reports wrong permissions.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::json;
use testkit::{Child, Form, Person};

const BINARY: &str = env!("CARGO_BIN_EXE_hyderabadinfra");

/// The binary with a umask that restricts nothing.
fn careless() -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\"", BINARY]);
    shell
}

/// The paths from `top` down that group or others can access, and the number of all paths.
fn open(top: &Path) -> (Vec<(PathBuf, u32)>, usize) {
    let mut found = Vec::new();
    let mut all = 0;
    let mut left = vec![top.to_owned()];
    while let Some(path) = left.pop() {
        // Files of the search index come and go.
        let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
        let mode = about.permissions().mode() & 0o777;
        if about.is_dir() {
            left.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        all += 1;
        if mode & 0o077 != 0 {
            found.push((path, mode));
        }
    }
    (found, all)
}

#[track_caller]
fn closed(top: &Path, least: usize) {
    let (found, all) = open(top);
    assert!(found.is_empty(), "{found:?}");
    assert!(all >= least, "{all} files only");
}

async fn busy(child: &Child) {
    let owner = Person::register(&child.client, "owner").await;
    let seeker = Person::register(&child.client, "seeker").await;
    let home = owner.list_home("A home of theirs", 5_000_000).await["id"].as_str().unwrap().to_owned();
    let mut photo = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(64, 48).write_to(&mut photo, image::ImageFormat::Png).unwrap();
    let deed =
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n".to_vec();
    for (name, bytes) in [("photo.png", photo.into_inner()), ("deed.pdf", deed)] {
        let form = Form::file(name, &bytes).finish();
        owner.client.send_bytes(Method::POST, "/api/files/upload", form, &[]).await.expect(201);
    }
    let search = json!({"name": "Villas", "filters": {"propertyType": "VILLA"}});
    seeker.client.post("/api/search/save", &search).await.expect(201);
    let admin = Person::enter(&child.client, testkit::ADMIN).await;
    seeker.confirm_by_mailbox(&admin).await;
    let lead = json!({"message": "Is it still there?"});
    seeker.client.post(&format!("/api/properties/{home}/leads"), &lead).await.expect(201);
    seeker.client.get(&format!("/api/properties/{home}")).await.expect(200);
    child.client.post("/api/auth/password-reset", &json!({"email": owner.email})).await.expect(202);
    // E-mails are in the mailbox once their outbox workers have run.
    let rebuild = "/api/v1/admin/consumers/users-service-group/rebuild";
    admin.client.post(rebuild, &json!({})).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_of_the_machine_can_read_what_the_server_keeps() {
    let room = tempfile::tempdir().unwrap();
    let at = |name: &str| room.path().join(name);
    let data = at("data");
    let child = Child::start(careless(), &data, |_| {});
    busy(&child).await;
    closed(&data, 40);
    assert!(child.stop().success());
    closed(&data, 30);
    // Permissions left by an earlier version or set by hand.
    for (name, mode) in
        [("", 0o755), ("journal/facts.db", 0o644), ("keys", 0o775), ("keys/subjects.db", 0o640)]
    {
        std::fs::set_permissions(data.join(name), std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let child = Child::start(careless(), &data, |_| {});
    closed(&data, 30);
    assert!(child.stop().success());
    let mut backup = careless();
    let to = ["backup", "--data-dir"].map(String::from).into_iter();
    let rest = [&data, &at("backups")].map(|path| path.display().to_string());
    let keys = ["--keys-to".to_owned(), at("keys").display().to_string()];
    let done = backup.args(to.chain(rest).chain(keys)).env_clear().stdout(Stdio::null()).status().unwrap();
    assert!(done.success());
    closed(&at("backups"), 5);
    closed(&at("keys"), 2);
}

fn doctor(data: &Path, settings: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(BINARY);
    command.arg("doctor").env_clear().env("HYD_DATA_DIR", data).env("HYD_LISTEN", "127.0.0.1:0");
    let output = command.envs(settings.iter().copied()).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

/// The lines of `told` that are not "ok".
fn weak(told: &str) -> Vec<&str> {
    told.lines().filter(|line| !line.starts_with("ok  ")).collect()
}

#[test]
fn doctor_names_every_weakness_of_a_careless_installation() {
    let room = tempfile::tempdir().unwrap();
    let data = room.path().join("data");
    std::fs::create_dir_all(data.join("journal")).unwrap();
    std::fs::write(data.join("journal/facts.db-wal"), "an address").unwrap();
    let [master, signing] = ["master.key", "jwt.der"].map(|name| room.path().join(name));
    std::fs::write(&master, [7; 32]).unwrap();
    std::fs::write(&signing, "no key").unwrap();
    for (path, mode) in [(&data, 0o755), (&data.join("journal"), 0o755), (&master, 0o644), (&signing, 0o600)]
    {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let careless = [
        ("HYD_LISTEN", "0.0.0.0:0"),
        ("HYD_MANAGEMENT_LISTEN", "0.0.0.0:0"),
        ("HYD_MASTER_KEY_FILE", master.to_str().unwrap()),
        ("HYD_JWT_KEY_FILE", signing.to_str().unwrap()),
        ("HYD_LIMITS_ENABLED", "false"),
    ];
    let (healthy, told) = doctor(&data, &careless);
    assert!(!healthy);
    let is_root = rustix::process::geteuid().is_root();
    let named = [
        "others of the machine may use",
        "facts.db-wal",
        "master.key can be used by others",
        "master.key repeats itself",
        "jwt.der is no Ed25519 key",
        "0.0.0.0:0 is reached without TLS",
        "0.0.0.0:0 shows metrics and health without a token",
        "the default tenant [tenants.hyderabad] has no hosts",
        "limits.enabled is false",
    ];
    for weakness in named.into_iter().chain(is_root.then_some("this is root")) {
        assert!(weak(&told).iter().any(|line| line.contains(weakness)), "{weakness}\n{told}");
    }
    let (_, told) = doctor(&data, &[("HYD_SERVER_TRUSTED_PROXIES", "127.0.0.1")]);
    assert!(told.contains("is in e-mails, and cookies are not kept from plain HTTP"), "{told}");
    assert!(told.contains("has no hosts"), "behind a proxy it is on the internet as well\n{told}");
    // Once this is corrected, nothing is reported.
    let chmod = Command::new("chmod").args(["-R", "go="]).arg(room.path()).status().unwrap();
    assert!(chmod.success());
    let (healthy, told) = doctor(&data, &[]);
    let rest: Vec<_> = weak(&told).into_iter().filter(|line| !line.contains("this is root")).collect();
    assert_eq!((rest, healthy), (Vec::new(), !is_root), "{told}");
}
