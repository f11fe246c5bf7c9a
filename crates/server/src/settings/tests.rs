use std::ffi::OsString;
use std::io::Write;
use std::net::SocketAddr;

use super::keys::{flatten, variable};
use super::*;

fn with_environment(pairs: &[(&str, &str)]) -> Sources {
    let environment = pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Sources { environment: environment.collect(), ..Sources::default() }
}

/// The file exists until the returned handle is dropped.
fn with_file(text: &str) -> (Sources, tempfile::NamedTempFile) {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    (Sources { config: Some(file.path().to_owned()), ..Sources::default() }, file)
}

fn complaints(sources: &Sources) -> Vec<String> {
    load(sources).unwrap_err().problems.iter().map(ToString::to_string).collect()
}

fn complaint(sources: &Sources) -> String {
    let all = complaints(sources);
    assert_eq!(all.len(), 1, "{all:?}");
    all.into_iter().next().unwrap()
}

fn file_complaint(text: &str) -> String {
    let (sources, _file) = with_file(text);
    complaint(&sources)
}

#[test]
fn the_default_file_alone_is_valid() {
    let settings = load(&Sources::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.limits.user_burst.get(), 3000);
    assert_eq!(settings.journal.url, JournalUrl::Sqlite);
    assert_eq!(settings.cors.origins, ["http://localhost:3000", "http://127.0.0.1:3000"]);
    assert_eq!((settings.connections.most.get(), settings.connections.head_seconds.get()), (10_000, 15));
    assert_eq!(settings.tenants[&settings.tenancy.default].city, "Hyderabad");
    assert!(settings.admin_email.is_none() && settings.master_key_file.is_none());
}

#[test]
fn numbers_are_counted_by_the_days_of_a_time_zone() {
    let zone = |sources: &Sources| load(sources).unwrap().analytics.time_zone.name().to_owned();
    assert_eq!(zone(&Sources::default()), "Asia/Kolkata");
    assert_eq!(
        zone(&with_environment(&[("HYD_ANALYTICS_TIME_ZONE", "America/St_Johns")])),
        "America/St_Johns"
    );
    let (sources, _file) = with_file("[tenants.dubai]\ncity = \"Dubai\"\ntime_zone = \"Asia/Dubai\"");
    let tenants = load(&sources).unwrap().tenants;
    let own = |name: &str| tenants[name].time_zone.as_ref().map(|zone| zone.name().to_owned());
    assert_eq!((own("dubai").as_deref(), own("hyderabad")), (Some("Asia/Dubai"), None));
    assert!(file_complaint("[tenants.hyderabad]\ntime_zone = \"Nowhere\"").contains("such as Asia/Kolkata"));
    for wrong in ["Nowhere/Here", "+05:30", ""] {
        let complaint = file_complaint(&format!("[analytics]\ntime_zone = \"{wrong}\""));
        assert!(complaint.contains("time_zone") && complaint.contains("such as Asia/Kolkata"), "{complaint}");
    }
}

#[test]
fn the_rates_of_a_purchase_are_read_at_start() {
    assert_eq!(load(&Sources::default()).unwrap().market.rates.len(), 5);
    let complaint =
        file_complaint("[market]\nrates = [\"STAMP_DUTY | soon | 4 | any | Duty | Guides | https://a.b\"]");
    assert!(complaint.contains("market.rates") && complaint.contains("the date \"soon\""), "{complaint}");
}

#[test]
fn every_key_has_a_variable_of_its_own() {
    let keys = flatten(DEFAULT_TOML.parse().unwrap());
    let variables: std::collections::BTreeSet<String> = keys.keys().map(|key| variable(key)).collect();
    assert_eq!(variables.len(), keys.len());
    assert!(variables.contains("HYD_LIMITS_SIGN_IN_PER_ACCOUNT"), "underscores inside a key stay");
}

