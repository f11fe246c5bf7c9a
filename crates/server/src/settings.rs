//! All settings. They are read once at start-up and are valid when `load` returns.
//!
//! Later layers override earlier ones: `config/default.toml` (compiled in; the defaults and the documentation),
//! the file of `--config` or `HYD_CONFIG`, the environment, flags. All problems are reported together, each with
//! its source and never with the value of a secret.

mod check;
mod keys;
mod layers;
mod problem;
#[cfg(test)]
mod tests;
mod types;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

pub use keys::Source;
pub use problem::{Problem, SettingsError};
pub use types::{
    Activity, AfterTries, Assets, Bus, BusUrl, Channels, Consumer, Cors, Disk, Faults, Journal, JournalUrl,
    Log, LogFormat, Mail, OidcProvider, Quota, Quotas, Reads, Retry, Secret, Server, Sessions, Settings, Sms,
    Tenancy, Tenant, Tls, Webhooks,
};

/// The compiled-in `config/default.toml` with its comments. `doctor` prints it to show how to set something.
pub const DEFAULT_TOML: &str = include_str!("../../../config/default.toml");

/// Sources of settings besides the compiled-in file. Passed as an argument, so that tests control their
/// environment.
#[derive(Debug, Default)]
pub struct Sources {
    /// The file of `--config`, which overrides `HYD_CONFIG`.
    pub config: Option<PathBuf>,
    /// The whole environment: `std::env::vars_os().collect()`. Only names that start with `HYD_` are used.
    pub environment: Vec<(OsString, OsString)>,
    /// The flags that were given.
    pub flags: Vec<Flag>,
}

/// A flag that sets the setting `key`.
#[derive(Debug, Clone)]
pub struct Flag {
    /// As typed, for messages: `--listen`.
    pub name: &'static str,
    pub key: &'static str,
    pub value: String,
}

/// Reads all layers.
///
/// # Errors
/// All problems of all layers, one for each line.
pub fn load(sources: &Sources) -> Result<Settings, SettingsError> {
    let mut layers = layers::Layers::defaults();
    if let Some(file) = sources.config.clone().or_else(|| config_variable(&sources.environment)) {
        layers.add_file(&file);
    }
    layers.add_environment(&sources.environment);
    layers.add_flags(&sources.flags);
    check::check(&mut layers);
    layers.finish()
}

/// An empty `HYD_CONFIG` counts as unset.
fn config_variable(environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    let found = environment.iter().find(|(name, _)| name == OsStr::new("HYD_CONFIG"));
    found.filter(|(_, file)| !file.is_empty()).map(|(_, file)| PathBuf::from(file))
}
