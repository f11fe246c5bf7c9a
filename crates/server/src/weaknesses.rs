//! Insecure configurations that still work. They are reported when a server starts, and by `doctor`.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http_kit::Tokens;

use crate::private;
use crate::settings::Settings;

/// The most paths that a message names; the others are counted.
const NAMED: usize = 5;
/// A key of 32 random bytes has at least this many different values.
const DIFFERENT: usize = 16;

/// A weakness that should be corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakness {
    /// A keyword for it.
    pub about: &'static str,
    /// What is wrong, and how to correct it.
    pub text: String,
}

fn weakness(about: &'static str, text: impl Into<String>) -> Weakness {
    Weakness { about, text: text.into() }
}

/// All weaknesses, including file permissions in the data directory.
#[must_use]
pub fn all(settings: &Settings) -> Vec<Weakness> {
    let [journal, backups] = [Some(&settings.data_dir), settings.backup.directory.as_ref()];
    let directories = [journal, backups, settings.backup.keys_directory.as_ref()];
    directories.into_iter().flatten().filter_map(|top| modes(top)).chain(outside(settings)).collect()
}

/// The weaknesses outside the data directory, whose permissions a server corrects when it starts.
#[must_use]
pub fn outside(settings: &Settings) -> Vec<Weakness> {
    [root(), secrets(settings), keys(settings), door(settings)].concat()
}

fn root() -> Vec<Weakness> {
    let text =
        "this is root: a fault of the server is a fault of the whole machine; run it as a user of its own";
    rustix::process::geteuid().is_root().then(|| weakness("user", text)).into_iter().collect()
}

fn modes(top: &Path) -> Option<Weakness> {
    if !top.exists() {
        return None;
    }
    let open = match private::open_to_others(top) {
        Ok(open) => open,
        Err(error) => {
            return Some(weakness("modes", format!("{} cannot be looked at: {error}", top.display())));
        }
    };
    let named: Vec<String> = open.iter().take(NAMED).map(|path| path.display().to_string()).collect();
    let more = open.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!(" and {more} more"));
    let named = named.join(", ");
    let more = more.unwrap_or_default();
    let top = top.display();
    let text = format!("others of the machine may use {named}{more}; run: chmod -R go= {top}");
    (!open.is_empty()).then(|| weakness("modes", text))
}

/// Secret files outside the data directory that others can access.
fn secrets(settings: &Settings) -> Vec<Weakness> {
    let given = [&settings.master_key_file, &settings.jwt_key_file, &settings.server.tls.key_file];
    let of_providers = settings.oidc.values().map(|provider| &provider.client_secret_file);
    let open = given.into_iter().chain(of_providers).flatten().filter(|file| private::is_open(file));
    open.map(|file| {
        let file = file.display();
        weakness("modes", format!("{file} can be used by others of the machine; run: chmod 600 {file}"))
    })
    .collect()
}

fn keys(settings: &Settings) -> Vec<Weakness> {
    let directory = settings.data_dir.join("keys");
    let file = |given: &Option<PathBuf>, name| given.clone().unwrap_or_else(|| directory.join(name));
    let (master, signing) =
        (file(&settings.master_key_file, "master.key"), file(&settings.jwt_key_file, "jwt.der"));
    let mut found = Vec::new();
    if let Some(why) = std::fs::read(&master).ok().and_then(|key| weak_master(&key)) {
        let advice = "it must be 32 random bytes, such as of: head -c 32 /dev/urandom; a new one opens nothing of before";
        found.push(weakness("keys", format!("{} {why}; {advice}", master.display())));
    }
    if std::fs::read(&signing).is_ok_and(|key| Tokens::new(&key, domain::Clock::System, 600).is_err()) {
        let text = "is no Ed25519 key in PKCS#8; move it away, and the next start makes one";
        found.push(weakness("keys", format!("{} {text}", signing.display())));
    }
    found
}

/// Why the key cannot be random; `None` if it looks random.
fn weak_master(key: &[u8]) -> Option<&'static str> {
    let mut different = key.to_vec();
    different.sort_unstable();
    different.dedup();
    if key.len() != 32 {
        Some("does not have 32 bytes")
    } else if different.len() < DIFFERENT {
        Some("repeats itself")
    } else if key.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
        Some("is a text, of which there are few")
    } else {
        None
    }
}

/// What the public and the management listener expose.
fn door(settings: &Settings) -> Vec<Weakness> {
    let mut found = Vec::new();
    let (listen, management, tls) = (settings.listen, settings.management_listen, settings.has_tls());
    let proxied = !settings.server.trusted_proxies.is_empty();
    let public = !listen.ip().is_loopback();
    if public && !tls && !proxied {
        let text = "is reached without TLS, passwords in clear: set server.tls, or server.trusted_proxies to the proxies that \
                    have it, or listen at 127.0.0.1";
        found.push(weakness("address", format!("{listen} {text}")));
    }
    let url = settings.public_url(listen);
    if (tls || proxied) && url.starts_with("http://") {
        let text = "is in e-mails, and cookies are not kept from plain HTTP: set public_url to the address with https://";
        found.push(weakness("address", format!("{url} {text}")));
    }
    if on_the_internet(management.ip()) {
        let text = "shows metrics and health without a token: set management_listen to an address of operators alone";
        found.push(weakness("address", format!("{management} {text}")));
    }
    let default = &settings.tenancy.default;
    let hosts = settings.tenants.get(default).map_or(&[][..], |tenant| &tenant.hosts);
    if (public || proxied) && hosts.is_empty() {
        let text = "has no hosts of its own and answers at every name that leads here, with the operators' accounts: set \
                    its hosts";
        found.push(weakness("tenant", format!("the default tenant [tenants.{default}] {text}")));
    }
    if (public || proxied) && !settings.limits.enabled {
        found.push(weakness(
            "limits",
            "limits.enabled is false: passwords can be guessed without end; set it to true",
        ));
    }
    found
}

/// Whether the address is public or covers every interface.
fn on_the_internet(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_key_that_nobody_drew_is_told() {
        let random: Vec<u8> = (0..32).map(|n: u8| n.wrapping_mul(151).wrapping_add(17)).collect();
        assert_eq!(weak_master(&random), None);
        assert_eq!(weak_master(&[7; 32]), Some("repeats itself"));
        assert_eq!(
            weak_master(b"0123456789abcdefghijklmnopqrstuv"),
            Some("is a text, of which there are few")
        );
        assert_eq!(weak_master(&random[1..]), Some("does not have 32 bytes"));
    }
}
