use super::*;
use crate::fields::Fields;
use crate::user::profile::{ProfileChange, Registration};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

fn token(hash: &str) -> IssuedToken {
    IssuedToken { nonce: "n".into(), token_hash: hash.into(), expires_at: NOW.plus_seconds(3600) }
}

fn joined() -> User {
    let body = json!({"username": "Asha", "email": "asha@example.com", "password": "a long phrase",
        "firstName": "Asha", "lastName": "Rao", "role": "ADMIN"});
    let read = Fields::read(body.as_object().unwrap(), Registration::read).unwrap();
    let id = "0197c000-0000-7000-8000-000000000001".parse().unwrap();
    let command = UserCommand::Register {
        id,
        account: read.account,
        profile: read.profile,
        password_hash: "hash".into(),
        verification: token("verify"),
    };
    given(&User::default().decide(command, NOW).unwrap())
}

fn given(events: &[UserEvent]) -> User {
    let mut state = User::default();
    for event in events {
        state.evolve(event, NOW);
    }
    state
}

#[test]
fn a_person_joins_as_a_plain_user_whatever_they_ask_for() {
    let person = joined().person.unwrap();
    assert_eq!((person.role, person.status), (Role::User, UserStatus::PendingVerification));
}

#[test]
fn a_confirmation_code_works_once_and_only_the_right_one() {
    let mut user = joined();
    let verify = |user: &User, hash: &str, now| user.decide(UserCommand::VerifyEmail(hash.into()), now);
    assert_eq!(verify(&user, "other", NOW), Err(UserRejection::BadToken));
    assert_eq!(verify(&user, "verify", NOW.plus_seconds(3600)), Err(UserRejection::BadToken));
    assert_eq!(verify(&user, "verify", NOW), Ok(vec![UserEvent::EmailVerified {}]));
    user.evolve(&UserEvent::EmailVerified {}, NOW);
    assert_eq!(user.person.as_ref().unwrap().status, UserStatus::Active);
    assert_eq!(verify(&user, "verify", NOW), Err(UserRejection::BadToken));
}

fn reset(user: &User, hash: &str) -> Result<Vec<UserEvent>, UserRejection> {
    let command = UserCommand::ResetPassword { token_hash: hash.into(), password_hash: "new".into() };
    user.decide(command, NOW)
}

#[test]
fn a_newer_reset_mail_takes_the_older_one_from_nobody_and_using_either_ends_both() {
    let mut user = joined();
    user.evolve(&UserEvent::EmailVerified {}, NOW);
    user.evolve(&UserEvent::PasswordResetRequested { reset: token("first") }, NOW);
    user.evolve(&UserEvent::PasswordResetRequested { reset: token("second") }, NOW);
    for hash in ["first", "second"] {
        let changed = reset(&user, hash).unwrap();
        assert!(matches!(changed[..], [UserEvent::PasswordChanged { .. }]), "{changed:?}");
        let mut after = user.clone();
        after.evolve(&changed[0], NOW);
        assert_eq!(reset(&after, "first"), Err(UserRejection::BadToken));
        assert_eq!(reset(&after, "second"), Err(UserRejection::BadToken));
    }
}

#[test]
fn a_reset_confirms_the_address_that_its_letter_went_to() {
    let mut user = joined();
    user.evolve(&UserEvent::PasswordResetRequested { reset: token("first") }, NOW);
    let changed = reset(&user, "first").unwrap();
    assert!(
        matches!(changed[..], [UserEvent::EmailVerified {}, UserEvent::PasswordChanged { .. }]),
        "{changed:?}"
    );
    let version = user.person.as_ref().unwrap().version;
    for event in &changed {
        user.evolve(event, NOW);
    }
    let person = user.person.unwrap();
    assert_eq!((person.email_verified, person.credentials), (true, version + 2));
}

#[test]
fn whoever_asks_for_reset_mails_without_end_gets_a_few_an_hour() {
    let mut user = joined();
    let mut ask = |now: Timestamp| {
        let reset = IssuedToken { expires_at: now.plus_seconds(3600), ..token("hash") };
        let asked = user.decide(UserCommand::RequestReset(reset), now).unwrap();
        for event in &asked {
            user.evolve(event, now);
        }
        asked.len()
    };
    assert_eq!((0..400).map(|_| ask(NOW)).sum::<usize>(), MOST_RESETS);
    assert_eq!(ask(NOW.plus_seconds(3600)), 1);
}

