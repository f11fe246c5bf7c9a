//! Checks values that have the right type, and combinations of values.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use analytics::ReportingZone;
use market::Rate;
use notifications::SmtpServer;
use toml::Value;

use super::layers::Layers;

/// Numbers that may be zero, meaning "not at all". Any other zero would stop the server from working.
const ZERO_ALLOWED: [&str; 7] = [
    "disk.warn_mib",
    "disk.warn_percent",
    "journal.seal_after_days",
    "reads.wait_ms",
    "sessions.reuse_grace_seconds",
    "server.drain_seconds",
    "webhooks.secret_overlap_hours",
];

pub(super) fn check(layers: &mut Layers) {
    layers.check_each(|key, value| match value {
        Value::Integer(number) => check_number(key, *number),
        Value::String(text) => check_text(key, text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).find_map(|item| check_item(key, item)),
        _ => None,
    });
    check_addresses_differ(layers);
    check_administrator(layers);
    check_sms(layers);
    check_backup(layers);
    check_door(layers);
    check_retry(layers);
    check_tenants(layers);
    check_providers(layers);
}

fn check_number(key: &str, number: i64) -> Option<String> {
    let least = i64::from(!ZERO_ALLOWED.contains(&key));
    let most = if key == "disk.warn_percent" { 100 } else { i64::from(u32::MAX) };
    (!(least..=most).contains(&number))
        .then(|| format!("{number} is out of range; it must be from {least} to {most}"))
}

fn check_text(key: &str, text: &str) -> Option<String> {
    match key {
        "listen" | "management_listen" => check_address(text),
        "data_dir" => text.is_empty().then(|| "a directory is needed, such as \"data\"".to_owned()),
        "admin_email" => (!text.is_empty()).then(|| check_email(text))?,
        "public_url" | "assets.base_url" => check_url(text),
        "log.format" => one_of(text, &["text", "json"]),
        "log.level" => one_of(text, &["error", "warn", "info", "debug", "trace"]),
        _ if key.ends_with(".after_tries") => one_of(text, &["park", "pause", "stop"]),
        "journal.url" if text != "sqlite" => Some(embedded_only(key, text)),
        "bus.url" if text != "embedded" => Some(embedded_only(key, text)),
        "mail.from" => check_email(text),
        "analytics.time_zone" => check_zone(text),
        _ if key.starts_with("tenants.") && key.ends_with(".time_zone") => {
            (!text.is_empty()).then(|| check_zone(text))?
        }
        "mail.smtp_url" if !text.is_empty() => {
            SmtpServer::at(text, None, "localhost").err().map(|error| error.to_string())
        }
        "sms.account_sid" if !text.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Some("it must be letters and digits".to_owned())
        }
        _ if key.starts_with("oidc.") && key.ends_with(".issuer") => check_url(text),
        _ if key.starts_with("tenants.") && text.trim().is_empty() => {
            let leaf = key.rsplit('.').next().unwrap_or_default();
            Some(format!("a tenant needs a {leaf}, such as {leaf} = \"Hyderabad\""))
        }
        _ => None,
    }
}

fn check_zone(name: &str) -> Option<String> {
    name.parse::<ReportingZone>().err().map(|error| format!("{name:?}: {error}"))
}

fn check_item(key: &str, item: &str) -> Option<String> {
    match key {
        "cors.origins" => check_origin(item),
        "server.trusted_proxies" => check_proxies(item),
        "market.rates" => item.parse::<Rate>().err().map(|error| error.to_string()),
        _ if key.starts_with("tenants.") => check_host(item),
        _ => None,
    }
}

fn check_address(text: &str) -> Option<String> {
    let help = "write an IP address and a port, such as 127.0.0.1:8080, or 0.0.0.0:8080 for every interface";
    text.parse::<SocketAddr>().is_err().then(|| format!("{text:?} is no address to listen on; {help}"))
}

fn check_email(text: &str) -> Option<String> {
    let right = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    (!right || text.contains(char::is_whitespace)).then(|| format!("{text:?} is no e-mail address"))
}

fn check_url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let right = text.is_empty() || rest.is_some_and(|rest| !rest.is_empty());
    (!right).then(|| format!("{text:?} must begin with https:// or http:// and name a host"))
}

fn check_origin(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let right = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '*']));
    let help = "write scheme, host and port only, such as https://example.com, and each origin by itself";
    (!right).then(|| format!("{text:?} is no origin; {help}"))
}

fn check_proxies(text: &str) -> Option<String> {
    match super::types::network(text) {
        None => Some(format!("{text:?} is no address or network; write 10.0.0.2 or 10.0.0.0/8")),
        Some(network) if network.prefix_len() == 0 => {
            Some(format!("{text} is everybody: anybody could say to be anybody; name the proxies"))
        }
        Some(_) => None,
    }
}

fn check_host(text: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let right = !text.is_empty() && text.chars().all(allowed);
    (!right).then(|| format!("{text:?} is no host name; write it in lower case, without scheme and port"))
}

fn one_of(text: &str, allowed: &[&str]) -> Option<String> {
    (!allowed.contains(&text)).then(|| format!("{text:?} is not one of {}", allowed.join(", ")))
}

