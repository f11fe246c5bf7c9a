//! Turns an event into an entry with only the values that a sentence or a client needs, copied unchanged. Encrypted
//! values stay encrypted and are decrypted when the entry is read, so anything erased since is not shown.

use std::borrow::Cow;
use std::fmt::Write as _;

use ::projection::{ProjectionError, Value};
use domain::activity::activity_type;
use domain::personal::{ERASABLE, SEALED};
use domain::{Envelope, EventIds, upcast};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A visible entry being built. `viewed` names the home or product if views may fold into the entry.
#[derive(Debug)]
pub struct Entry<'a> {
    pub owner: i64,
    pub timestamp: i64,
    pub event_id: String,
    pub kind: &'a str,
    pub viewed: Option<i64>,
    pub count: i64,
    pub last_at: i64,
    pub position: i64,
    log: &'static str,
    tenant: &'a str,
    user: String,
    related: Option<(Cow<'a, str>, &'a str)>,
    data: String,
    session: Option<&'a str>,
}

/// The payload members that an entry may show. A member that is not plain JSON of the expected kind is left out.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Details<'a> {
    #[serde(borrow)]
    title: Option<&'a RawValue>,
    price: Option<&'a RawValue>,
    previous_price: Option<&'a RawValue>,
    area: Option<&'a RawValue>,
    location: Option<&'a RawValue>,
    changed: Option<&'a RawValue>,
    from: Option<&'a RawValue>,
    to: Option<&'a RawValue>,
    status: Option<&'a RawValue>,
    featured: Option<&'a RawValue>,
    verified: Option<&'a RawValue>,
    template: Option<&'a RawValue>,
    reason: Option<&'a RawValue>,
    purpose: Option<&'a RawValue>,
    operation: Option<&'a RawValue>,
    group: Option<&'a RawValue>,
    events: Option<&'a RawValue>,
    property_count: Option<&'a RawValue>,
    property_id: Option<&'a RawValue>,
    subject_id: Option<&'a RawValue>,
    session_id: Option<&'a RawValue>,
    views: Option<&'a RawValue>,
    product_id: Option<&'a RawValue>,
    name: Option<&'a RawValue>,
    quantity: Option<&'a RawValue>,
    total_price: Option<&'a RawValue>,
    new_quantity: Option<&'a RawValue>,
    currency: Option<&'a RawValue>,
}

/// The only metadata member that an entry shows.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Circumstances<'a> {
    #[serde(borrow)]
    session_id: Option<&'a RawValue>,
}

/// The Indian day by which an entry is ordered: the day of the time in its id.
pub fn day_of(event_id: &str) -> i64 {
    event_id.parse().map_or(0, |id| EventIds::time_of(id).india_day())
}

pub fn unreadable(envelope: &Envelope, error: &serde_json::Error) -> ProjectionError {
    let Envelope { event_type, schema_version, .. } = envelope;
    let error = journal::without_values(error);
    ProjectionError::Event(format!("{event_type} of schema {schema_version} cannot be read: {error}"))
}

impl<'a> Entry<'a> {
    /// The entry for an event; `None` if no person acted.
    pub fn read(envelope: &'a Envelope) -> Result<Option<Self>, ProjectionError> {
        let Some(user) = envelope.user_id else { return Ok(None) };
        let old = upcast::is_needed(upcast::STEPS, &envelope.event_type, envelope.schema_version);
        let risen = if old { Some(raised(envelope)?) } else { None };
        let details: Details<'_> = serde_json::from_str(risen.as_deref().unwrap_or(&envelope.data))
            .map_err(|error| unreadable(envelope, &error))?;
        let circumstances: Circumstances<'_> = serde_json::from_str(&envelope.metadata).unwrap_or_default();
        let viewed = ["PROPERTY_VIEWED", "ProductViewed"].contains(&&*envelope.event_type);
        let views = details.views.filter(|_| viewed).and_then(|raw| raw.get().parse().ok());
        let timestamp = envelope.timestamp.micros();
        Ok(Some(Self {
            owner: super::owner(&envelope.stream.tenant, user),
            tenant: envelope.stream.tenant.as_str(),
            user: user.to_string(),
            timestamp,
            event_id: envelope.event_id.to_string(),
            kind: activity_type(&envelope.event_type),
            viewed: if viewed { details.viewed() } else { None },
            count: views.unwrap_or(1).max(1),
            last_at: timestamp,
            log: envelope.position.log.as_str(),
            position: envelope.position.seq.cast_signed(),
            related: details.related(envelope),
            data: details.told(),
            session: circumstances.session_id.and_then(text),
        }))
    }

    /// The key by which it is ordered in the indexes.
    pub fn place(&self) -> (i64, &str) {
        (self.owner, &self.event_id)
    }

