//! Unique keys: a name belongs to one stream of a tenant and is claimed and released together with events.

use std::sync::Arc;

use domain::Log::Facts;
use tokio::task::JoinSet;

use super::guest::{Guest, append, taking};
use crate::{Append, Expected, Journal, Refused, UniqueKeys};

/// Rule 14: a name has one owner; that one may take it again, any other is told who has it. Kinds and tenants are
/// independent.
pub async fn rule_14_one_owner(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let (one, two) = (guest.stream(Facts, 1), guest.stream(Facts, 2));
    let (name, other_kind) = (guest.unique_key("name", 7), guest.unique_key("address", 7));
    assert_eq!(guest.owner(&name).await, None);
    guest.append(taking(&one, &[&name])).await.unwrap();
    guest.append(taking(&one, &[&name, &name])).await.unwrap();
    assert_eq!(guest.owner(&name).await, Some(one.clone()));

    let refused = guest.append(taking(&two, &[&name])).await;
    assert_eq!(refused, Err(Refused::Taken { kind: "name", owner: one.clone() }));
    assert_eq!(guest.events(&two).await, []);
    guest.append(taking(&two, &[&other_kind])).await.unwrap();
    assert_eq!(guest.owner(&other_kind).await, Some(two));

    let elsewhere = Guest::arrive(journal);
    let three = elsewhere.stream(Facts, 1);
    assert_eq!(elsewhere.owner(&elsewhere.unique_key("name", 7)).await, None);
    elsewhere.append(taking(&three, &[&elsewhere.unique_key("name", 7)])).await.unwrap();
    assert_eq!(elsewhere.owner(&elsewhere.unique_key("name", 7)).await, Some(three));
    assert_eq!(guest.owner(&name).await, Some(one));
}

/// Rule 14: of many streams that want a name at once one gets it; the others learn which.
pub async fn rule_14_one_wins(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let name = guest.unique_key("name", 1);
    let mut tasks = JoinSet::new();
    for task in 0..16 {
        let name = name.clone();
        let stream = guest.stream(Facts, task);
        let guest = guest.clone();
        tasks.spawn(async move { guest.append(taking(&stream, &[&name])).await.map(|_| stream) });
    }
    let (won, lost): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    let owner = won[0].clone().unwrap();
    assert_eq!(guest.owner(&name).await, Some(owner.clone()));
    assert_eq!(lost, vec![Err(Refused::Taken { kind: "name", owner }); 15]);
}

/// Rule 14: giving back frees every name of that stream and no other's; giving back and taking in one append is
/// a change of name.
pub async fn rule_14_release(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let (one, two) = (guest.stream(Facts, 1), guest.stream(Facts, 2));
    let [a, b, c, d] = [1, 2, 3, 4].map(|name| guest.unique_key("name", name));
    guest.append(taking(&one, &[&a, &b])).await.unwrap();
    guest.append(taking(&two, &[&c])).await.unwrap();

    let unique_keys = UniqueKeys { take: vec![b.clone(), d.clone()], release_all: true };
    guest.append(Append { unique_keys, ..append(&one, Expected::Any, 1) }).await.unwrap();
    assert_eq!(guest.owner(&a).await, None);
    for (name, owner) in [(&b, &one), (&c, &two), (&d, &one)] {
        assert_eq!(guest.owner(name).await.as_ref(), Some(owner));
    }
    guest.append(taking(&two, &[&a])).await.unwrap();

    let unique_keys = UniqueKeys::released();
    guest.append(Append { unique_keys, ..append(&one, Expected::Any, 1) }).await.unwrap();
    for (name, owner) in [(&a, Some(&two)), (&b, None), (&c, Some(&two)), (&d, None)] {
        assert_eq!(guest.owner(name).await.as_ref(), owner);
    }
    guest.append(taking(&two, &[&b, &d])).await.unwrap();
}

/// Rule 14: an append that is refused takes no name and gives none back.
pub async fn rule_14_refusal(journal: &Arc<dyn Journal>) {
    let guest = Guest::arrive(journal);
    let (one, two) = (guest.stream(Facts, 1), guest.stream(Facts, 2));
    let [a, b, c] = [1, 2, 3].map(|name| guest.unique_key("name", name));
    guest.append(taking(&one, &[&a])).await.unwrap();
    guest.append(taking(&two, &[&b])).await.unwrap();

    let swap = UniqueKeys { take: vec![c.clone(), a.clone()], release_all: true };
    let refused = guest.append(Append { unique_keys: swap, ..append(&two, Expected::Any, 1) }).await;
    assert_eq!(refused, Err(Refused::Taken { kind: "name", owner: one.clone() }));
    let rename = UniqueKeys { take: vec![c.clone()], release_all: true };
    let refused = guest.append(Append { unique_keys: rename, ..append(&two, Expected::Exactly(9), 1) }).await;
    assert_eq!(refused, Err(Refused::Conflict { expected: 9, actual: 1 }));

    for (name, owner) in [(&a, Some(&one)), (&b, Some(&two)), (&c, None)] {
        assert_eq!(guest.owner(name).await.as_ref(), owner);
    }
    assert_eq!(guest.length(&two).await, 1);
}
