//! Problems in the settings, worded so that the reader knows what to change and where.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

use super::keys::Source;

/// All problems of one start, so that they can be corrected together.
#[derive(Debug)]
pub struct SettingsError {
    pub problems: Vec<Problem>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are not right:")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for SettingsError {}

#[derive(Debug, Error)]
pub enum Problem {
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable { file: PathBuf, source: std::io::Error },

    #[error("{from} is not TOML: {message}")]
    Syntax { from: Source, message: String },

    #[error("unknown key {key:?} in {from}{}", did_you_mean(suggestion.as_deref()))]
    UnknownKey { key: String, from: Source, suggestion: Option<String> },

    #[error("unknown variable {name} in the environment{}", did_you_mean(suggestion.as_deref()))]
    UnknownVariable { name: String, suggestion: Option<String> },

    #[error("{key} in {from}: expected {expected}, found {found}")]
    WrongType { key: String, from: Source, expected: &'static str, found: String },

    #[error("{key} in {from}: {message}")]
    Invalid { key: String, from: Source, message: String },

    #[error("the settings do not fit together: {0}")]
    Shape(String),
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(
        || "; config/default.toml and `hyderabadinfra doctor --defaults` list all there are".to_owned(),
        |nearest| format!("; did you mean {nearest}?"),
    )
}
