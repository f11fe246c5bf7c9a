//! Converts between typed events and their stored form: event types, upcasters and encrypted personal values.

use std::borrow::Cow;

use domain::aggregate::EventKind;
use domain::{Actor, Envelope, TenantId, Timestamp, upcast};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::AggregateStore;
use crate::encryption::Opened;
use crate::keys::KeyError;
use crate::{DecodeError, NewEvent, encryption};

impl AggregateStore {
    /// Encodes `events` for storage, all with the timestamp `at`.
    ///
    /// # Errors
    /// If a person's key is not available.
    pub fn encode_all<E: EventKind>(
        &self,
        actor: &Actor,
        events: &[E],
        at: Timestamp,
    ) -> Result<Vec<NewEvent>, KeyError> {
        events.iter().map(|event| self.encode(actor, event, self.event_id(at), at)).collect()
    }

    pub(super) fn encode<E: EventKind>(
        &self,
        actor: &Actor,
        event: &E,
        event_id: Uuid,
        timestamp: Timestamp,
    ) -> Result<NewEvent, KeyError> {
        let unwritable = |error: serde_json::Error| {
            KeyError::Unavailable(format!("an event cannot be written: {error}").into())
        };
        let written = serde_json::to_string(event).map_err(unwritable)?;
        let Written { event_type, event_data } = serde_json::from_str(&written).map_err(unwritable)?;
        let data = event_data.map_or("{}", RawValue::get);
        let metadata = serde_json::to_string(&actor.metadata).map_err(unwritable)?;
        let encrypted =
            |root, json| encryption::encrypt_values(&self.keys, &actor.tenant, event_id, root, json);
        Ok(NewEvent {
            event_id,
            user_id: actor.user,
            event_type: event_type.into(),
            schema_version: E::SCHEMA_VERSION,
            timestamp,
            data: encrypted("data", data)?.into(),
            metadata: encrypted(encryption::METADATA, &metadata)?.into(),
        })
    }

    /// Decodes the typed event of an envelope, upcasting and decrypting it.
    ///
    /// # Errors
    /// If the payload does not match its type, was tampered with, or the key store is unavailable.
    pub fn decode<E: EventKind>(&self, envelope: &Envelope) -> Result<E, DecodeError> {
        let erasures = self.keys.erasures();
        if let Some(event) = self.newest.get(envelope, erasures) {
            return Ok(event);
        }
        let event = self.decode_anew(envelope)?;
        self.newest.keep(envelope, &event, erasures);
        // An erasure after this check clears the cache after this insertion.
        if self.keys.erasures() != erasures {
            self.newest.clear();
        }
        Ok(event)
    }

    fn decode_anew<E: EventKind>(&self, envelope: &Envelope) -> Result<E, DecodeError> {
        let shape = |error: serde_json::Error| unreadable(envelope, &error);
        let data = self.opened(envelope, "data", &envelope.data)?;
        let data = if upcast::is_needed(upcast::STEPS, &envelope.event_type, envelope.schema_version) {
            let old = serde_json::from_str(&data).map_err(shape)?;
            let new = upcast::upcast(upcast::STEPS, &envelope.event_type, envelope.schema_version, old);
            Cow::Owned(new.to_string())
        } else {
            data
        };
        // Event types contain nothing to escape. The tag comes first so that serde need not buffer the content.
        let tagged = format!(r#"{{"eventType":"{}","eventData":{data}}}"#, envelope.event_type);
        serde_json::from_str(&tagged).map_err(shape)
    }

    /// Payload and metadata of an envelope in readable form: personal values are decrypted, erased ones are null.
    ///
    /// # Errors
    /// As for [`Self::decode`].
    pub fn readable(&self, envelope: &Envelope) -> Result<(Value, Value), DecodeError> {
        let read = |root, json| -> Result<Value, DecodeError> {
            let mut value = serde_json::from_str(&self.opened(envelope, root, json)?)
                .map_err(|error| unreadable(envelope, &error))?;
            encryption::plain(&mut value);
            Ok(value)
        };
        Ok((read("data", &envelope.data)?, read(encryption::METADATA, &envelope.metadata)?))
    }

    /// Payload and metadata of an envelope for everybody who may see events: personal values are masked, erased ones
    /// are null, and what people wrote for others to read is shown. A value that cannot be decrypted is masked.
    #[must_use]
    pub fn masked(&self, envelope: &Envelope) -> (Value, Value) {
        let tenant = &envelope.stream.tenant;
        let event = envelope.event_id;
        (
            self.masked_part(tenant, event, "data", &envelope.data),
            self.masked_part(tenant, event, encryption::METADATA, &envelope.metadata),
        )
    }

    /// One part of an event, masked as by [`Self::masked`]. Also works for members that were stored elsewhere under
    /// their paths.
    #[must_use]
    pub fn masked_part(&self, tenant: &TenantId, event: Uuid, root: &str, part: &str) -> Value {
        let opened = encryption::open(&self.keys, tenant, event, root, part, Opened::Erasable);
        let opened = opened.unwrap_or(Cow::Borrowed(part));
        let mut value = serde_json::from_str(&opened).unwrap_or_else(|_| Map::new().into());
        encryption::masked(&mut value);
        value
    }

    fn opened<'j>(
        &self,
        envelope: &Envelope,
        root: &str,
        json: &'j str,
    ) -> Result<Cow<'j, str>, DecodeError> {
        encryption::open(&self.keys, &envelope.stream.tenant, envelope.event_id, root, json, Opened::All)
    }
}

/// An event as its type serialises it.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    event_type: &'a str,
    #[serde(borrow)]
    event_data: Option<&'a RawValue>,
}

fn unreadable(envelope: &Envelope, error: &serde_json::Error) -> DecodeError {
    DecodeError::Shape {
        event_type: envelope.event_type.to_string(),
        schema_version: envelope.schema_version,
        message: encryption::without_values(error),
    }
}
