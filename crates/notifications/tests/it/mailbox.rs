//! Tests e-mails, from the event to the page that an administrator reads.

use axum::http::StatusCode;
use bus::{Lease, Target};
use domain::preferences::Channel;
use domain::user::{Account, Profile, Role, UserCommand};
use domain::{TenantId, UserId};
use notifications::{Notifications, Outside};
use projection::deliveries::{DeliveryState, Settings};

use crate::site::{START, settings, site, step, token};

#[tokio::test(flavor = "multi_thread")]
async fn letters_carry_the_token_of_their_purpose() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.clock.advance(1);
    site.tell(&tenant, asha, UserCommand::RequestVerification(token("second"))).await;
    site.clock.advance(1);
    site.tell(&tenant, asha, UserCommand::RequestReset(token("third"))).await;
    let (status, letters) = site.mailbox("hyderabad", Role::Admin).await;
    assert_eq!(status, StatusCode::OK);
    let keys = site.context.aggregates.keys();
    let code = |purpose, nonce| keys.mail_token(purpose, &tenant, asha, nonce);
    let links = [
        format!("https://homes.example/reset-password?token={asha}.{}\n", code("password-reset", "third")),
        format!("https://homes.example/verify-email?userId={asha}&code={}\n", code("verify-email", "second")),
        format!("https://homes.example/verify-email?userId={asha}&code={}\n", code("verify-email", "first")),
    ];
    let letters = letters.as_array().unwrap();
    assert_eq!(letters.len(), 3);
    for (letter, link) in letters.iter().zip(&links) {
        assert!(letter["body"].as_str().unwrap().contains(link), "{letter} lacks {link}");
        assert_eq!(letter["to"], "asha@example.com");
    }
    assert_eq!(letters[0]["subject"], "Set a new password");
    assert_eq!(letters[2]["sentAt"].as_str().unwrap().parse(), Ok(START));
    assert_eq!(letters.len(), site.files().len());
}

