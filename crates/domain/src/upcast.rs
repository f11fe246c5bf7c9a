//! Upcasts old event payloads on reading, one version at a time. Stored events are never changed.

use serde_json::{Value, json};

use crate::id::UserId;
use crate::personal::{CLEAR, ERASABLE};

/// One step: turns payloads of `event_type` at version `from` into payloads at `from + 1`.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// The event's type name.
    pub event_type: &'static str,
    /// The version it reads.
    pub from: u16,
    /// The conversion.
    pub step: fn(Value) -> Value,
}

/// All steps. An event with a changed meaning gets a new type instead; see `docs/events.md`.
pub const STEPS: &[Upcaster] = &[
    erasable("CONTACT_REVEALED", with_words),
    erasable("LEAD_CREATED", with_words),
    erasable("LEAD_UPDATED", with_note),
    erasable("PROPERTY_APPROVED", with_words),
    erasable("PROPERTY_CREATED", with_words),
    erasable("PROPERTY_DELETED", with_words),
    erasable("PROPERTY_FAVORITED", with_words),
    erasable("PROPERTY_FEATURED", with_words),
    erasable("PROPERTY_IMAGES_ADDED", with_words),
    erasable("PROPERTY_REJECTED", with_words),
    erasable("PROPERTY_REPORTED", with_words),
    erasable("PROPERTY_SHARED", with_words),
    erasable("PROPERTY_STATUS_CHANGED", with_words),
    erasable("PROPERTY_UNFAVORITED", with_words),
    erasable("PROPERTY_UPDATED", with_words),
    erasable("PROPERTY_VERIFIED", with_words),
    erasable("PROPERTY_VIEWED", with_words),
];

const fn erasable(event_type: &'static str, step: fn(Value) -> Value) -> Upcaster {
    Upcaster { event_type, from: 1, step }
}

/// Schema 1 wrote the texts of a home's owner in clear, and did not always say whose they are.
fn with_words(mut data: Value) -> Value {
    let mark = |value: &mut Value| {
        let subject = UserId::default();
        *value = json!({ERASABLE: {"subject": subject, "value": value.take()}});
    };
    for name in ["title", "description", "amenities", "nearbyFacilities", "area", "reason"] {
        data.get_mut(name).map(mark);
    }
    for name in ["area", "coordinates"] {
        data.get_mut("location").and_then(|location| location.get_mut(name)).map(mark);
    }
    data
}

/// Schema 1 encrypted an owner's note with the owner's key only.
fn with_note(mut data: Value) -> Value {
    if let Some(note) = data.get_mut("note").and_then(|note| note.get_mut(CLEAR)) {
        let inner = json!({CLEAR: note.clone()});
        note["value"] = inner;
    }
    with_words(data)
}

/// Whether a payload of `event_type` at `version` needs upcasting.
#[must_use]
pub fn is_needed(steps: &[Upcaster], event_type: &str, version: u16) -> bool {
    steps.iter().any(|step| step.event_type == event_type && step.from >= version)
}

/// `data` of `event_type` at `version`, after all matching `steps`.
#[must_use]
pub fn upcast(steps: &[Upcaster], event_type: &str, version: u16, data: Value) -> Value {
    let mut version = version;
    let mut data = data;
    while let Some(found) = steps.iter().find(|s| s.event_type == event_type && s.from == version) {
        data = (found.step)(data);
        version += 1;
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_apply_in_order_and_only_from_their_version() {
        fn rename(mut data: Value) -> Value {
            let members = data.as_object_mut().unwrap();
            let cost = members.remove("cost").unwrap();
            members.insert("price".into(), cost);
            data
        }
        fn currency(mut data: Value) -> Value {
            data["currency"] = json!("INR");
            data
        }
        let steps = [
            Upcaster { event_type: "SOLD", from: 2, step: currency },
            Upcaster { event_type: "SOLD", from: 1, step: rename },
        ];
        let new = json!({"price": 5, "currency": "INR"});
        assert_eq!(upcast(&steps, "SOLD", 1, json!({"cost": 5})), new);
        assert_eq!(upcast(&steps, "SOLD", 2, json!({"price": 5})), new);
        assert_eq!(upcast(&steps, "SOLD", 3, new.clone()), new);
        assert_eq!([1, 2, 3].map(|version| is_needed(&steps, "SOLD", version)), [true, true, false]);
        assert_eq!(upcast(&steps, "LEFT", 1, json!({"cost": 5})), json!({"cost": 5}));
    }
}
