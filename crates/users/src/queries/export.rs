//! Everything kept about a person, for them to take along: without secrets, and without other people's data.

use domain::aggregate::Aggregate as _;
use domain::personal::SEALED;
use domain::user::User;
use domain::{Envelope, Log, StreamId, TenantId, Timestamp, UserId};
use http_kit::Failure;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Users;

const BATCH: usize = 1000;
/// Hashes, and what mail tokens are derived from.
const SECRETS: [&str; 3] = ["passwordHash", "verification", "reset"];

impl Users {
    /// Every event a person caused, of both logs, and what others did with their account, oldest first.
    pub(crate) async fn events_of(&self, tenant: &TenantId, user: UserId) -> Result<Vec<Value>, Failure> {
        if self.kit.activity.holds(tenant, user) {
            self.kit.activity.flush().await;
        }
        let mut found = Vec::new();
        for log in Log::ALL {
            let mut after = (Timestamp::from_micros(i64::MIN), Uuid::nil());
            loop {
                let batch = self.kit.ledger.journal().read_user(tenant, user, log, after, BATCH).await?;
                for envelope in &batch {
                    after = (envelope.timestamp, envelope.event_id);
                    found.push((after, self.exported(envelope, user)?));
                }
                if batch.len() < BATCH {
                    break;
                }
            }
        }
        let account = StreamId::new(tenant, User::TYPE, user);
        for envelope in self.kit.ledger.journal().read_stream(&account, 0).await? {
            if envelope.user_id != Some(user) {
                // Where others acted from is theirs.
                let envelope = Envelope { metadata: "{}".into(), ..envelope };
                found.push(((envelope.timestamp, envelope.event_id), self.exported(&envelope, user)?));
            }
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, event)| event).collect())
    }

    fn exported(&self, envelope: &Envelope, user: UserId) -> Result<Value, Failure> {
        let unreadable = |error: &dyn std::fmt::Display| Failure::unavailable(error);
        let mut data: Value = serde_json::from_str(&envelope.data).map_err(|e| unreadable(&e))?;
        keep_own(&mut data, &user.to_string());
        let own = Envelope { data: data.to_string().into(), ..envelope.clone() };
        let (data, metadata) = self.kit.ledger.readable(&own).map_err(|e| unreadable(&e))?;
        Ok(json!({
            "eventId": envelope.event_id,
            "eventType": envelope.event_type,
            "aggregateType": envelope.stream.kind,
            "aggregateId": envelope.stream.id,
            "version": envelope.version,
            "log": envelope.position.log.as_str(),
            "timestamp": envelope.timestamp,
            "eventData": data,
            "metadata": metadata,
        }))
    }
}

/// Takes out secrets, and what belongs to anybody but `subject`.
fn keep_own(value: &mut Value, subject: &str) {
    match value {
        Value::Object(members) => {
            let sealed = members.get(SEALED).and_then(|sealed| sealed.get("subject"));
            if sealed.is_some_and(|whose| whose != subject) {
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
    use super::*;

    #[test]
    fn secrets_and_other_peoples_data_stay_behind() {
        let sealed = |whose: &str| json!({"$sealed": {"subject": whose, "box": "…"}});
        let mut data = json!({"passwordHash": sealed("me"), "verification": {"nonce": "n"},
            "profile": sealed("me"), "names": [sealed("me"), sealed("you")]});
        keep_own(&mut data, "me");
        assert_eq!(data, json!({"profile": sealed("me"), "names": [sealed("me"), null]}));
    }
}
