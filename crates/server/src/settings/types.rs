//! The types of the settings. The meaning of each setting is documented in `config/default.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use analytics::ReportingZone;
use gateway::{ConnectionSettings, LimitSettings, LogLevel};
use ipnet::IpNet;
use market::Rate;
use serde::{Deserialize, Deserializer};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub listen: SocketAddr,
    pub management_listen: SocketAddr,
    pub data_dir: PathBuf,
    /// Set together with `admin_password`, or not at all.
    #[serde(deserialize_with = "empty_is_none")]
    pub admin_email: Option<String>,
    #[serde(deserialize_with = "empty_is_none")]
    pub admin_password: Option<Secret>,
    #[serde(deserialize_with = "empty_is_none")]
    pub master_key_file: Option<PathBuf>,
    #[serde(deserialize_with = "empty_is_none")]
    pub jwt_key_file: Option<PathBuf>,
    /// Read it through [`Settings::public_url`].
    #[serde(deserialize_with = "empty_is_none")]
    public_url: Option<String>,
    pub environment: String,
    pub log: Log,
    pub limits: LimitSettings,
    pub connections: ConnectionSettings,
    pub quotas: Quotas,
    pub cors: Cors,
    pub journal: Journal,
    pub bus: Bus,
    pub activity: Activity,
    pub views: Views,
    pub reads: Reads,
    pub analytics: Analytics,
    pub market: Market,
    pub retry: Retry,
    /// One entry for each consumer group.
    pub consumers: BTreeMap<String, Consumer>,
    pub sessions: Sessions,
    pub mail: Mail,
    pub letters: Letters,
    pub assets: Assets,
    pub sms: Sms,
    pub channels: Channels,
    pub webhooks: Webhooks,
    pub backup: Backup,
    pub server: Server,
    pub disk: Disk,
    pub faults: Faults,
    /// Sign-in providers, by name.
    #[serde(default)]
    pub oidc: BTreeMap<String, OidcProvider>,
    pub tenancy: Tenancy,
    /// Never empty; contains `tenancy.default`.
    pub tenants: BTreeMap<String, Tenant>,
}

impl Settings {
    /// The public address without a trailing slash. `bound` is the address actually listened on, which matters
    /// when `listen` has port 0. An unspecified address is shown as localhost.
    #[must_use]
    pub fn public_url(&self, bound: SocketAddr) -> String {
        let scheme = if self.has_tls() { "https" } else { "http" };
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None if bound.ip().is_unspecified() => format!("{scheme}://localhost:{}", bound.port()),
            None => format!("{scheme}://{bound}"),
        }
    }

    /// Whether the public listener itself terminates TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.server.tls.certificate_file.is_some()
    }
}

/// A text that never appears in logs or error messages.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: LogLevel,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    pub unconfirmed: Quota,
    pub user: Quota,
    pub seller: Quota,
    pub agent: Quota,
    pub builder: Quota,
    pub moderator: Quota,
    pub support: Quota,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub homes: u64,
    pub files: u64,
    pub files_mib: u64,
    pub saved_searches: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    pub origins: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    pub url: JournalUrl,
    pub batch: usize,
    pub queue: usize,
    pub seal_after_days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalUrl {
    Sqlite,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bus {
    pub url: BusUrl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BusUrl {
    Embedded,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    pub flush_ms: u32,
    pub queue: usize,
    pub await_activity: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "these are the names in the configuration")]
pub struct Views {
    pub sync_enabled: bool,
    pub sync_interval_ms: u32,
    pub sync_batch: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    pub wait_ms: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Analytics {
    pub time_zone: ReportingZone,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    pub rates: Vec<Rate>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    pub tries: u32,
    pub base_ms: u32,
    pub cap_ms: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consumer {
    pub after_tries: AfterTries,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AfterTries {
    Park,
    Pause,
    Stop,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    pub access_seconds: u32,
    pub refresh_days: u32,
    pub reuse_grace_seconds: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub from: String,
    #[serde(deserialize_with = "empty_is_none")]
    pub smtp_url: Option<Secret>,
    #[serde(deserialize_with = "empty_is_none")]
    pub smtp_ca_file: Option<PathBuf>,
    pub show_codes: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letters {
    /// By template name.
    pub per_day: BTreeMap<String, u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Set together with `auth_token` and `sender`, or not at all.
    #[serde(deserialize_with = "empty_is_none")]
    pub account_sid: Option<String>,
    #[serde(deserialize_with = "empty_is_none")]
    pub auth_token: Option<Secret>,
    #[serde(deserialize_with = "empty_is_none")]
    pub sender: Option<String>,
    pub url: String,
    /// The provider's id of each approved template, by kind; may be empty.
    pub templates: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    pub failures: NonZeroU32,
    pub rest_seconds: NonZeroU32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    pub tries: NonZeroU32,
    pub base_ms: NonZeroU32,
    /// At least `base_ms`.
    pub cap_ms: NonZeroU32,
    pub timeout_seconds: NonZeroU32,
    pub disable_after_failed: NonZeroU32,
    pub disable_after_days: NonZeroU32,
    pub secret_overlap_hours: u32,
    pub most_per_tenant: NonZeroU32,
    pub allow_internal: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assets {
    /// Empty: this server.
    pub base_url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub drain_seconds: u32,
    pub body_limit_kib: u32,
    /// A network that contains every address is not accepted.
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Only together with trusted proxies.
    pub proxy_protocol: bool,
    pub tls: Tls,
}

/// Both are set, or neither.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    #[serde(deserialize_with = "empty_is_none")]
    pub certificate_file: Option<PathBuf>,
    #[serde(deserialize_with = "empty_is_none")]
    pub key_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// 0 to 100.
    pub warn_percent: u32,
    pub warn_mib: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// Names of tasks and threads, or `all`.
    pub panic: Vec<String>,
    pub every_ms: NonZeroU32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcProvider {
    /// The readable name; if empty, the provider's name.
    pub label: String,
    pub issuer: String,
    pub client_id: String,
    /// At most one of the two is set.
    #[serde(deserialize_with = "empty_is_none")]
    pub client_secret: Option<Secret>,
    #[serde(deserialize_with = "empty_is_none")]
    pub client_secret_file: Option<PathBuf>,
    pub timeout_ms: NonZeroU32,
}

/// Both are set, or neither.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    #[serde(deserialize_with = "empty_is_none")]
    pub directory: Option<PathBuf>,
    #[serde(deserialize_with = "empty_is_none")]
    pub keys_directory: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenancy {
    pub default: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    pub name: String,
    pub city: String,
    /// Lower case. No host belongs to two tenants.
    pub hosts: Vec<String>,
    pub moderation: bool,
    pub hold_unconfirmed: bool,
    /// `None`: that of `analytics`.
    #[serde(deserialize_with = "zone_or_none")]
    pub time_zone: Option<ReportingZone>,
}

/// Parses a network, or a single address.
pub(super) fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let read = |text: String| {
        network(&text).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no network")))
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(read).collect()
}

fn zone_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ReportingZone>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// An optional text is written as "", so that the default file can show its key.
fn empty_is_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| T::from(text)))
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}
