use clap::CommandFactory as _;
use serde_json::json;

use super::*;
use crate::cli::run::{dead_letter_line, read_password, remote_client, segment};
use crate::settings::{Sources, load};

fn parse(line: &str) -> Verb {
    Cli::try_parse_from(line.split_whitespace()).unwrap().verb
}

#[test]
fn the_definition_holds_together() {
    Cli::command().debug_assert();
}

#[test]
fn flags_are_settings() {
    let (place, flags) =
        parse("hyderabadinfra serve --listen 127.0.0.1:0 --data-dir elsewhere/d --demo").place_and_flags();
    assert!(place.config.is_none());
    let settings = load(&Sources { flags, ..Sources::default() }).unwrap();
    assert_eq!((settings.listen.port(), settings.data_dir), (0, PathBuf::from("elsewhere/d")));

    let (_, flags) = parse("hyderabadinfra backup b --keys-to k").place_and_flags();
    let backup = load(&Sources { flags, ..Sources::default() }).unwrap().backup;
    assert_eq!((backup.directory, backup.keys_directory), (Some("b".into()), Some("k".into())));
    let (_, flags) = parse("hyderabadinfra backup b").place_and_flags();
    let text = load(&Sources { flags, ..Sources::default() }).unwrap_err().to_string();
    assert!(text.contains("backup.keys_directory must be set with it"), "{text}");

    let (_, flags) = parse("hyderabadinfra serve --listen nowhere").place_and_flags();
    let text = load(&Sources { flags, ..Sources::default() }).unwrap_err().to_string();
    assert!(text.contains("listen in the flag --listen: \"nowhere\" is no address"), "{text}");
}

#[test]
fn every_verb_of_the_contract_is_there() {
    let line =
        "hyderabadinfra import listings a.csv --owner a@b.c --server http://x --report r.csv --config c.toml";
    let Verb::Import(Import::Listings(import)) = parse(line) else { panic!("an import") };
    assert_eq!((import.target.server(), import.report), (Some("http://x"), Some("r.csv".into())));
    assert_eq!(import.target.place.config, Some("c.toml".into()));

    let line = "hyderabadinfra import listings a.csv --owner a@b.c --map m.toml --check --from-line 7";
    let Verb::Import(Import::Listings(import)) = parse(line) else { panic!("an import") };
    assert_eq!((import.map, import.check, import.from_line), (Some("m.toml".into()), true, 7));
    let template = |line: &str| match parse(line) {
        Verb::Import(Import::Template { kind, fields }) => (kind, fields),
        other => panic!("{other:?}"),
    };
    assert_eq!(template("hyderabadinfra import template --fields"), (TemplateKind::Listings, true));
    assert_eq!(template("hyderabadinfra import template products"), (TemplateKind::Products, false));
    let line = "hyderabadinfra import products a.csv --owner a@b.c --preset bigbasket --check";
    let Verb::Import(Import::Products(import)) = parse(line) else { panic!("an import") };
    assert_eq!((import.preset.as_deref(), import.check), (Some("bigbasket"), true));
    let Verb::Export(Export::Products(export)) = parse("hyderabadinfra export products --format jsonl")
    else {
        panic!("an export")
    };
    assert_eq!((export.format.word(), export.owner), ("jsonl", None));

    for line in ["list", "show 7", "redrive 7 --server http://x", "discard 7 --reason x"] {
        assert!(matches!(parse(&format!("hyderabadinfra dead-letters {line}")), Verb::DeadLetters(_)));
    }
    let Verb::Replay(replay) = parse("hyderabadinfra replay history-service-group") else {
        panic!("a replay")
    };
    assert_eq!((replay.group.as_str(), replay.target.server()), ("history-service-group", None));
    let line = "hyderabadinfra user create-admin --email a@b.c --username a --password-stdin";
    let Verb::User(User::CreateAdmin(admin)) = parse(line) else { panic!("an administrator") };
    assert!(admin.password_stdin);
    assert!(matches!(parse("hyderabadinfra doctor"), Verb::Doctor(Doctor { defaults: false, .. })));
    let Verb::Restore(restore) = parse("hyderabadinfra restore b --keys-from k --data-dir d --number 3")
    else {
        panic!("a restore")
    };
    assert_eq!((restore.number, restore.keep_sessions), (Some(3), false));
    let line = "hyderabadinfra doctor --backup b --keys-from k";
    assert!(matches!(parse(line), Verb::Doctor(Doctor { backup: Some(_), keys_from: Some(_), .. })));
    assert!(
        Cli::try_parse_from(["hyderabadinfra", "import", "listings", "a.csv"]).is_err(),
        "an owner is needed"
    );
}

#[test]
fn a_token_is_asked_for_with_the_way_to_get_one() {
    let text = remote_client("http://x/", Some(" ")).err().unwrap().to_string();
    assert!(text.contains("POST http://x/api/auth/login"), "{text}");
    assert!(remote_client("http://x", Some("token\n")).is_ok());
}

#[test]
fn a_password_is_the_first_line() {
    assert_eq!(read_password("s3cret pass \r\nmore".as_bytes()).unwrap(), "s3cret pass ");
    assert!(read_password("".as_bytes()).is_err());
}

#[test]
fn a_dead_letter_is_one_line_and_its_id_no_path() {
    let letter = json!({"id": "7", "group": "history", "key": "user/1", "error": "two\nlines"});
    assert_eq!(dead_letter_line(&letter), "7\thistory\tuser/1\ttwo lines");
    assert_eq!(dead_letter_line(&json!({"id": 7})), "7\t-\t-\t-");
    assert!(segment("0193-ab_c").is_ok() && segment("../users").is_err() && segment("").is_err());
}
