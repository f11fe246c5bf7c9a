//! The export of a person's data. Several services hold such data and none sees another's, so each provides its own
//! parts. The composition root gives all parts to the service that answers exports.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use domain::personal::SEALED;
use domain::{Envelope, TenantId, Timestamp, UserId, Version};
use journal::AggregateStore;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::Category;
use crate::failure::Failure;
use crate::own_writes::Freshness;
use crate::paging::{Cursor, Page, Paging};

/// The maximum number of a part's entries held in memory at once.
pub const AT_ONCE: u64 = 100;
/// Fields with hashes, and the inputs from which e-mail tokens are derived.
const SECRETS: [&str; 3] = ["passwordHash", "verification", "reset"];

/// The person whose data is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Their tenant.
    pub tenant: TenantId,
    /// Their id.
    pub user: UserId,
}

impl Subject {
    /// The query parameters for a portion of the person's entries, newest first: tenant, person, the key to start
    /// after (time and id), and the limit.
    #[must_use]
    pub fn newest_after(&self, after: Option<&Cursor>) -> Vec<projection::Value<'_>> {
        let (at, id) = Cursor::newest_after(after);
        let whose: [projection::Value<'_>; 2] = [self.tenant.as_str().into(), self.user.to_string().into()];
        whose.into_iter().chain([at.into(), id.into(), AT_ONCE.into()]).collect()
    }
}

/// A list that one service keeps about people. It contains what concerns a person and may be shown to them: no
/// secrets, and of other people only what the person can see anyway. It is read from the service's own read model or
/// from the journal. In a cluster each service provides its own parts, and a part is then a client of the service
/// that holds the data.
#[async_trait]
pub trait ExportPart: Send + Sync {
    /// The name of the list in the response.
    fn name(&self) -> &'static str;

    /// The category of the data. If the exporter may not read that category of others, the export omits it.
    fn category(&self) -> Category;

    /// Waits, with a timeout, until the list includes everything that `reader` wrote: the person, or whoever exports
    /// for them.
    async fn wait_for(&self, reader: &Subject) -> Freshness;

    /// The entries after `after`, up to the number held in memory at once. [`Portion::next`] leads to the next
    /// portion.
    ///
    /// # Errors
    /// 503 if they cannot be read now.
    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure>;
}

/// The parts of all services, available once the services are mounted. A part must not hold a reference to this.
#[derive(Clone, Default)]
pub struct Exports(Arc<OnceLock<Vec<Arc<dyn ExportPart>>>>);

impl std::fmt::Debug for Exports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exports({})", self.parts().len())
    }
}

impl Exports {
    /// Sets the parts, once.
    pub fn tell(&self, parts: Vec<Arc<dyn ExportPart>>) {
        // A second call would supply the same services again.
        let _ = self.0.set(parts);
    }

    /// The parts in order; empty before they are set.
    #[must_use]
    pub fn parts(&self) -> &[Arc<dyn ExportPart>] {
        self.0.get().map_or(&[], Vec::as_slice)
    }
}

/// Some entries of a part.
#[derive(Debug)]
pub struct Portion {
    /// Serialised entries. May be empty even if more follow.
    pub entries: Vec<Box<RawValue>>,
    /// The cursor after the last entry; `None` at the end.
    pub next: Option<Cursor>,
}

impl Portion {
    /// Serialises `entries` to JSON.
    ///
    /// # Errors
    /// 503 if an entry cannot be serialised.
    pub fn of<T: Serialize>(
        entries: impl IntoIterator<Item = T>,
        next: Option<Cursor>,
    ) -> Result<Self, Failure> {
        let written = entries.into_iter().map(|entry| serde_json::value::to_raw_value(&entry));
        let entries = written.collect::<Result<_, _>>().map_err(|error| Failure::unavailable(&error))?;
        Ok(Self { entries, next })
    }

