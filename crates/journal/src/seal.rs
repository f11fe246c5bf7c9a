//! Personal values inside payloads: sealed on the way into the journal, opened on the way out.
//!
//! The tenant, the subject, the event's id and the path of the field are authenticated with each value, so a
//! sealed value moved anywhere else does not open.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::personal::{CLEAR, ERASED, SEALED};
use domain::{TenantId, UserId};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::keys::{KeyError, KeyRing, decrypt, encrypt};

/// A stored payload cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DecodeError {
    /// It has not the shape its type and schema version promise.
    #[error("{event_type} of schema {schema_version} cannot be read: {message}")]
    Shape {
        /// The event's name.
        event_type: String,
        /// Its schema.
        schema_version: u16,
        /// What the parser said.
        message: String,
    },
    /// The key store did not answer.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A personal value was tampered with or moved.
    #[error("a sealed value does not belong where it stands: {0}")]
    Forged(String),
}

struct Place<'a> {
    keys: &'a KeyRing,
    tenant: &'a TenantId,
    event: Uuid,
    path: String,
}

impl Place<'_> {
    fn aad(&self, subject: UserId) -> Vec<u8> {
        format!("{}|{subject}|{}|{}", self.tenant, self.event, self.path).into_bytes()
    }

    fn walk<E>(
        &mut self,
        value: &mut Value,
        marker: &str,
        change: &impl Fn(&Self, Value) -> Result<Value, E>,
    ) -> Result<(), E> {
        match value {
            Value::Object(members) if members.len() == 1 && members.contains_key(marker) => {
                let inner = members.remove(marker).unwrap_or_default();
                *value = change(self, inner)?;
            }
            Value::Object(members) => {
                for (name, member) in members.iter_mut().filter(|(_, m)| m.is_object() || m.is_array()) {
                    let length = self.path.len();
                    self.path.push('/');
                    self.path.push_str(name);
                    self.walk(member, marker, change)?;
                    self.path.truncate(length);
                }
            }
            Value::Array(items) => {
                for (index, item) in
                    items.iter_mut().enumerate().filter(|(_, m)| m.is_object() || m.is_array())
                {
                    let length = self.path.len();
                    let _ = write!(self.path, "/{index}");
                    self.walk(item, marker, change)?;
                    self.path.truncate(length);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn subject_of(value: &Value) -> Option<UserId> {
    value.get("subject")?.as_str()?.parse().ok()
}

/// Seals every clear personal value inside `value`, at `root` of an event of `tenant`.
pub fn seal(
    keys: &KeyRing,
    tenant: &TenantId,
    event: Uuid,
    root: &str,
    value: &mut Value,
) -> Result<(), KeyError> {
    let mut place = Place { keys, tenant, event, path: root.to_owned() };
    place.walk(value, CLEAR, &|place, inner| {
        let missing = || KeyError::Unavailable("a personal value without a subject".into());
        let subject = subject_of(&inner).ok_or_else(missing)?;
        let clear = inner.get("value").unwrap_or(&Value::Null).to_string();
        let key = place.keys.subject_or_new(place.tenant, subject)?;
        let sealed = encrypt(&key, &place.aad(subject), clear.as_bytes())?;
        Ok(json!({SEALED: {"subject": subject, "box": BASE64.encode(sealed)}}))
    })
}

/// Opens every sealed personal value inside `value`; those of erased people become the erased marker.
pub fn open(
    keys: &KeyRing,
    tenant: &TenantId,
    event: Uuid,
    root: &str,
    value: &mut Value,
) -> Result<(), DecodeError> {
    let mut place = Place { keys, tenant, event, path: root.to_owned() };
    place.walk(value, SEALED, &|place, inner| {
        let forged = || DecodeError::Forged(place.path.clone());
        let subject = subject_of(&inner).ok_or_else(forged)?;
        let Some(key) = place.keys.subject(place.tenant, subject)? else {
            return Ok(json!({ERASED: true}));
        };
        let sealed = inner.get("box").and_then(Value::as_str).and_then(|text| BASE64.decode(text).ok());
        let clear =
            sealed.and_then(|sealed| decrypt(&key, &place.aad(subject), &sealed)).ok_or_else(forged)?;
        let value: Value = serde_json::from_slice(&clear).map_err(|_| forged())?;
        Ok(json!({CLEAR: {"subject": subject, "value": value}}))
    })
}

/// Replaces every opened personal value by itself, every erased one by null: for people to read.
pub fn plain(value: &mut Value) {
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key(CLEAR) => {
            *value = members
                .remove(CLEAR)
                .and_then(|mut inner| inner.get_mut("value").map(Value::take))
                .unwrap_or_default();
        }
        Value::Object(members) if members.len() == 1 && members.contains_key(ERASED) => *value = Value::Null,
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| plain(member)),
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// An empty object where there is none.
pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
