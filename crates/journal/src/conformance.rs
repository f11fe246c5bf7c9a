//! Conformance checks: what every journal guarantees, as functions that any implementation can run.
//!
//! Each check takes a journal that may already hold events of other tenants and may be in use. It works in a tenant
//! of its own, so checks can share one journal and run concurrently. A broken guarantee panics.
#![expect(clippy::missing_panics_doc, reason = "these are tests: a broken promise panics")]
#![expect(clippy::unwrap_used, reason = "these are tests: a broken promise panics")]

pub mod appends;
mod guest;
pub mod holdings;
pub mod idempotency;
pub mod positions;
pub mod reading;
pub mod unique_keys;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::Journal;

/// One check, which panics if the guarantee is broken.
pub type Check = for<'a> fn(&'a Arc<dyn Journal>) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Every check by name. The number in a name is that of its rule.
pub const PROMISES: &[(&str, Check)] = &[
    ("rule_01_positions_count_in_commit_order", |j| Box::pin(positions::rule_01_count_in_commit_order(j))),
    ("rule_03_a_follower_meets_every_position_once", |j| Box::pin(positions::rule_03_follower(j))),
    ("rule_03_committed_is_never_ahead_of_reading", |j| Box::pin(positions::rule_03_committed(j))),
    ("rule_23_other_history_is_refused", |j| Box::pin(positions::rule_23_other_history(j))),
    ("logs_count_apart", |j| Box::pin(positions::logs_count_apart(j))),
    ("read_back_as_written", |j| Box::pin(appends::read_back_as_written(j))),
    ("events_of_one_append_stand_together", |j| Box::pin(appends::stand_together(j))),
    ("expected_versions", |j| Box::pin(appends::expected_versions(j))),
    ("one_of_many_wins_a_version", |j| Box::pin(appends::one_wins_a_version(j))),
    ("another_try_appends_what_is_not_there", |j| Box::pin(appends::another_try(j))),
    ("rule_17_appending_nothing_changes_nothing", |j| Box::pin(appends::rule_17_nothing(j))),
    ("rule_14_a_claim_has_one_owner", |j| Box::pin(unique_keys::rule_14_one_owner(j))),
    ("rule_14_one_of_many_wins_a_claim", |j| Box::pin(unique_keys::rule_14_one_wins(j))),
    ("rule_14_release_frees_claims", |j| Box::pin(unique_keys::rule_14_release(j))),
    ("rule_14_refusal_takes_and_frees_nothing", |j| Box::pin(unique_keys::rule_14_refusal(j))),
    ("holdings_follow_from_the_events", |j| Box::pin(holdings::follow_from_the_events(j))),
    ("no_two_appends_pass_a_limit_together", |j| Box::pin(holdings::no_two_pass_together(j))),
    ("rule_15_replay_gives_the_first_answer", |j| Box::pin(idempotency::rule_15_replay(j))),
    ("rule_15_a_key_belongs_to_one_request", |j| Box::pin(idempotency::rule_15_one_request(j))),
    ("rule_15_an_earlier_request_can_be_asked_for", |j| Box::pin(idempotency::rule_15_earlier(j))),
    ("rule_15_concurrent_twins_append_once", |j| Box::pin(idempotency::rule_15_twins(j))),
    ("rule_15_scopes_are_apart", |j| Box::pin(idempotency::rule_15_scopes(j))),
    ("rule_15_refusal_leaves_the_key_free", |j| Box::pin(idempotency::rule_15_refusal(j))),
    ("rule_03_pages_of_any_size", |j| Box::pin(reading::rule_03_pages(j))),
    ("streams_after_a_version", |j| Box::pin(reading::streams_after_a_version(j))),
    ("a_person_in_order_of_time", |j| Box::pin(reading::person_in_order_of_time(j))),
    ("events_are_found_in_order", |j| Box::pin(reading::found_in_order(j))),
    ("tenants_never_meet", |j| Box::pin(reading::tenants_never_meet(j))),
];

/// The timeout of a check. One that takes longer waits for something that never happens.
const LONGEST: Duration = Duration::from_mins(2);

/// Runs all checks in sequence and names those that fail.
pub async fn all(journal: &Arc<dyn Journal>) {
    let mut broken = Vec::new();
    for promise in PROMISES {
        broken.extend(broken_by(Arc::clone(journal), promise).await);
    }
    assert!(broken.is_empty(), "the journal breaks its promises {broken:?}");
}

/// Runs all checks concurrently and names those that fail.
pub async fn all_at_once(journal: &Arc<dyn Journal>) {
    let checks = PROMISES.iter().map(|promise| broken_by(Arc::clone(journal), promise));
    let broken: Vec<_> = checks.collect::<JoinSet<_>>().join_all().await.into_iter().flatten().collect();
    assert!(broken.is_empty(), "the journal breaks its promises {broken:?}");
}

async fn broken_by(journal: Arc<dyn Journal>, (name, check): &(&'static str, Check)) -> Option<&'static str> {
    let (name, check) = (*name, *check);
    let mut task = JoinSet::new();
    task.spawn(async move { check(&journal).await });
    let kept = tokio::time::timeout(LONGEST, task.join_next()).await;
    (!matches!(kept, Ok(Some(Ok(()))))).then_some(name)
}
