use super::*;
use crate::id::Ids;

const NOW: Timestamp = Timestamp::from_micros(0);

fn create() -> WebhookCommand {
    let subscription = Subscription {
        url: "https://partner.example/hook".into(),
        events: ["PROPERTY_CREATED".to_owned()].into(),
        description: None,
    };
    let (id, created_by) = (Ids.id(NOW), Ids.id(NOW));
    WebhookCommand::Create { id, created_by, subscription, secret_nonce: "one".into() }
}

fn rotate(nonce: &str) -> WebhookCommand {
    WebhookCommand::RotateSecret { nonce: nonce.into(), overlap_seconds: 60 }
}

fn off() -> WebhookCommand {
    WebhookCommand::Change(WebhookChange { enabled: Some(false), ..WebhookChange::default() })
}

/// Does `command` and returns how many events that makes.
fn done(state: &mut Webhook, command: WebhookCommand, at: Timestamp) -> usize {
    let events = state.decide(command, at).unwrap();
    for event in &events {
        state.evolve(event, at);
    }
    events.len()
}

fn created() -> Webhook {
    let mut state = Webhook::default();
    assert_eq!(done(&mut state, create(), NOW), 1);
    state
}

#[test]
fn both_secrets_sign_until_the_old_one_is_over() {
    let mut state = created();
    assert_eq!(done(&mut state, rotate("two"), NOW), 1);
    let details = state.present().unwrap();
    assert_eq!(details.nonces(NOW.plus_seconds(59)).collect::<Vec<_>>(), ["two", "one"]);
    assert_eq!(details.nonces(NOW.plus_seconds(60)).collect::<Vec<_>>(), ["two"]);
    assert_eq!(done(&mut state, rotate("three"), NOW.plus_seconds(1)), 1);
    let details = state.present().unwrap();
    assert_eq!(details.nonces(NOW.plus_seconds(2)).collect::<Vec<_>>(), ["three", "two"]);
}

#[test]
fn what_is_disabled_keeps_its_first_reason_until_it_is_enabled() {
    let mut state = created();
    assert_eq!(done(&mut state, WebhookCommand::Disable(DisabledReason::Gone), NOW), 1);
    assert_eq!(done(&mut state, off(), NOW), 0);
    assert_eq!(state.present().unwrap().disabled, Some(DisabledReason::Gone));
    let later = NOW.plus_seconds(5);
    assert_eq!(done(&mut state, WebhookCommand::Enable, later), 1);
    assert_eq!(done(&mut state, WebhookCommand::Enable, later), 0);
    let details = state.present().unwrap();
    assert_eq!((details.disabled, details.enabled_at), (None, later));
    assert_eq!(done(&mut state, off(), later), 1);
    assert_eq!(state.present().unwrap().disabled, Some(DisabledReason::ByAdmin));
}

#[test]
fn what_is_not_named_stays_and_the_same_again_is_no_change() {
    let mut state = created();
    let described = |text: Option<&str>| {
        let description = Some(text.map(str::to_owned));
        WebhookCommand::Change(WebhookChange { description, ..WebhookChange::default() })
    };
    assert_eq!(done(&mut state, described(Some("Their shop")), NOW), 1);
    assert_eq!(done(&mut state, described(Some("Their shop")), NOW), 0);
    let subscription = &state.present().unwrap().subscription;
    assert_eq!(subscription.url, "https://partner.example/hook");
    assert_eq!(subscription.description.as_deref(), Some("Their shop"));
    assert_eq!(done(&mut state, described(None), NOW), 1);
    assert_eq!(state.present().unwrap().subscription.description, None);
}

#[test]
fn a_test_changes_nothing_but_is_an_event_each_time() {
    let mut state = created();
    let before = state.clone();
    let later = NOW.plus_seconds(5);
    assert_eq!(done(&mut state, WebhookCommand::Test, later), 1);
    assert_eq!(done(&mut state, WebhookCommand::Test, later), 1);
    assert_eq!(state, before);
}

#[test]
fn what_is_deleted_is_unknown_from_then_on() {
    let nothing = Webhook::default();
    assert_eq!(nothing.decide(WebhookCommand::Delete, NOW), Err(WebhookRejection::Unknown));
    let mut state = created();
    assert_eq!(done(&mut state, WebhookCommand::Delete, NOW), 1);
    assert_eq!(state.present(), None);
    for command in [WebhookCommand::Delete, WebhookCommand::Test, rotate("two"), off()] {
        assert_eq!(state.decide(command, NOW), Err(WebhookRejection::Unknown));
    }
    assert_eq!(state.decide(create(), NOW), Err(WebhookRejection::Exists));
}
