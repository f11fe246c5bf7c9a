//! The levels of the loggers, which an operator may change while the server runs. A change lasts until the restart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::fields::Choice;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The name of the logger that all others follow.
pub const ROOT: &str = "ROOT";

/// What a logger writes: its level and all that are more severe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all(serialize = "UPPERCASE", deserialize = "lowercase"))]
#[schema(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// Only what failed.
    Error,
    /// Also what somebody should look at.
    Warn,
    /// Also what happened.
    Info,
    /// Also how.
    Debug,
    /// Everything.
    Trace,
}

impl Choice for LogLevel {
    const ALL: &'static [(&'static str, Self)] = &[
        ("OFF", Self::Off),
        ("ERROR", Self::Error),
        ("WARN", Self::Warn),
        ("INFO", Self::Info),
        ("DEBUG", Self::Debug),
        ("TRACE", Self::Trace),
    ];
}

/// Makes the log follow a filter such as `info,journal=debug`. The error says why it cannot.
pub type ApplyFilter = Arc<dyn Fn(&str) -> Result<(), String> + Send + Sync>;

/// The levels of all loggers. Clones share them.
#[derive(Clone)]
pub struct LogLevels {
    levels: Arc<Mutex<Levels>>,
    apply: ApplyFilter,
}

impl std::fmt::Debug for LogLevels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogLevels({})", self.levels().filter())
    }
}

#[derive(Clone, Debug)]
struct Levels {
    root: LogLevel,
    named: BTreeMap<String, LogLevel>,
}

impl LogLevels {
    /// All loggers have the level `root`, and `apply` makes the log follow what changes.
    #[must_use]
    pub fn new(root: LogLevel, apply: ApplyFilter) -> Self {
        Self { levels: Arc::new(Mutex::new(Levels { root, named: BTreeMap::new() })), apply }
    }

    /// The levels of a process that writes no log.
    #[must_use]
    pub fn without_log() -> Self {
        Self::new(LogLevel::Off, Arc::new(|_| Ok(())))
    }

    /// The loggers that have a level of their own.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.levels().named.keys().cloned().collect()
    }

    /// The logger's own level; `None` when it follows a shorter name.
    pub(crate) fn configured(&self, name: &str) -> Option<LogLevel> {
        let levels = self.levels();
        if name == ROOT { Some(levels.root) } else { levels.named.get(name).copied() }
    }

    /// The level that holds for a logger.
    pub(crate) fn effective(&self, name: &str) -> LogLevel {
        self.levels().effective(name)
    }

    /// Gives a logger a level, or makes it follow a shorter name again. The root always has a level of its own.
    ///
    /// # Errors
    /// When the log cannot follow. The levels then stay as they were.
    pub fn set(&self, name: &str, level: Option<LogLevel>) -> Result<(), String> {
        let mut levels = self.levels();
        let mut changed = levels.clone();
        match level {
            Some(level) if name == ROOT => changed.root = level,
            Some(level) => _ = changed.named.insert(name.to_owned(), level),
            None => _ = changed.named.remove(name),
        }
        (self.apply)(&changed.filter())?;
        *levels = changed;
        Ok(())
    }

    fn levels(&self) -> MutexGuard<'_, Levels> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Levels {
    fn effective(&self, name: &str) -> LogLevel {
        // As the log decides: a name covers all that begin with it, and the longest one wins.
        let covering = self.named.iter().filter(|(covering, _)| name.starts_with(covering.as_str()));
        covering.max_by_key(|(covering, _)| covering.len()).map_or(self.root, |(_, level)| *level)
    }

    fn filter(&self) -> String {
        let named = self.named.iter().map(|(name, level)| format!("{name}={}", level.word().to_lowercase()));
        let all: Vec<String> = std::iter::once(self.root.word().to_lowercase()).chain(named).collect();
        all.join(",")
    }
}

/// Whether `name` can be a logger: the root, or a path of modules such as `journal::sqlite`.
pub fn is_name(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    name == ROOT || (name.len() <= 200 && name.split("::").all(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard() -> (LogLevels, Arc<Mutex<Vec<String>>>) {
        let filters = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&filters);
        let apply = move |filter: &str| {
            told.lock().unwrap().push(filter.to_owned());
            if filter.contains("broken") { Err("it cannot".to_owned()) } else { Ok(()) }
        };
        (LogLevels::new(LogLevel::Info, Arc::new(apply)), filters)
    }

    #[test]
    fn a_logger_follows_the_longest_name_that_covers_it() {
        let (levels, filters) = heard();
        levels.set("journal", Some(LogLevel::Warn)).unwrap();
        levels.set("journal::sqlite", Some(LogLevel::Trace)).unwrap();
        levels.set(ROOT, Some(LogLevel::Error)).unwrap();
        let effective = ["ROOT", "bus", "journal::append", "journal::sqlite::writer"];
        let effective = effective.map(|name| levels.effective(name));
        assert_eq!(effective, [LogLevel::Error, LogLevel::Error, LogLevel::Warn, LogLevel::Trace]);
        assert_eq!(levels.configured("journal::sqlite::writer"), None);
        levels.set("journal::sqlite", None).unwrap();
        assert_eq!(levels.effective("journal::sqlite"), LogLevel::Warn);
        assert_eq!(filters.lock().unwrap().last().unwrap(), "error,journal=warn");
    }

    #[test]
    fn what_the_log_does_not_follow_is_not_so() {
        let (levels, _) = heard();
        assert_eq!(levels.set("broken", Some(LogLevel::Debug)), Err("it cannot".to_owned()));
        assert_eq!((levels.configured("broken"), levels.names().len()), (None, 0));
    }

    #[test]
    fn the_document_names_the_levels_as_answers_do() {
        let schema = serde_json::to_value(<LogLevel as utoipa::PartialSchema>::schema()).unwrap();
        let words: Vec<&str> = LogLevel::ALL.iter().map(|(word, _)| *word).collect();
        assert_eq!(schema["enum"], serde_json::json!(words));
        assert_eq!(serde_json::to_value(LogLevel::Off).unwrap(), "OFF");
    }

    #[test]
    fn names_are_paths_of_modules() {
        for name in ["ROOT", "journal", "journal::sqlite", "http_kit::edge", "_a1"] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["", "root!", "Journal", "journal:", "journal::", "::a", "a=debug", "a,b", "1a", "a b", "[x]"]
        {
            assert!(!is_name(name), "{name}");
        }
    }
}