#[test]
fn a_closed_account_knows_nothing_any_more() {
    let mut user = joined();
    let closed = user.decide(UserCommand::Delete, NOW).unwrap();
    user.evolve(&closed[0], NOW);
    assert!(user.person.is_none());
    assert_eq!(user.decide(UserCommand::Delete, NOW), Err(UserRejection::Unknown));
    assert_eq!(user.decide(UserCommand::ChangeRole(Role::Admin), NOW), Err(UserRejection::Unknown));
}

#[test]
fn a_profile_changes_only_where_it_is_told_to() {
    let user = joined();
    let old = user.person.as_ref().unwrap().profile.as_ref().unwrap().clone();
    let change =
        |body: serde_json::Value| Fields::read(body.as_object().unwrap(), |f| Some(ProfileChange::read(f)));
    let same = old.with(&change(json!({"firstName": "Asha"})).unwrap());
    assert_eq!(user.decide(UserCommand::Update(same), NOW), Ok(vec![]));
    let errors = change(json!({"dateOfBirth": "soon", "pincode": "12"})).unwrap_err();
    assert_eq!(errors.0.keys().collect::<Vec<_>>(), ["dateOfBirth", "pincode"]);
}

/// The event's type name, and the account's `credentials` after it and some other events.
fn credentials_after(event: &UserEvent) -> (String, Option<Version>) {
    let mut user = joined();
    for event in
        [&UserEvent::EmailVerified {}, event, &UserEvent::PasswordResetRequested { reset: token("r") }]
    {
        user.evolve(event, NOW);
    }
    let name = serde_json::to_value(event).unwrap()["eventType"].as_str().unwrap().to_owned();
    (name, user.person.map(|person| person.credentials))
}

#[test]
fn credentials_are_of_the_version_of_the_event_that_changed_them() {
    let id: UserId = "0197c000-0000-7000-8000-000000000001".parse().unwrap();
    let changes = [
        UserEvent::PasswordChanged { password_hash: Personal::of(id, "another".into()) },
        UserEvent::RoleChanged { subject_id: id, from: Role::User, to: Role::Admin },
        UserEvent::StatusChanged { subject_id: id, from: UserStatus::Active, to: UserStatus::Suspended },
        UserEvent::Deleted { subject_id: id },
    ];
    let seen = changes.iter().map(credentials_after).collect::<Vec<_>>();
    let named = |index: usize, version| (CREDENTIALS[index].to_owned(), version);
    assert_eq!(seen, [named(0, Some(3)), named(1, Some(3)), named(2, Some(3)), named(3, None)]);
    let other = UserEvent::PropertyCountChanged { subject_id: id, property_count: 1 };
    assert_eq!(credentials_after(&other).1, Some(0));
}

#[test]
fn whoever_is_vouched_for_is_confirmed_at_once_and_once() {
    let id: UserId = "0197c000-0000-7000-8000-000000000001".parse().unwrap();
    let command = UserCommand::RegisterVouched {
        id,
        account: Account { username: "admin".into(), email: "admin@example.com".into() },
        profile: Profile::default(),
        password_hash: "hash".into(),
        verification: token("verify"),
    };
    let events = User::default().decide(command.clone(), NOW).unwrap();
    assert!(matches!(events[..], [UserEvent::Registered { .. }, UserEvent::EmailVerified {}]), "{events:?}");
    let user = given(&events);
    assert_eq!(user.decide(command, NOW), Err(UserRejection::Exists));
    assert_eq!(user.decide(UserCommand::Vouch, NOW), Ok(vec![]));
    assert_eq!(joined().decide(UserCommand::Vouch, NOW), Ok(vec![UserEvent::EmailVerified {}]));
    assert_eq!(User::default().decide(UserCommand::Vouch, NOW), Err(UserRejection::Unknown));
}

#[test]
fn a_person_is_called_by_their_first_name_or_else_by_their_user_name() {
    let mut person = joined().person.unwrap();
    assert_eq!(person.called(), Some("Asha"));
    person.profile = Personal::of(person.id, Profile::default());
    assert_eq!(person.called(), Some("Asha"), "the user name");
    person.account = Personal::Erased;
    assert_eq!(person.called(), None);
}
