//! One value for each key, with its layer. Collects problems along the way.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use toml::{Table, Value};

use super::keys::{self, Keys, Kind, Source};
use super::problem::{Problem, SettingsError};
use super::{DEFAULT_TOML, Flag, Settings};

/// `HYD_` variables that are not settings.
const NOT_SETTINGS: [&str; 4] = ["HYD_CONFIG", "HYD_SERVER", "HYD_TEST_DATA", "HYD_TOKEN"];

/// Keys whose value no message may show.
const SECRETS: [&str; 3] = ["admin_password", "mail.smtp_url", "sms.auth_token"];

#[derive(Debug, Default)]
pub(super) struct Layers {
    keys: Keys,
    values: BTreeMap<String, (Value, Source)>,
    problems: Vec<Problem>,
}

impl Layers {
    pub(super) fn defaults() -> Self {
        let mut layers = Self::default();
        if let Some(table) = layers.parse(DEFAULT_TOML, Source::Default) {
            let values = keys::flatten(table);
            layers.keys = Keys::of(&values);
            layers.values = values.into_iter().map(|(key, value)| (key, (value, Source::Default))).collect();
        }
        layers
    }

    pub(super) fn add_file(&mut self, file: &Path) {
        let from = Source::File(file.to_owned());
        match std::fs::read_to_string(file) {
            Err(source) => self.problems.push(Problem::Unreadable { file: file.to_owned(), source }),
            Ok(text) => {
                if let Some(table) = self.parse(&text, from.clone()) {
                    self.add_table("", table, &from);
                }
            }
        }
    }

    /// Can also change a tenant or provider that a file added, but cannot add one.
    pub(super) fn add_environment(&mut self, environment: &[(OsString, OsString)]) {
        let by_variable: BTreeMap<String, String> =
            self.values.keys().map(|key| (keys::variable(key), key.clone())).collect();
        for (name, value) in environment {
            let name = name.to_string_lossy();
            if !name.starts_with("HYD_") || NOT_SETTINGS.contains(&name.as_ref()) {
                continue;
            }
            if let Some(key) = by_variable.get(name.as_ref()) {
                self.set_text(key, value.to_str(), Source::Variable(name.into_owned()));
            } else {
                let known = by_variable.keys().cloned().chain(NOT_SETTINGS.map(str::to_owned));
                let suggestion = keys::most_alike(&name, known);
                self.problems.push(Problem::UnknownVariable { name: name.into_owned(), suggestion });
            }
        }
    }

    pub(super) fn add_flags(&mut self, flags: &[Flag]) {
        for flag in flags {
            self.set_text(flag.key, Some(&flag.value), Source::Flag(flag.name));
        }
    }

    /// Calls `check` with each key and value. A message it returns becomes a problem.
    pub(super) fn check_each(&mut self, check: impl Fn(&str, &Value) -> Option<String>) {
        let found = self.values.iter().filter_map(|(key, (value, from))| {
            check(key, value).map(|message| Problem::Invalid {
                key: key.clone(),
                from: from.clone(),
                message,
            })
        });
        self.problems.extend(found.collect::<Vec<_>>());
    }

    pub(super) fn text(&self, key: &str) -> &str {
        self.values.get(key).and_then(|(value, _)| value.as_str()).unwrap_or_default()
    }

    pub(super) fn number(&self, key: &str) -> Option<i64> {
        self.values.get(key).and_then(|(value, _)| value.as_integer())
    }

    pub(super) fn switch(&self, key: &str) -> bool {
        self.values.get(key).and_then(|(value, _)| value.as_bool()).unwrap_or_default()
    }

    /// The names of all tenants that have a key.
    pub(super) fn tenants(&self) -> Vec<&str> {
        self.named("tenants.")
    }

    /// The names of all sign-in providers that have a key.
    pub(super) fn providers(&self) -> Vec<&str> {
        self.named("oidc.")
    }

    fn named(&self, section: &str) -> Vec<&str> {
        let inside = self.values.keys().filter_map(|key| key.strip_prefix(section));
        let mut names: Vec<&str> = inside.filter_map(|key| key.split('.').next()).collect();
        names.dedup();
        names
    }