    /// Rows in the order of their keys. A full page means there may be more.
    ///
    /// # Errors
    /// As for [`Self::of`].
    pub fn keyed<T: Serialize>(rows: Vec<(T, Cursor)>) -> Result<Self, Failure> {
        let more = rows.len() as u64 >= AT_ONCE;
        let next = rows.last().filter(|_| more).map(|(_, key)| key.clone());
        Self::of(rows.into_iter().map(|(entry, _)| entry), next)
    }
}

impl<T: Serialize> TryFrom<Page<T>> for Portion {
    type Error = Failure;

    fn try_from(page: Page<T>) -> Result<Self, Failure> {
        let (entries, next) = page.into_content_and_next();
        Self::of(entries, next)
    }
}

impl Paging {
    /// Paging for one portion after `after`.
    #[must_use]
    pub fn portion(after: Option<Cursor>) -> Self {
        Self { page: 0, size: AT_ONCE, cursor: after }
    }
}

/// An event as it is told to a person: without secrets, and without what is encrypted for anybody else.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExportedEvent)]
pub struct ExportedEvent {
    #[schema(value_type = String)]
    event_id: Uuid,
    event_type: String,
    aggregate_type: String,
    aggregate_id: String,
    version: Version,
    log: &'static str,
    timestamp: Timestamp,
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    event_data: Value,
    /// Where the person acted from; of what others did, nothing.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    metadata: Value,
}

impl ExportedEvent {
    /// What `envelope` shows to `person`.
    ///
    /// # Errors
    /// 500 if it cannot be read, 503 if the key store does not answer.
    pub fn of(aggregates: &AggregateStore, envelope: &Envelope, person: UserId) -> Result<Self, Failure> {
        let data = serde_json::from_str(&envelope.data);
        let mut data: Value = data.map_err(|error| Failure::unreadable(&error))?;
        keep_own(&mut data, &person.to_string());
        let mut own = Envelope { data: data.to_string().into(), ..envelope.clone() };
        if envelope.user_id != Some(person) {
            own.metadata = "{}".into();
        }
        let (event_data, metadata) = aggregates.readable(&own)?;
        Ok(Self {
            event_id: envelope.event_id,
            event_type: envelope.event_type.to_string(),
            aggregate_type: envelope.stream.kind.to_string(),
            aggregate_id: envelope.stream.id.to_string(),
            version: envelope.version,
            log: envelope.position.log.as_str(),
            timestamp: envelope.timestamp,
            event_data,
            metadata,
        })
    }
}

/// Removes secrets and everything that belongs to anybody but `subject`.
fn keep_own(value: &mut Value, subject: &str) {
    match value {
        Value::Object(members) => {
            let others = |encrypted: &Value| encrypted["subject"] != subject && encrypted["erasable"] != true;
            if members.get(SEALED).is_some_and(others) {
                *value = Value::Null;
                return;
            }
            members.retain(|name, _| !SECRETS.contains(&name.as_str()));
            members.values_mut().for_each(|member| keep_own(member, subject));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| keep_own(item, subject)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_and_other_peoples_data_stay_behind() {
        let encrypted = |whose: &str| json!({"$sealed": {"subject": whose, "box": "…"}});
        let mut data = json!({"passwordHash": encrypted("me"), "verification": {"nonce": "n"},
            "profile": encrypted("me"), "names": [encrypted("me"), encrypted("you")]});
        keep_own(&mut data, "me");
        assert_eq!(data, json!({"profile": encrypted("me"), "names": [encrypted("me"), null]}));
    }

    #[test]
    fn a_full_portion_leads_on_and_one_that_is_not_full_is_the_last() {
        let rows = |many: u64| (0..many).map(|n| (n, Cursor(vec![n.into()]))).collect();
        let full = Portion::keyed::<u64>(rows(AT_ONCE)).unwrap();
        assert_eq!(full.next, Some(Cursor(vec![(AT_ONCE - 1).into()])));
        for many in [0, AT_ONCE - 1] {
            let last = Portion::keyed::<u64>(rows(many)).unwrap();
            assert_eq!((last.entries.len() as u64, last.next), (many, None));
        }
    }
}