#[test]
fn later_layers_win() {
    let (mut sources, _file) = with_file(
        "listen = \"127.0.0.1:1001\"\ndata_dir = \"from-file\"\n[limits]\nenabled = false\nuser_burst = 7\n[retry]\ntries = 3",
    );
    sources.environment =
        with_environment(&[("HYD_LISTEN", "127.0.0.1:1002"), ("HYD_LIMITS_USER_BURST", "8")]).environment;
    sources.flags = vec![Flag { name: "--listen", key: "listen", value: "127.0.0.1:1003".to_owned() }];
    let settings = load(&sources).unwrap();
    assert_eq!(settings.listen.port(), 1003, "flag over variable");
    assert_eq!(settings.limits.user_burst.get(), 8, "variable over file");
    assert_eq!((settings.retry.tries, settings.limits.enabled), (3, false), "file over default");
    assert_eq!(settings.retry.base_ms, 1000, "default where nothing is said");
}

#[test]
fn the_config_variable_names_the_file_and_the_flag_wins_over_it() {
    let (named, file) = with_file("[retry]\ntries = 2");
    let path = file.path().to_str().unwrap().to_owned();
    let sources = with_environment(&[("HYD_CONFIG", &path)]);
    assert_eq!(load(&sources).unwrap().retry.tries, 2);

    let (mut sources, _other) = with_file("[retry]\ntries = 9");
    sources.environment =
        with_environment(&[("HYD_CONFIG", named.config.unwrap().to_str().unwrap())]).environment;
    assert_eq!(load(&sources).unwrap().retry.tries, 9);
}

#[test]
fn the_environment_is_typed_like_the_key() {
    let settings = load(&with_environment(&[
        ("HYD_LIMITS_ENABLED", "false"),
        ("HYD_CORS_ORIGINS", "https://one.example, https://two.example"),
        ("HYD_SESSIONS_REUSE_GRACE_SECONDS", "0"),
        ("HYD_TENANTS_HYDERABAD_HOSTS", "hyd.example"),
        ("HYD_TOKEN", "not a setting"),
        ("HYD_SERVER", "http://elsewhere"),
        ("HYD_TEST_DATA", "/data"),
        ("HOME", "/root"),
    ]))
    .unwrap();
    assert!(!settings.limits.enabled);
    assert_eq!(settings.cors.origins, ["https://one.example", "https://two.example"]);
    assert_eq!(settings.tenants["hyderabad"].hosts, ["hyd.example"]);

    let cleared = load(&with_environment(&[("HYD_CORS_ORIGINS", "")])).unwrap();
    assert!(cleared.cors.origins.is_empty());
}

#[test]
fn an_unknown_key_is_named_with_its_file_and_the_nearest() {
    let (sources, file) = with_file("[limits]\nenabeld = true");
    let path = file.path().display().to_string();
    assert_eq!(
        complaint(&sources),
        format!("unknown key \"limits.enabeld\" in {path}; did you mean \"limits.enabled\"?")
    );
    assert!(file_complaint("[limts]\nuser_burst = 1").contains("did you mean \"limits.user_burst\"?"));
    assert!(file_complaint("user_burst = 1").contains("did you mean \"limits.user_burst\"?"));
    assert!(
        file_complaint("[tenants.pune]\ncity = \"Pune\"\ncoty = \"x\"").contains("\"tenants.pune.coty\"")
    );
    assert!(file_complaint("zzz = 1").contains("`hyderabadinfra doctor --defaults`"));
    assert!(file_complaint("[zzz]").contains("unknown key \"zzz\""));
}

#[test]
fn an_unknown_variable_is_named_with_the_nearest() {
    assert_eq!(
        complaint(&with_environment(&[("HYD_LIMIT_ENABLED", "true")])),
        "unknown variable HYD_LIMIT_ENABLED in the environment; did you mean HYD_LIMITS_ENABLED?"
    );
    assert!(complaint(&with_environment(&[("HYD_TOKN", "x")])).ends_with("did you mean HYD_TOKEN?"));
}

#[test]
fn a_wrong_type_names_key_and_layer() {
    let text = file_complaint("[limits]\nenabled = \"yes\"");
    assert!(text.starts_with("limits.enabled in ") && text.contains(".toml"), "{text}");
    assert!(text.ends_with("expected true or false, found the text \"yes\""), "{text}");
    assert_eq!(
        complaint(&with_environment(&[("HYD_RETRY_TRIES", "many")])),
        "retry.tries in the environment variable HYD_RETRY_TRIES: expected a whole number, found \"many\""
    );
    assert!(file_complaint("log = \"json\"").contains("expected a table"));
    assert!(file_complaint("[listen]\nport = 1").contains("expected a text, found a table"));
    assert!(file_complaint("[cors]\norigins = [1]").contains("expected a list of texts"));
}