    pub(super) fn list(&self, key: &str) -> Vec<&str> {
        let items = self.values.get(key).and_then(|(value, _)| value.as_array());
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    pub(super) fn refuse(&mut self, key: &str, message: String) {
        let from = self.values.get(key).map_or(Source::Default, |(_, from)| from.clone());
        self.problems.push(Problem::Invalid { key: key.to_owned(), from, message });
    }

    pub(super) fn finish(mut self) -> Result<Settings, SettingsError> {
        if !self.problems.is_empty() {
            return Err(SettingsError { problems: self.problems });
        }
        let mut root = Table::new();
        for (key, (value, _)) in self.values {
            insert(&mut root, &key, value);
        }
        root.try_into().map_err(|source: toml::de::Error| {
            self.problems.push(Problem::Shape(source.message().to_owned()));
            SettingsError { problems: self.problems }
        })
    }

    /// The message gives the line's number but not its text, which may contain a password.
    fn parse(&mut self, text: &str, from: Source) -> Option<Table> {
        let described = |error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, error.message())
        };
        text.parse()
            .map_err(|error| self.problems.push(Problem::Syntax { from, message: described(error) }))
            .ok()
    }

    fn add_table(&mut self, section: &str, table: Table, from: &Source) {
        for (name, value) in table {
            let key = if section.is_empty() { name } else { format!("{section}.{name}") };
            match value {
                Value::Table(inner) if self.keys.is_section(&key) => {
                    self.found_section(&key, from);
                    self.add_table(&key, inner, from);
                }
                Value::Table(inner) if self.keys.kind(&key).is_none() => self.refuse_table(&key, inner, from),
                value => self.set(&key, value, from),
            }
        }
    }

    /// Gives a tenant or provider that a file adds all its keys, so that the environment can change each of them.
    fn found_section(&mut self, section: &str, from: &Source) {
        for (key, value) in keys::new_entry(section) {
            self.values.entry(key).or_insert_with(|| (value, from.clone()));
        }
    }

    /// Reports the keys inside, which say more than the name of their table.
    fn refuse_table(&mut self, section: &str, table: Table, from: &Source) {
        let inside: Vec<String> = keys::flatten(table).into_keys().collect();
        if inside.is_empty() {
            self.unknown(section.to_owned(), from);
        }
        for key in inside {
            self.unknown(format!("{section}.{key}"), from);
        }
    }

    fn unknown(&mut self, key: String, from: &Source) {
        let suggestion = self.keys.nearest(&key).map(|nearest| format!("{nearest:?}"));
        self.problems.push(Problem::UnknownKey { key, from: from.clone(), suggestion });
    }

    fn set(&mut self, key: &str, value: Value, from: &Source) {
        match self.keys.kind(key) {
            Some(kind) if kind.accepts(&value) => {
                self.values.insert(key.to_owned(), (value, from.clone()));
            }
            Some(kind) => self.wrong_type(key, kind, describe(key, &value), from.clone()),
            None if self.keys.is_section(key) => {
                let from = from.clone();
                let found = describe(key, &value);
                self.problems.push(Problem::WrongType {
                    key: key.to_owned(),
                    from,
                    expected: "a table",
                    found,
                });
            }
            None => self.unknown(key.to_owned(), from),
        }
    }

    /// `None` is a value that is not UTF-8.
    fn set_text(&mut self, key: &str, text: Option<&str>, from: Source) {
        let Some(kind) = self.keys.kind(key) else { return self.unknown(key.to_owned(), &from) };
        match (text, text.and_then(|text| kind.parse(text))) {
            (_, Some(value)) => {
                self.values.insert(key.to_owned(), (value, from));
            }
            (Some(text), None) => self.wrong_type(key, kind, format!("{text:?}"), from),
            (None, None) => self.wrong_type(key, kind, "bytes that are not UTF-8".to_owned(), from),
        }
    }

    fn wrong_type(&mut self, key: &str, kind: Kind, found: String, from: Source) {
        let expected = kind.expected();
        self.problems.push(Problem::WrongType { key: key.to_owned(), from, expected, found });
    }
}

fn describe(key: &str, value: &Value) -> String {
    match value {
        _ if SECRETS.contains(&key) || key.ends_with(".client_secret") => {
            format!("a value of type {}", value.type_str())
        }
        Value::String(text) => format!("the text {text:?}"),
        Value::Table(_) => "a table".to_owned(),
        value => format!("{} ({})", value, value.type_str()),
    }
}

fn insert(root: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            root.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let table = root.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(table) = table {
                insert(table, rest, value);
            }
        }
    }
}