/// A process that sent e-mails and lost all knowledge of that, including its checkpoint, starts from the beginning.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_writes_the_same_letters_over_themselves() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.tell(&tenant, asha, UserCommand::RequestReset(token("second"))).await;
    let written = site.files();
    assert_eq!(written.len(), 2);
    let data = site.directory.path().join("data");
    for name in ["notifications.db", "notifications.db-wal", "notifications.db-shm"] {
        std::fs::rename(data.join(name), site.directory.path().join(name)).unwrap();
    }
    let again = Notifications::open(site.context.clone(), &data, settings(), Outside::default()).unwrap();
    again.store().advance(Lease::default(), step(site.facts().await)).await.unwrap();
    assert!(again.worker(Settings::default()).round().await.unwrap());
    assert_eq!(site.files(), written);
    assert_eq!(again.store().dump().await.unwrap(), site.notifications.store().dump().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mailbox_is_for_administrators_of_the_tenant() {
    let site = site().await;
    site.register("hyderabad", "asha@example.com").await;
    site.register("pune", "ravi@example.com").await;
    for role in [Role::User, Role::Support, Role::Moderator] {
        assert_eq!(site.mailbox("hyderabad", role).await.0, StatusCode::FORBIDDEN);
    }
    for (tenant, to) in [("hyderabad", "asha@example.com"), ("pune", "ravi@example.com")] {
        let (_, letters) = site.mailbox(tenant, Role::Admin).await;
        assert_eq!((letters.as_array().unwrap().len(), &letters[0]["to"]), (1, &to.into()));
    }
}

/// A link to another tenant's site would lead to people whom its code does not belong to.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_signed_by_its_tenant_and_leads_there() {
    let site = site().await;
    site.register("pune", "ravi@example.com").await;
    let (_, letters) = site.mailbox("pune", Role::Admin).await;
    let body = letters[0]["body"].as_str().unwrap();
    assert!(body.contains("\nhttps://pune.example/verify-email?userId="), "{body}");
    assert!(body.ends_with("\nPune Homes\n"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_confirms_an_address_is_welcomed_and_no_letter_is_a_week_late() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.clock.advance(1);
    site.tell(&tenant, asha, UserCommand::VerifyEmail("a-hash".into())).await;
    let (_, letters) = site.mailbox("hyderabad", Role::Admin).await;
    assert_eq!(letters[0]["subject"], "Welcome to HyderabadInfra");
    assert!(letters[0]["body"].as_str().unwrap().contains("\nhttps://homes.example/homes\n"), "{letters}");
    site.clock.advance(7 * 86_400);
    let fresh = tempfile::tempdir().unwrap();
    let again =
        Notifications::open(site.context.clone(), fresh.path(), settings(), Outside::default()).unwrap();
    again.store().advance(Lease::default(), step(site.facts().await)).await.unwrap();
    assert!(again.worker(Settings::default()).round().await.unwrap());
    assert_eq!(std::fs::read_dir(fresh.path().join("mailbox")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_left_gets_nothing_and_leaves_no_letter() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    assert_eq!(site.files().len(), 1);
    site.tell(&tenant, asha, UserCommand::Delete).await;
    assert_eq!(site.files(), Vec::new());
    let fresh = tempfile::tempdir().unwrap();
    let again =
        Notifications::open(site.context.clone(), fresh.path(), settings(), Outside::default()).unwrap();
    let due: Vec<_> = site.facts().await.into_iter().take(1).collect();
    again.store().advance(Lease::default(), step(due)).await.unwrap();
    assert!(again.worker(Settings::default()).round().await.unwrap());
    assert_eq!(std::fs::read_dir(fresh.path().join("mailbox")).unwrap().count(), 0);
    let ended = again.outbox().list(&[DeliveryState::NotWanted], 10).await.unwrap();
    assert_eq!(ended[0].error, "the person left");
}

/// The person who registers an address chooses the name. Until it is confirmed, the address may be a stranger's.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_by_a_name_that_a_stranger_may_have_chosen() {
    let site = site().await;
    let (tenant, asha) = site.register("hyderabad", "asha@example.com").await;
    site.tell(&tenant, asha, UserCommand::RequestVerification(token("second"))).await;
    site.tell(&tenant, asha, UserCommand::RequestReset(token("third"))).await;
    let files = site.files();
    assert_eq!(files.len(), 3);
    for (_, letter) in files {
        assert!(letter.contains("\nHello,\r\n") && !letter.contains("Asha"), "{letter}");
    }
    site.tell(&tenant, asha, UserCommand::VerifyEmail("a-hash".into())).await;
    assert!(
        site.files().iter().any(|(_, letter)| letter.contains("Welcome") && letter.contains("\nHello Asha,"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_told_no_name_is_called_by_their_user_name_in_one_line() {
    let site = site().await;
    let (tenant, asha) = site.confirmed("hyderabad", "asha@example.com").await;
    // Before names were checked, they could have several lines.
    let lines = Profile { first_name: "A\n\nCall 9".into(), ..Profile::default() };
    site.tell(&tenant, asha, UserCommand::Update(lines)).await;
    site.notify(&tenant, asha, Channel::Email, None).await;
    site.tell(&tenant, asha, UserCommand::Update(Profile::default())).await;
    site.notify(&tenant, asha, Channel::Email, None).await;
    let greetings = site.files().into_iter().filter(|(_, letter)| letter.contains("villa"));
    let mut greetings: Vec<String> = greetings
        .map(|(_, letter)| letter.lines().find(|line| line.starts_with("Hello")).unwrap().to_owned())
        .collect();
    greetings.sort();
    assert_eq!(greetings, ["Hello A  Call 9,", "Hello asha,"]);
}

/// The operator vouches for the address, or a provider does.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_confirmed_from_the_beginning_is_not_asked_to_confirm() {
    let site = site().await;
    let tenant = TenantId::stored("hyderabad");
    let id = UserId::from(site.context.aggregates.fresh());
    let command = UserCommand::RegisterVouched {
        id,
        account: Account { username: "admin".into(), email: "admin@example.com".into() },
        profile: Profile::default(),
        password_hash: "$argon2id$".into(),
        verification: token("first"),
    };
    site.tell(&tenant, id, command).await;
    let (_, letters) = site.mailbox("hyderabad", Role::Admin).await;
    let subjects: Vec<_> =
        letters.as_array().unwrap().iter().map(|letter| letter["subject"].clone()).collect();
    assert_eq!(subjects, ["Welcome to HyderabadInfra"]);
}
