//! H16: one configuration, checked before anything starts.

use std::net::SocketAddr;

use hyderabadinfra::settings::{DEFAULT_TOML, Flag, Sources, load};

fn refused(flags: &[(&'static str, &str)], environment: &[(&str, &str)]) -> String {
    let flag = |&(key, value): &(&'static str, &str)| Flag { name: key, key, value: value.to_owned() };
    let sources = Sources {
        config: None,
        environment: environment.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        flags: flags.iter().map(flag).collect(),
    };
    load(&sources).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn h16_the_defaults_fit_together_and_are_written_once() {
    assert_eq!(refused(&[], &[]), "");
    let settings = load(&Sources::default()).unwrap();
    assert_ne!(settings.listen, settings.management_listen);
    let ports = [settings.listen, settings.management_listen].map(|address: SocketAddr| address.port());
    assert_eq!(ports, [8080, 8090]);
    for key in ["listen", "management_listen", "data_dir"] {
        assert_eq!(
            DEFAULT_TOML.lines().filter(|line| line.starts_with(&format!("{key} ="))).count(),
            1,
            "{key}"
        );
    }
}

#[test]
fn h16_what_does_not_fit_together_is_refused_at_the_start() {
    let address = "127.0.0.1:8181";
    let clash = refused(&[("listen", address), ("management_listen", address)], &[]);
    assert!(clash.contains("management_listen") && clash.contains(address), "{clash}");
    let clash = refused(&[("listen", "127.0.0.1:8090")], &[]);
    assert!(clash.contains("management_listen"), "{clash}");
    let clash = refused(&[], &[("HYD_LISTEN", "127.0.0.1:8090")]);
    assert!(clash.contains("management_listen"), "the environment counts like a flag: {clash}");
    for (key, value) in [
        ("listen", "localhost"),
        ("listen", "127.0.0.1:99999"),
        ("admin_email", "root@example.com"),
        ("limits.sign_in_per_account", "0"),
        ("tenancy.default", "nowhere"),
        ("journal.url", "postgres://user:secret@host/db"),
        ("log.level", "loud"),
    ] {
        let message = refused(&[(key, value)], &[]);
        assert!(message.contains(key), "{key} = {value}: {message:?}");
        assert!(!message.contains("secret"), "{message}");
    }
    let message = refused(&[], &[("HYD_LISTN", "127.0.0.1:1"), ("SPRING_REDIS_HOST", "ignored")]);
    assert!(message.contains("HYD_LISTN") && !message.contains("SPRING"), "{message}");
}