#[test]
fn values_are_checked() {
    let refused = |name: &str, value: &str, part: &str| {
        let text = complaint(&with_environment(&[(name, value)]));
        assert!(text.contains(part), "{name}={value}: {text}");
    };
    refused("HYD_LISTEN", "8080", "127.0.0.1:8080");
    refused("HYD_MANAGEMENT_LISTEN", "127.0.0.1:8080", "different ports");
    refused("HYD_DATA_DIR", "", "a directory is needed");
    refused("HYD_LOG_LEVEL", "loud", "error, warn, info, debug, trace");
    refused("HYD_LIMITS_USER_BURST", "0", "from 1 to");
    refused("HYD_LIMITS_USER_BURST", "-1", "from 1 to");
    refused("HYD_RETRY_TRIES", "99999999999", "out of range");
    refused("HYD_RETRY_CAP_MS", "10", "below retry.base_ms");
    refused("HYD_TENANCY_DEFAULT", "pune", "there is no [tenants.pune]; there are hyderabad");
    refused("HYD_CORS_ORIGINS", "https://one.example/", "is no origin");
    refused("HYD_CORS_ORIGINS", "*", "is no origin");
    refused("HYD_PUBLIC_URL", "homes.example", "https://");
    refused("HYD_ADMIN_EMAIL", "admin@example.com", "admin_password must be set with it");
    refused("HYD_ADMIN_PASSWORD", "long enough to be one", "admin_email must be set with it");
    refused("HYD_MAIL_FROM", "nobody", "is no e-mail address");
    refused("HYD_TENANTS_HYDERABAD_HOSTS", "https://x", "is no host name");
}

