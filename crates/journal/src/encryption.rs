//! Encrypts the personal values inside payloads on the way into the journal and decrypts them on the way out. Erasing
//! a person makes their values unreadable.
//!
//! Each encrypted value is authenticated together with the tenant, the subject, the event's id, the path of the field
//! and the audience. A value that was moved or relabelled therefore cannot be decrypted. A value may contain another
//! person's values.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use domain::personal::{CLEAR, ERASABLE, ERASED, SEALED};
use domain::{TenantId, UserId};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::json::{Stop, replace};
use crate::keys::{KeyError, KeyRing, decrypt, encrypt};

/// A stored payload cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DecodeError {
    /// The payload does not match its event type and schema version.
    #[error("{event_type} of schema {schema_version} cannot be read: {message}")]
    Shape {
        /// The event type.
        event_type: String,
        /// The schema version.
        schema_version: u16,
        /// The parser's message without the values it quotes, because those may be personal.
        message: String,
    },
    /// The key store is unavailable.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A personal value was tampered with or moved.
    #[error("an encrypted value does not belong where it stands: {0}")]
    Forged(String),
}

/// The path root of an event's metadata.
pub const METADATA: &str = "metadata";

/// The event whose values are encrypted or decrypted.
#[derive(Clone, Copy)]
struct Of<'a> {
    keys: &'a KeyRing,
    tenant: &'a TenantId,
    event: Uuid,
}

impl Of<'_> {
    /// The additional data that is authenticated with a value.
    fn place(&self, path: &str, subject: UserId, erasable: bool) -> Vec<u8> {
        let (tenant, event) = (self.tenant, self.event);
        let readable = if erasable { "|erasable" } else { "" };
        format!("{tenant}|{subject}|{event}|{path}{readable}").into_bytes()
    }
}

#[derive(Deserialize)]
struct Clear<'a> {
    subject: UserId,
    #[serde(borrow)]
    value: &'a RawValue,
}

#[derive(Deserialize)]
struct EncryptedText<'a> {
    subject: UserId,
    #[serde(default)]
    erasable: bool,
    #[serde(rename = "box")]
    ciphertext: &'a str,
}

/// Encrypts every clear personal value inside `json`, at path `root` of an event of `tenant`. Nothing personal can be
/// written about an erased person. The exceptions are values that the person wrote for others to read (such as the
/// title of a home that somebody else acts on) and values in the metadata of an event: these are replaced by the
/// erased marker instead.
///
/// # Errors
/// If a key is unavailable, a value has no subject, or `json` is malformed. Nothing is ever stored in clear text.
pub fn encrypt_values(
    keys: &KeyRing,
    tenant: &TenantId,
    event: Uuid,
    root: &str,
    json: &str,
) -> Result<String, KeyError> {
    Of { keys, tenant, event }.encrypt_values(root, json).map(Cow::into_owned)
}