/// Shows only the scheme, because such an address may contain a password.
fn embedded_only(key: &str, text: &str) -> String {
    let given = text.split([':', '/']).next().unwrap_or_default();
    format!(
        "{key} = \"{given}…\" is not in this build, which has the embedded column only: \
         set journal.url = \"sqlite\" and bus.url = \"embedded\" (or leave both out)"
    )
}

fn check_addresses_differ(layers: &mut Layers) {
    let listen = layers.text("listen").to_owned();
    if listen == layers.text("management_listen") && !listen.ends_with(":0") {
        let message = format!("{listen} is also the value of listen; the two need different ports");
        layers.refuse("management_listen", message);
    }
}

fn check_administrator(layers: &mut Layers) {
    let (email, password) = (layers.text("admin_email"), layers.text("admin_password"));
    if email.is_empty() != password.is_empty() {
        let (missing, given) = if email.is_empty() {
            ("admin_email", "admin_password")
        } else {
            ("admin_password", "admin_email")
        };
        layers.refuse(given, format!("{missing} must be set with it, or neither"));
    } else if !password.is_empty()
        && let Err(message) = domain::people::password(password)
    {
        layers.refuse("admin_password", format!("it {message}"));
    }
}

/// Keys stored beside the data they decrypt would protect nothing.
fn check_backup(layers: &mut Layers) {
    let keys = ["backup.directory", "backup.keys_directory"];
    let [directory, keys_directory] = keys.map(|key| layers.text(key).to_owned());
    if directory.is_empty() != keys_directory.is_empty() {
        let [missing, given] = if directory.is_empty() { keys } else { [keys[1], keys[0]] };
        layers.refuse(given, format!("{missing} must be set with it, or neither"));
    } else if !directory.is_empty() && directory == keys_directory {
        layers.refuse(keys[1], format!("it must be another directory than {}", keys[0]));
    }
}

fn check_door(layers: &mut Layers) {
    let keys = ["server.tls.certificate_file", "server.tls.key_file"];
    let [certificate, key] = keys.map(|key| layers.text(key).is_empty());
    if certificate != key {
        let [missing, given] = if certificate { keys } else { [keys[1], keys[0]] };
        layers.refuse(given, format!("{missing} must be set with it, or neither"));
    }
    if layers.switch("server.proxy_protocol") && layers.list("server.trusted_proxies").is_empty() {
        let message = "server.trusted_proxies must name the proxies that speak it".to_owned();
        layers.refuse("server.proxy_protocol", message);
    }
}

/// The fields of an SMS account must be set all or not at all.
fn check_sms(layers: &mut Layers) {
    let keys = ["sms.account_sid", "sms.auth_token", "sms.sender"];
    let missing: Vec<&str> = keys.into_iter().filter(|key| layers.text(key).is_empty()).collect();
    if let (Some(first), Some(given)) = (missing.first(), keys.iter().find(|key| !missing.contains(key))) {
        layers.refuse(given, format!("{first} must be set with it, or neither"));
    }
}

fn check_retry(layers: &mut Layers) {
    for (base_key, cap_key) in [("retry.base_ms", "retry.cap_ms"), ("webhooks.base_ms", "webhooks.cap_ms")] {
        if let (Some(base), Some(cap)) = (layers.number(base_key), layers.number(cap_key))
            && cap < base
        {
            layers.refuse(cap_key, format!("{cap} is below {base_key}, which is {base}"));
        }
    }
}

/// Checks the required values of a provider, and that its secret is given in one place.
fn check_providers(layers: &mut Layers) {
    let names: Vec<String> = layers.providers().into_iter().map(str::to_owned).collect();
    for name in &names {
        let key = |leaf: &str| format!("oidc.{name}.{leaf}");
        for leaf in ["issuer", "client_id"] {
            if layers.text(&key(leaf)).is_empty() {
                layers.refuse(&key(leaf), format!("a provider needs its {leaf}"));
            }
        }
        let issuer = layers.text(&key("issuer")).to_owned();
        let here = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
        if issuer.starts_with("http://") && !here.iter().any(|here| issuer.starts_with(here)) {
            layers.refuse(&key("issuer"), "it must begin with https://".to_owned());
        }
        let secret = layers.text(&key("client_secret")).is_empty();
        if !secret && !layers.text(&key("client_secret_file")).is_empty() {
            let message = "client_secret is set as well; set one of them".to_owned();
            layers.refuse(&key("client_secret_file"), message);
        }
    }
}

fn check_tenants(layers: &mut Layers) {
    let names: Vec<String> = layers.tenants().into_iter().map(str::to_owned).collect();
    let default = layers.text("tenancy.default").to_owned();
    if !names.contains(&default) {
        let known = names.join(", ");
        layers.refuse("tenancy.default", format!("there is no [tenants.{default}]; there are {known}"));
    }
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for name in &names {
        let hosts = format!("tenants.{name}.hosts");
        let listed: Vec<String> = layers.list(&hosts).into_iter().map(str::to_owned).collect();
        for host in listed {
            match owners.insert(host.clone(), name) {
                Some(other) if other != name => {
                    layers.refuse(&hosts, format!("{host} is also a host of [tenants.{other}]"));
                }
                _ => {}
            }
        }
    }
}