#[test]
fn another_journal_or_bus_is_refused_naming_both_settings_and_no_password() {
    for (name, value) in
        [("HYD_JOURNAL_URL", "postgres://hyd:s3cret@db/hyd"), ("HYD_BUS_URL", "kafka://one:9092")]
    {
        let text = complaint(&with_environment(&[(name, value)]));
        assert!(text.contains("journal.url = \"sqlite\" and bus.url = \"embedded\""), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn files_add_tenants_and_the_environment_changes_them() {
    let (mut sources, _file) = with_file("[tenants.new-pune]\ncity = \"Pune\"\nhosts = [\"pune.example\"]");
    sources.environment = with_environment(&[("HYD_TENANTS_NEW_PUNE_MODERATION", "true")]).environment;
    let settings = load(&sources).unwrap();
    let pune = &settings.tenants["new-pune"];
    assert_eq!((pune.city.as_str(), pune.moderation), ("Pune", true));
    assert_eq!(settings.tenants.len(), 2);

    assert!(file_complaint("[tenants.pune]").contains("a tenant needs a city"));
    assert!(file_complaint("[tenants.Pune]\ncity = \"Pune\"").contains("unknown key \"tenants.Pune.city\""));
    let twice = "[tenants.hyderabad]\nhosts = [\"a.example\"]\n[tenants.pune]\ncity = \"Pune\"\nhosts = [\"a.example\"]";
    assert!(file_complaint(twice).contains("a.example is also a host of [tenants.hyderabad]"));
}

#[test]
fn a_mail_server_and_an_sms_account_are_whole_or_absent_and_their_secrets_unseen() {
    let settings =
        load(&with_environment(&[("HYD_MAIL_SMTP_URL", "smtps://hyd:s3cret@mail.example")])).unwrap();
    assert!(settings.mail.smtp_url.is_some() && settings.sms.account_sid.is_none());
    assert!(!format!("{settings:?}").contains("s3cret"));
    for address in
        ["smtp://hyd:s3cret@mail.example?tls=none", "hyd:s3cret@mail.example", "smtps://%zz:s3cret@"]
    {
        let text = complaint(&with_environment(&[("HYD_MAIL_SMTP_URL", address)]));
        assert!(text.contains("mail.smtp_url") && !text.contains("s3cret"), "{text}");
    }
    let half = [("HYD_SMS_ACCOUNT_SID", "AC1"), ("HYD_SMS_AUTH_TOKEN", "s3cret")];
    let text = complaint(&with_environment(&half));
    assert!(text.contains("sms.sender must be set with it") && !text.contains("s3cret"), "{text}");
    let whole = [half[0], half[1], ("HYD_SMS_SENDER", "HYDINF"), ("HYD_SMS_TEMPLATES_PROPERTY_ALERT", "HX1")];
    let settings = load(&with_environment(&whole)).unwrap();
    assert_eq!(settings.sms.templates["property-alert"], "HX1");
    assert!(file_complaint("[tenants.pune]\ncity = \"Pune\"\nname = \"\"").contains("a tenant needs a name"));
}

#[test]
fn all_problems_are_told_at_once() {
    let (mut sources, _file) = with_file("zzz = 1\n[limits]\nenabled = 1");
    sources.environment = with_environment(&[("HYD_LISTEN", "nowhere")]).environment;
    assert_eq!(complaints(&sources).len(), 3);
}

#[test]
fn a_missing_or_broken_file_is_named() {
    let sources = Sources { config: Some("/no/such/hyd.toml".into()), ..Sources::default() };
    assert!(complaint(&sources).starts_with("/no/such/hyd.toml cannot be read"));
    assert!(file_complaint("listen = ").contains("is not TOML"));
}

#[test]
fn secrets_are_never_shown() {
    let sources =
        with_environment(&[("HYD_ADMIN_EMAIL", "a@example.com"), ("HYD_ADMIN_PASSWORD", "hunter2hunter2")]);
    let settings = load(&sources).unwrap();
    assert_eq!(settings.admin_password.as_ref().unwrap().reveal(), "hunter2hunter2");
    assert!(!format!("{settings:?}").contains("hunter2"));
    let text = file_complaint("admin_password = 12345678");
    assert!(!text.contains("12345678"), "{text}");
    let text = file_complaint("[log]\nadmin_password = hunter2");
    assert!(text.contains("is not TOML: line 2: ") && !text.contains("hunter2"), "{text}");
}

#[test]
fn the_public_address_is_the_set_one_or_the_one_listened_on() {
    let bound = |text: &str| text.parse::<SocketAddr>().unwrap();
    let settings = load(&Sources::default()).unwrap();
    assert_eq!(settings.public_url(bound("127.0.0.1:4711")), "http://127.0.0.1:4711");
    assert_eq!(settings.public_url(bound("0.0.0.0:80")), "http://localhost:80");
    let settings = load(&with_environment(&[("HYD_PUBLIC_URL", "https://homes.example/")])).unwrap();
    assert_eq!(settings.public_url(bound("0.0.0.0:80")), "https://homes.example");
}

#[test]
fn the_public_door_is_what_it_must_be() {
    let complaint_of = |text: &str, says: &str| {
        let complaint = file_complaint(text);
        assert!(complaint.contains(says), "{complaint}");
    };
    complaint_of("[server]\ntrusted_proxies = [\"0.0.0.0/0\"]", "is everybody");
    complaint_of("[server]\ntrusted_proxies = [\"::/0\"]", "is everybody");
    complaint_of("[server]\ntrusted_proxies = [\"proxy.example\"]", "is no address or network");
    complaint_of("[server]\nproxy_protocol = true", "server.trusted_proxies must name the proxies");
    complaint_of("[server.tls]\nkey_file = \"k\"", "server.tls.certificate_file must be set with it");
    complaint_of("[server.tls]\ncertificate_file = \"c\"", "server.tls.key_file must be set with it");
    let (sources, _file) = with_file(
        "[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nproxy_protocol = true\n\
         [server.tls]\ncertificate_file = \"c\"\nkey_file = \"k\"",
    );
    let settings = load(&sources).unwrap();
    let proxies: Vec<String> = settings.server.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "::1/128"]);
    assert_eq!(settings.public_url("0.0.0.0:8443".parse().unwrap()), "https://localhost:8443");
    let settings = load(&with_environment(&[("HYD_SERVER_TRUSTED_PROXIES", "10.0.0.2, 10.0.0.3")])).unwrap();
    assert_eq!(settings.server.trusted_proxies.len(), 2);
}