impl Of<'_> {
    fn encrypt_values<'j>(self, root: &str, json: &'j str) -> Result<Cow<'j, str>, KeyError> {
        let personal = self.encrypt_marked(root, json, CLEAR)?;
        Ok(match self.encrypt_marked(root, &personal, ERASABLE)? {
            Cow::Owned(encrypted) => Cow::Owned(encrypted),
            Cow::Borrowed(_) => personal,
        })
    }

    fn encrypt_marked<'j>(self, root: &str, json: &'j str, marker: &str) -> Result<Cow<'j, str>, KeyError> {
        let erasable = marker == ERASABLE;
        let encrypted = replace(json, root, marker, |path, inner| {
            let Clear { subject, value } = serde_json::from_str(inner).map_err(|_| nobodys(path))?;
            if subject == UserId::default() {
                return Err(nobodys(path));
            }
            let key = match self.keys.subject_or_new(self.tenant, subject) {
                Err(KeyError::Erased) if erasable || root == METADATA => {
                    return Ok(format!(r#"{{"{ERASED}":true}}"#));
                }
                key => key?,
            };
            let value = self.encrypt_values(path, value.get())?;
            let encrypted = encrypt(&key, &self.place(path, subject, erasable), value.as_bytes())?;
            let encrypted = BASE64.encode(encrypted);
            let readable = if erasable { r#""erasable":true,"# } else { "" };
            Ok(format!(r#"{{"{SEALED}":{{"subject":"{subject}",{readable}"box":"{encrypted}"}}}}"#))
        });
        encrypted.map_err(|stop| match stop {
            Stop::Malformed => {
                KeyError::Unavailable("an event that cannot be walked cannot be encrypted".into())
            }
            Stop::Refused(error) => error,
        })
    }
}

fn nobodys(path: &str) -> KeyError {
    KeyError::Unavailable(format!("a value at {path} belongs to nobody").into())
}

/// The subjects of all encrypted values inside a payload.
///
/// # Errors
/// If a value has no valid subject.
pub fn subjects(json: &str) -> Result<Vec<UserId>, DecodeError> {
    let mut subjects = Vec::new();
    let walked = replace(json, "", SEALED, |path, inner| {
        let EncryptedText { subject, .. } = encrypted(path, inner)?;
        subjects.push(subject);
        Ok("null".to_owned())
    });
    as_it_is(json, walked)?;
    Ok(subjects)
}

fn encrypted<'j>(path: &str, inner: &'j str) -> Result<EncryptedText<'j>, DecodeError> {
    serde_json::from_str(inner).map_err(|_| DecodeError::Forged(path.to_owned()))
}

/// Malformed JSON is returned unchanged, so that the parser reports what is wrong with it.
fn as_it_is<'j>(
    json: &'j str,
    walked: Result<Cow<'j, str>, Stop<DecodeError>>,
) -> Result<Cow<'j, str>, DecodeError> {
    match walked {
        Err(Stop::Malformed) => Ok(Cow::Borrowed(json)),
        Err(Stop::Refused(error)) => Err(error),
        Ok(walked) => Ok(walked),
    }
}

/// Which encrypted values are decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// All values.
    All,
    /// Only values that everybody who may see the event may read.
    Erasable,
}

/// Decrypts the encrypted values inside `json`. Values of erased people become the erased marker. A key that is
/// missing without having been destroyed is an error.
pub fn open<'j>(
    keys: &KeyRing,
    tenant: &TenantId,
    event: Uuid,
    root: &str,
    json: &'j str,
    opened: Opened,
) -> Result<Cow<'j, str>, DecodeError> {
    Of { keys, tenant, event }.open(root, json, opened)
}

