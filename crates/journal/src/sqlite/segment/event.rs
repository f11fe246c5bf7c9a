//! The encoding of an event inside a block.

use std::borrow::Cow;

use domain::{Envelope, Position, StreamId, TenantId, Timestamp, UserId, Version};
use uuid::Uuid;

use super::bytes::{Bytes, put};

/// Flags that say which fields follow.
const HAS_USER: u64 = 1;
/// The stream id equals the id of the acting person, as in activity streams, and is not written again.
const ID_IS_USER: u64 = 2;

/// Writes an event. Its time is stored as the difference from the previous event, which is usually small.
pub fn write(out: &mut Vec<u8>, event: &Envelope, before: Timestamp) {
    let same = event.user_id.is_some_and(|user| *event.stream.id == *user.to_string());
    let flags = if event.user_id.is_some() { HAS_USER } else { 0 } | if same { ID_IS_USER } else { 0 };
    put::number(out, flags);
    out.extend(event.event_id.as_bytes());
    if let Some(user) = event.user_id {
        out.extend(user.uuid().as_bytes());
    }
    if !same {
        put::text(out, &event.stream.id);
    }
    put::number(out, event.version);
    put::number(out, event.schema_version.into());
    put::signed(out, event.timestamp.micros().wrapping_sub(before.micros()));
    for text in
        [event.stream.tenant.as_str(), &event.stream.kind, &event.event_type, &event.data, &event.metadata]
    {
        put::text(out, text);
    }
}

/// A decoded event that borrows its strings from the block.
#[derive(Debug)]
pub struct StoredEvent<'b> {
    pub timestamp: Timestamp,
    event_id: Uuid,
    user: Option<UserId>,
    id: Option<&'b str>,
    version: Version,
    schema_version: u16,
    tenant: &'b str,
    kind: &'b str,
    event_type: &'b str,
    data: &'b str,
    metadata: &'b str,
}

impl<'b> StoredEvent<'b> {
    pub fn read(bytes: &mut Bytes<'b>, before: Timestamp) -> Option<Self> {
        let flags = bytes.number()?;
        let event_id = Uuid::from_bytes(bytes.array()?);
        let user =
            if flags & HAS_USER == 0 { None } else { Some(UserId::from(Uuid::from_bytes(bytes.array()?))) };
        let id = if flags & ID_IS_USER == 0 { Some(bytes.text()?) } else { None };
        Some(Self {
            event_id,
            user,
            id,
            version: bytes.number()?,
            schema_version: bytes.number()?.try_into().ok()?,
            timestamp: Timestamp::from_micros(before.micros().wrapping_add(bytes.signed()?)),
            tenant: bytes.text()?,
            kind: bytes.text()?,
            event_type: bytes.text()?,
            data: bytes.text()?,
            metadata: bytes.text()?,
        })
    }

    fn id(&self) -> Cow<'b, str> {
        match (self.id, self.user) {
            (Some(id), _) => id.into(),
            (None, user) => user.map(|user| user.to_string()).unwrap_or_default().into(),
        }
    }

    pub fn envelope(&self, position: Position) -> Envelope {
        Envelope {
            position,
            event_id: self.event_id,
            stream: StreamId {
                tenant: TenantId::stored(self.tenant),
                kind: self.kind.into(),
                id: self.id().into(),
            },
            version: self.version,
            user_id: self.user,
            event_type: self.event_type.into(),
            schema_version: self.schema_version,
            timestamp: self.timestamp,
            data: self.data.into(),
            metadata: self.metadata.into(),
        }
    }
}

/// The part of a query that can be checked before an event is copied out of its block.
#[derive(Clone, Copy, Debug, Default)]
pub struct SegmentProbe<'q> {
    pub tenant: Option<&'q str>,
    pub user: Option<UserId>,
    pub id: Option<&'q str>,
    pub event_type: Option<&'q str>,
}

impl SegmentProbe<'_> {
    pub fn fits(&self, event: &StoredEvent<'_>) -> bool {
        self.tenant.is_none_or(|tenant| tenant == event.tenant)
            && self.user.is_none_or(|user| event.user == Some(user))
            && self.event_type.is_none_or(|name| name == event.event_type)
            && self.id.is_none_or(|id| id == event.id())
    }
}

#[cfg(test)]
mod tests {
    use domain::Log;

    use super::*;

    #[test]
    fn an_event_comes_back_as_it_was() {
        let user: UserId = Uuid::from_u128(7).into();
        let event = Envelope {
            position: Position { log: Log::Activity, epoch: 1, seq: 9 },
            event_id: Uuid::from_u128(1),
            stream: StreamId::new(&TenantId::stored("t"), "activity", user),
            version: 300,
            user_id: Some(user),
            event_type: "PROPERTY_VIEWED".into(),
            schema_version: 3,
            timestamp: Timestamp::from_micros(1_790_000_000_000_000),
            data: r#"{"a":1}"#.into(),
            metadata: "{}".into(),
        };
        let stream = StreamId::new(&event.stream.tenant, "counts", "2026-11-21");
        let nobody = Envelope { user_id: None, stream: stream.clone(), ..event.clone() };
        let elsewhere = Envelope { stream, timestamp: Timestamp::from_micros(-5), ..event.clone() };
        for event in [event, nobody, elsewhere] {
            for before in [0, i64::MIN, event.timestamp.micros()].map(Timestamp::from_micros) {
                let mut out = Vec::new();
                write(&mut out, &event, before);
                let stored = StoredEvent::read(&mut Bytes(&out), before).unwrap();
                assert_eq!(stored.envelope(event.position), event);
                let probe = SegmentProbe {
                    user: event.user_id,
                    id: Some(&event.stream.id),
                    ..SegmentProbe::default()
                };
                assert!(probe.fits(&stored));
                assert!(!SegmentProbe { id: Some("x"), ..probe }.fits(&stored));
                for end in 0..out.len() {
                    assert!(StoredEvent::read(&mut Bytes(&out[..end]), before).is_none());
                }
            }
        }
    }
}
