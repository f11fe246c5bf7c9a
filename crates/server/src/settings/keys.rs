//! Which keys exist, their types, and the source of each value. The keys are those of `config/default.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use toml::{Table, Value};

/// The tenant of the default file. Its keys are the keys that every other `[tenants.NAME]` may have.
const TEMPLATE_TENANT: &str = "tenants.hyderabad";
const TENANTS: &str = "tenants";

/// The keys that every `[oidc.NAME]` may have. The default file has none, because there is no provider by
/// default.
const PROVIDERS: &str = "oidc";
const PROVIDER: [(&str, Kind); 6] = [
    ("label", Kind::Text),
    ("issuer", Kind::Text),
    ("client_id", Kind::Text),
    ("client_secret", Kind::Text),
    ("client_secret_file", Kind::Text),
    ("timeout_ms", Kind::Number),
];
const PROVIDER_TIMEOUT_MS: i64 = 5000;

/// Keys with a similarity (0 to 1) below this are not suggested.
const ALIKE: f64 = 0.55;

/// The layer of a value, as error messages name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf),
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("config/default.toml (compiled in)"),
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Flag(name) => write!(f, "the flag {name}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Switch,
    List,
}

impl Kind {
    fn of(value: &Value) -> Self {
        match value {
            Value::Boolean(_) => Self::Switch,
            Value::Integer(_) => Self::Number,
            Value::Array(_) => Self::List,
            _ => Self::Text,
        }
    }

    pub(super) fn accepts(self, value: &Value) -> bool {
        match value {
            Value::Array(items) => self == Self::List && items.iter().all(Value::is_str),
            Value::Float(_) | Value::Datetime(_) | Value::Table(_) => false,
            _ => self == Self::of(value),
        }
    }

    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a whole number",
            Self::Switch => "true or false",
            Self::List => "a list of texts",
        }
    }

    /// Parses plain text, as given in variables and flags. `None`: the text is not of this type.
    pub(super) fn parse(self, text: &str) -> Option<Value> {
        match self {
            Self::Text => Some(Value::String(text.to_owned())),
            Self::Number => text.trim().parse().ok().map(Value::Integer),
            Self::Switch => text.trim().parse().ok().map(Value::Boolean),
            Self::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Some(Value::Array(items.map(|item| Value::String(item.to_owned())).collect()))
            }
        }
    }
}

/// The keys of the default file with their types.
#[derive(Debug, Default)]
pub(super) struct Keys(BTreeMap<String, Kind>);

impl Keys {
    pub(super) fn of(defaults: &BTreeMap<String, Value>) -> Self {
        Self(defaults.iter().map(|(key, value)| (key.clone(), Kind::of(value))).collect())
    }

    /// `None`: there is no such key.
    pub(super) fn kind(&self, key: &str) -> Option<Kind> {
        let tenant_key = || {
            let (name, leaf) = key.strip_prefix("tenants.")?.split_once('.')?;
            is_name(name).then(|| self.0.get(&format!("{TEMPLATE_TENANT}.{leaf}")).copied())?
        };
        let provider_key = || {
            let (name, leaf) = key.strip_prefix("oidc.")?.split_once('.')?;
            let found = PROVIDER.iter().find(|(known, _)| *known == leaf && is_name(name));
            found.map(|(_, kind)| *kind)
        };
        self.0.get(key).copied().or_else(tenant_key).or_else(provider_key)
    }

    /// Whether `[key]` is a table that may hold known keys.
    pub(super) fn is_section(&self, key: &str) -> bool {
        let named = ["tenants.", "oidc."].iter().any(|all| key.strip_prefix(all).is_some_and(is_name));
        key == TENANTS || key == PROVIDERS || named || self.0.keys().any(|known| in_section(known, key))
    }

    /// The known key most similar to this one. A correct name in the wrong section beats a similar spelling.
    pub(super) fn nearest(&self, unknown: &str) -> Option<String> {
        let leaf = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let mut same_leaf = self.0.keys().filter(|key| leaf(key) == leaf(unknown));
        match (same_leaf.next(), same_leaf.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => most_alike(unknown, self.0.keys().cloned()),
        }
    }
}

pub(super) fn most_alike(unknown: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known
        .map(|name| (strsim::normalized_damerau_levenshtein(unknown, &name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

/// The environment variable of a key. No two keys share one, which a test checks for `default.toml`.
pub(super) fn variable(key: &str) -> String {
    format!("HYD_{}", key.replace(['.', '-'], "_").to_uppercase())
}

/// The initial keys of `[tenants.NAME]` or `[oidc.NAME]`; none for any other section. Values without a sensible
/// default are empty, which the checks refuse.
pub(super) fn new_entry(section: &str) -> Vec<(String, Value)> {
    if section.starts_with("oidc.") {
        let value = |kind| match kind {
            Kind::Number => Value::Integer(PROVIDER_TIMEOUT_MS),
            _ => Value::String(String::new()),
        };
        return PROVIDER.iter().map(|(leaf, kind)| (format!("{section}.{leaf}"), value(*kind))).collect();
    }
    let Some(name) = section.strip_prefix("tenants.") else { return Vec::new() };
    let key = |leaf: &str| format!("{TENANTS}.{name}.{leaf}");
    vec![
        (key("name"), Value::String("HyderabadInfra".to_owned())),
        (key("city"), Value::String(String::new())),
        (key("hosts"), Value::Array(Vec::new())),
        (key("moderation"), Value::Boolean(false)),
        (key("hold_unconfirmed"), Value::Boolean(false)),
        (key("time_zone"), Value::String(String::new())),
    ]
}

fn in_section(key: &str, section: &str) -> bool {
    key.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty() && name.chars().all(allowed)
}

/// Flattens tables to dotted keys. An empty table yields no key.
pub(super) fn flatten(table: Table) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                let inner = flatten(inner).into_iter();
                flat.extend(inner.map(|(key, value)| (format!("{name}.{key}"), value)));
            }
            value => {
                flat.insert(name, value);
            }
        }
    }
    flat
}