impl Of<'_> {
    fn open<'j>(self, root: &str, json: &'j str, opened: Opened) -> Result<Cow<'j, str>, DecodeError> {
        let walked = replace(json, root, SEALED, |path, inner| {
            let forged = || DecodeError::Forged(path.to_owned());
            let EncryptedText { subject, erasable, ciphertext } = encrypted(path, inner)?;
            if opened == Opened::Erasable && !erasable {
                return Ok(format!(r#"{{"{SEALED}":{inner}}}"#));
            }
            let Some(key) = self.keys.subject(self.tenant, subject)? else {
                return Ok(format!(r#"{{"{ERASED}":true}}"#));
            };
            let ciphertext = BASE64.decode(ciphertext).map_err(|_| forged())?;
            let clear =
                decrypt(&key, &self.place(path, subject, erasable), &ciphertext).ok_or_else(forged)?;
            let value = std::str::from_utf8(&clear).map_err(|_| forged())?;
            let value = self.open(path, value, opened)?;
            let marker = if erasable { ERASABLE } else { CLEAR };
            Ok(format!(r#"{{"{marker}":{{"subject":"{subject}","value":{value}}}}}"#))
        });
        as_it_is(json, walked)
    }
}

/// Shown in place of a personal value that the reader may not see.
const MASK: &str = "(personal)";

/// Replaces every personal value, encrypted or clear, by a mask, and every erased one by null. Unwraps the values
/// that the reader may see.
pub fn masked(value: &mut Value) {
    match value {
        Value::Object(members) if members.len() == 1 => {
            if members.contains_key(CLEAR) || members.contains_key(SEALED) {
                *value = MASK.into();
            } else if members.contains_key(ERASED) {
                *value = Value::Null;
            } else if let Some(inner) = members.get_mut(ERASABLE) {
                *value = inner.get_mut("value").map(Value::take).unwrap_or_default();
            } else {
                members.iter_mut().for_each(|(_, member)| masked(member));
            }
        }
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| masked(member)),
        Value::Array(items) => items.iter_mut().for_each(masked),
        _ => {}
    }
}

/// Unwraps every decrypted value and replaces every erased one by null, for display to people.
pub fn plain(value: &mut Value) {
    match value {
        Value::Object(members) if members.len() == 1 => {
            let inner = [CLEAR, ERASABLE].iter().find_map(|marker| members.remove(*marker));
            if let Some(mut inner) = inner {
                *value = inner.get_mut("value").map(Value::take).unwrap_or_default();
                plain(value);
            } else if members.contains_key(ERASED) {
                *value = Value::Null;
            } else {
                members.iter_mut().for_each(|(_, member)| plain(member));
            }
        }
        Value::Object(members) => members.iter_mut().for_each(|(_, member)| plain(member)),
        Value::Array(items) => items.iter_mut().for_each(plain),
        _ => {}
    }
}

/// The words that precede a quoted value in a parser's message. Other words precede a quoted name.
const VALUES: [&str; 5] = ["variant ", "integer ", "floating point ", "boolean ", "character "];

/// A parser's message without the values it quotes, so that it is safe to show and to store.
#[must_use]
pub fn without_values(error: &serde_json::Error) -> String {
    let mut told = String::new();
    let message = error.to_string();
    let mut rest = message.as_str();
    while let Some(start) = rest.find(['"', '`']) {
        let (before, quoted) = rest.split_at(start);
        told.push_str(before);
        // A quoted string may contain quotes itself, so it ends at the last one.
        let quote = if quoted.starts_with('"') { '"' } else { '`' };
        let end = if quote == '"' { quoted.rfind(quote) } else { quoted[1..].find(quote).map(|at| at + 1) };
        let value = quote == '"' || VALUES.iter().any(|kind| before.ends_with(kind));
        let Some(end) = end.filter(|end| *end > 0) else { return told + "…" };
        told.push_str(if value { "…" } else { &quoted[..=end] });
        rest = &quoted[end + 1..];
    }
    told + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subjects_of_encrypted_values_are_found() {
        let directory = tempfile::tempdir().unwrap();
        let keys = KeyRing::open(&directory.path().join("subjects.db"), &[7; 32]).unwrap();
        let tenant = TenantId::stored("t");
        let event = Uuid::from_u128(1);
        let people: [UserId; 2] = [Uuid::from_u128(2).into(), Uuid::from_u128(3).into()];
        let value = |person: &UserId| format!(r#"{{"{CLEAR}":{{"subject":"{person}","value":"x"}}}}"#);
        let json = format!(
            r#"{{"a":{},"b":[{}],"text":"{{\"{SEALED}\":{{\"subject\":\""}}"#,
            value(&people[0]),
            value(&people[1])
        );
        let encrypted = encrypt_values(&keys, &tenant, event, "data", &json).unwrap();
        assert_eq!(subjects(&encrypted).unwrap(), people, "{encrypted}");
        assert_eq!(
            subjects(&json).unwrap(),
            [],
            "what is clear is not encrypted, nor is a text that looks like it"
        );
        assert!(people.iter().all(|person| keys.knows(&tenant, *person).unwrap()));
    }

    fn told<T: for<'a> Deserialize<'a>>(json: &str) -> String {
        without_values(&serde_json::from_str::<T>(json).map(drop).unwrap_err())
    }

    #[test]
    fn a_complaint_tells_names_and_no_values() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Card {
            #[expect(dead_code, reason = "read into")]
            phone: u8,
        }
        #[derive(Debug, Deserialize)]
        enum Colour {
            Red,
        }
        assert!(matches!(serde_json::from_str(r#""Red""#), Ok(Colour::Red)));
        assert_eq!(told::<Card>("{}"), "missing field `phone` at line 1 column 2");
        let wrong = told::<Card>(r#"{"phone": "98480 \"22338\""}"#);
        assert!(wrong.starts_with("invalid type: string …") && !wrong.contains("22338"), "{wrong}");
        assert!(
            told::<Card>(r#"{"phone": 9848022338}"#).starts_with("invalid value: integer …, expected u8")
        );
        assert!(told::<Colour>(r#""Asha""#).starts_with("unknown variant …, expected `Red`"));
        assert!(told::<Card>(r#"{"fone": 1}"#).starts_with("unknown field `fone`, expected `phone`"));
    }
}
