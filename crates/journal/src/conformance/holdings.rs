//! Holdings are derived from the events, and no append lets an owner exceed its limits.

use std::sync::Arc;

use domain::quota::Quota;
use domain::{Ids, StreamId, UserId};
use tokio::task::JoinSet;

use super::guest::{AT, Guest, event};
use crate::{Append, Expected, Journal, NewEvent, Refused, UniqueKeys};

fn named(event_type: &str, data: &str) -> NewEvent {
    NewEvent { event_type: event_type.into(), data: data.into(), ..event() }
}

fn listed(owner: UserId) -> NewEvent {
    named("PROPERTY_CREATED", &format!(r#"{{"ownerId":"{owner}"}}"#))
}

fn append(guest: &Guest, kind: &str, id: usize, event: NewEvent, limits: &[(Quota, u64)]) -> Append {
    Append {
        stream: StreamId::new(&guest.tenant, kind, id),
        expected: Expected::Any,
        events: vec![event],
        unique_keys: UniqueKeys::default(),
        limits: limits.to_vec(),
        idempotency: None,
    }
}

async fn held(guest: &Guest, owner: UserId, quota: Quota) -> u64 {
    guest.journal.held(&guest.tenant, owner, quota).await.unwrap()
}

/// An event counts for the owner it names, whoever writes it. The last event of a stream subtracts what the first one
/// added.
pub async fn follow_from_the_events(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let (owner, other): (UserId, UserId) = (Ids.id(AT), Ids.id(AT));
    for home in 0..3 {
        guest.append(append(&guest, "property", home, listed(owner), &[])).await.unwrap();
    }
    let sent = format!(r#"{{"ownerId":"{owner}","content":{{"kind":"DOCUMENT","size":700}}}}"#);
    guest.append(append(&guest, "file", 1, named("FILE_UPLOADED", &sent), &[])).await.unwrap();
    let all = async || {
        let mut all = Vec::new();
        for quota in Quota::ALL {
            all.push(held(&guest, owner, quota).await);
        }
        all
    };
    assert_eq!(all().await, [3, 1, 700, 0, 0]);
    assert_eq!(held(&guest, other, Quota::Homes).await, 0);
    let elsewhere = Guest::arrive(journal);
    assert_eq!(held(&elsewhere, owner, Quota::Homes).await, 0);
    guest.append(append(&guest, "property", 1, named("PROPERTY_DELETED", "{}"), &[])).await.unwrap();
    guest.append(append(&guest, "file", 1, named("FILE_DELETED", "{}"), &[])).await.unwrap();
    assert_eq!(all().await, [2, 0, 0, 0, 0]);
}

/// Of many concurrent appends only as many succeed as the limit allows. A refused append changes nothing, and a quota
/// without a limit is not restricted.
pub async fn no_two_pass_together(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let owner: UserId = Ids.id(AT);
    let limits = [(Quota::Homes, 3)];
    let mut tasks = JoinSet::new();
    for home in 0..16 {
        let guest = guest.clone();
        tasks.spawn(
            async move { guest.append(append(&guest, "property", home, listed(owner), &limits)).await },
        );
    }
    let (taken, refused): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(taken.len(), 3);
    assert_eq!(refused, vec![Err(Refused::OverQuota { quota: Quota::Homes, held: 3, most: 3 }); 13]);
    assert_eq!(held(&guest, owner, Quota::Homes).await, 3);
    guest.append(append(&guest, "property", 99, listed(owner), &[(Quota::Files, 0)])).await.unwrap();
    assert_eq!(held(&guest, owner, Quota::Homes).await, 4);
}
