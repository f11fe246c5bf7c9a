//! What is kept about a person is kept by several services, and none of them sees another's: each hands out its own
//! parts, and whoever puts the application together gives them all to the one that answers.

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

/// Entries of a part that are in memory at the same time.
pub const AT_ONCE: u64 = 100;
/// Hashes, and what mail tokens are derived from.
const SECRETS: [&str; 3] = ["passwordHash", "verification", "reset"];

/// Whose data is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Their tenant.
    pub tenant: TenantId,
    /// Themselves.
    pub user: UserId,
}

impl Subject {
    /// What a query for a portion of theirs, the newest first, is asked with: tenant, person, the key behind which it
    /// begins (time and id), and how many.
    #[must_use]
    pub fn newest_after(&self, after: Option<&Cursor>) -> Vec<projection::Value<'_>> {
        let (at, id) = Cursor::newest_after(after);
        let whose: [projection::Value<'_>; 2] = [self.tenant.as_str().into(), self.user.to_string().into()];
        whose.into_iter().chain([at.into(), id.into(), AT_ONCE.into()]).collect()
    }
}

/// A list that one service keeps about people: what concerns them and is theirs to see, without secrets, and of other
/// people only what they see anyway. It is read from the service's own read model or from the journal. In a cluster each
/// service answers for its own parts; then a part is the client of the service that has it.
#[async_trait]
pub trait ExportPart: Send + Sync {
    /// What the list is called in the answer.
    fn name(&self) -> &'static str;

    /// What it holds: whoever may not read that of others gets an export without it.
    fn category(&self) -> Category;

    /// Waits, bounded, until the list has everything that `reader` wrote: the person, or whoever exports for them.
    async fn wait_for(&self, reader: &Subject) -> Freshness;

    /// The entries after `after`, as many as are held in memory at a time; [`Portion::next`] leads on to the end.
    ///
    /// # Errors
    /// 503 when they cannot be read now.
    async fn portion(&self, subject: &Subject, after: Option<Cursor>) -> Result<Portion, Failure>;
}

/// The parts of all services, once they are mounted: whoever answers an export has them from here. Nothing that a part
/// holds may hold this.
#[derive(Clone, Default)]
pub struct Exports(Arc<OnceLock<Vec<Arc<dyn ExportPart>>>>);

impl std::fmt::Debug for Exports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exports({})", self.parts().len())
    }
}

impl Exports {
    /// Tells them, once.
    pub fn tell(&self, parts: Vec<Arc<dyn ExportPart>>) {
        // A second telling would be of the same services.
        let _ = self.0.set(parts);
    }

    /// In their order; none before they were told.
    #[must_use]
    pub fn parts(&self) -> &[Arc<dyn ExportPart>] {
        self.0.get().map_or(&[], Vec::as_slice)
    }
}

/// Some entries of a part.
#[derive(Debug)]
pub struct Portion {
    /// As they stand in the answer; there may be none, and more after them.
    pub entries: Vec<Box<RawValue>>,
    /// Behind the last one; nothing at the end.
    pub next: Option<Cursor>,
}

impl Portion {
    /// `entries`, in JSON.
    ///
    /// # Errors
    /// 503 when one cannot be written.
    pub fn of<T: Serialize>(
        entries: impl IntoIterator<Item = T>,
        next: Option<Cursor>,
    ) -> Result<Self, Failure> {
        let written = entries.into_iter().map(|entry| serde_json::value::to_raw_value(&entry));
        let entries = written.collect::<Result<_, _>>().map_err(|error| Failure::unavailable(&error))?;
        Ok(Self { entries, next })
    }

    /// Rows in the order of their keys: when they are as many as were asked for, there may be more.
    ///
    /// # Errors
    /// As [`Self::of`].
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
    /// As many entries as a part holds in memory, after `after`.
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
    /// What `envelope` tells `person`.
    ///
    /// # Errors
    /// 503 when it cannot be read.
    pub fn of(aggregates: &AggregateStore, envelope: &Envelope, person: UserId) -> Result<Self, Failure> {
        let unreadable = |error: &dyn std::fmt::Display| Failure::unavailable(error);
        let mut data: Value = serde_json::from_str(&envelope.data).map_err(|e| unreadable(&e))?;
        keep_own(&mut data, &person.to_string());
        let mut own = Envelope { data: data.to_string().into(), ..envelope.clone() };
        if envelope.user_id != Some(person) {
            own.metadata = "{}".into();
        }
        let (event_data, metadata) = aggregates.readable(&own).map_err(|e| unreadable(&e))?;
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

/// Takes out secrets, and what belongs to anybody but `subject`.
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