    /// The row, in the order of the columns.
    pub fn row(&self) -> Vec<Value<'_>> {
        vec![
            self.owner.into(),
            self.tenant.into(),
            (&*self.user).into(),
            self.timestamp.into(),
            (&*self.event_id).into(),
            self.log.into(),
            self.position.into(),
            self.kind.into(),
            self.related.as_ref().map(|(id, _)| &**id).into(),
            self.related.as_ref().map(|(_, kind)| *kind).into(),
            (&*self.data).into(),
            self.session.into(),
            self.count.into(),
            self.last_at.into(),
        ]
    }
}

impl Details<'_> {
    /// The entity the event was about: the one its payload names, or else its own stream.
    fn related<'e>(&self, envelope: &'e Envelope) -> Option<(Cow<'e, str>, &'e str)> {
        let named = |raw: Option<&RawValue>, kind| Some((Cow::Owned(text(raw?)?.to_owned()), kind));
        let stream = || match &*envelope.stream.kind {
            "audit" | "activity" | "favourite" | "history" => None,
            kind => Some((Cow::Borrowed(&*envelope.stream.id), kind)),
        };
        let product = || Some((Cow::Owned(self.product_id?.get().to_owned()), "product"));
        named(self.property_id, "property")
            .or_else(|| named(self.subject_id, "user"))
            .or_else(|| named(self.session_id, "session"))
            .or_else(product)
            .or_else(stream)
    }

    /// Which home or product was viewed, as a hash. Numbers of products are far from hashes of homes.
    fn viewed(&self) -> Option<i64> {
        let home = || text(self.property_id?).and_then(short);
        home().or_else(|| self.product_id?.get().parse().ok())
    }

    /// The members to show, unchanged and under their original paths, because encrypted values are bound to those
    /// paths.
    fn told(&self) -> String {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct EntryPosition<'a> {
            #[serde(borrow)]
            area: Option<&'a RawValue>,
        }
        let place = self.location.and_then(|raw| serde_json::from_str::<EntryPosition<'_>>(raw.get()).ok());
        let members = [
            ("title", self.title),
            ("price", self.price),
            ("previousPrice", self.previous_price),
            ("area", self.area),
            ("changed", self.changed),
            ("from", self.from),
            ("to", self.to),
            ("status", self.status),
            ("featured", self.featured),
            ("verified", self.verified),
            ("template", self.template),
            ("reason", self.reason),
            ("purpose", self.purpose),
            ("operation", self.operation),
            ("group", self.group),
            ("events", self.events),
            ("propertyCount", self.property_count),
            // Of other things than products, the name may be somebody's own.
            ("name", self.name.filter(|_| self.product_id.is_some())),
            ("quantity", self.quantity),
            ("totalPrice", self.total_price),
            ("newQuantity", self.new_quantity),
            ("currency", self.currency),
        ];
        let mut told = String::with_capacity(128);
        for (name, raw) in members.into_iter().filter_map(|(name, raw)| Some((name, raw?.get()))) {
            let object = raw.starts_with('{') && !erasable(raw);
            if object || (raw.starts_with('[') && name != "changed") {
                continue;
            }
            told.push_str(if told.is_empty() { "{\"" } else { ",\"" });
            told.push_str(name);
            told.push_str("\":");
            told.push_str(raw);
        }
        if let Some(area) = place.and_then(|place| place.area) {
            told.push_str(if told.is_empty() { "{" } else { "," });
            let _ = write!(told, r#""location":{{"area":{area}}}"#);
        }
        told.push_str(if told.is_empty() { "{}" } else { "}" });
        told
    }
}

/// Whether everybody who may see the event may read this value, encrypted or not.
fn erasable(raw: &str) -> bool {
    let name = raw.strip_prefix("{\"").and_then(|rest| rest.split_once('"')).map(|(name, _)| name);
    name.is_some_and(|name| [SEALED, ERASABLE].contains(&name))
}

/// A JSON string without escapes; ids need none.
fn text(raw: &RawValue) -> Option<&str> {
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('\\')).then_some(inner)
}

/// A payload of an old schema, upcast to the current one.
fn raised(envelope: &Envelope) -> Result<String, ProjectionError> {
    let data = serde_json::from_str(&envelope.data).map_err(|error| unreadable(envelope, &error))?;
    Ok(upcast::upcast(upcast::STEPS, &envelope.event_type, envelope.schema_version, data).to_string())
}

/// A hash of a home's id in eight bytes.
fn short(id: &str) -> Option<i64> {
    let (high, low) = uuid::Uuid::try_parse(id).ok()?.as_u64_pair();
    Some((low ^ high.rotate_left(32)).cast_signed())
}
