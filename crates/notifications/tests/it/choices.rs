//! Tests that notifications follow a person's preferences.

use domain::notification::{Notification, NotificationCommand, NotificationRequest, Variables};
use domain::preferences::{
    Channel, Kind, Preferences, PreferencesChange, PreferencesCommand, Quiet, QuietHours,
};
use domain::user::UserCommand;
use domain::{NotificationId, Personal, TenantId, UserId};
use projection::deliveries::{DeliveryState, Settings, Tracked};

use crate::site::{START, Site, site, token};

impl Site {
    pub async fn choose(&self, tenant: &TenantId, user: UserId, change: PreferencesChange) {
        self.ask::<Preferences>(tenant, user, user, PreferencesCommand::Choose(change)).await;
    }

    /// Sends a notification to `user`, or to an address that belongs to no account.
    pub async fn notify(
        &self,
        tenant: &TenantId,
        user: UserId,
        channel: Channel,
        address: Option<&str>,
    ) -> NotificationId {
        let id: NotificationId = self.context.aggregates.fresh().into();
        let encrypted_for = if address.is_some() { id.uuid().into() } else { user };
        let variables: Variables = [("title", "A villa"), ("area", "Miyapur")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
        let asked = NotificationRequest {
            id,
            subject: address.is_none().then_some(user),
            channel,
            kind: Kind::PropertyAlert,
            address: address.map(|address| Personal::of(encrypted_for, address.to_owned())),
            variables: Personal::of(encrypted_for, variables),
        };
        let request = NotificationCommand::Request(Box::new(asked));
        self.ask::<Notification>(tenant, user, id, request).await;
        id
    }

    async fn list(&self, state: &'static [DeliveryState]) -> Vec<Tracked> {
        self.notifications.outbox().list(state, 100).await.unwrap()
    }

    fn subjects(&self) -> Vec<String> {
        let subject = |letter: String| {
            letter.lines().find_map(|line| Some(line.strip_prefix("Subject: ")?.to_owned())).unwrap()
        };
        self.files().into_iter().map(|(_, letter)| subject(letter)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_news_back_until_they_end_and_never_what_keeps_an_account_safe() {
    let site = site().await;
    let (tenant, asha) = site.confirmed("hyderabad", "asha@example.com").await;
    // It is 10:30 in India.
    let quiet = QuietHours { from: "10:00".parse().unwrap(), to: "11:00".parse().unwrap() };
    site.choose(
        &tenant,
        asha,
        PreferencesChange { quiet: Quiet::Daily(quiet), ..PreferencesChange::default() },
    )
    .await;
    site.notify(&tenant, asha, Channel::Email, None).await;
    site.tell(&tenant, asha, UserCommand::RequestReset(token("second"))).await;
    let waiting = site.list(&[DeliveryState::Due]).await;
    assert_eq!((waiting.len(), waiting[0].error.as_str()), (1, "quiet hours"), "{waiting:?}");
    assert_eq!((waiting[0].at, waiting[0].order.tries), (START.plus_seconds(1800), 0));
    let mut subjects = site.subjects();
    subjects.sort();
    assert_eq!(subjects, ["Confirm your e-mail address", "Set a new password", "Welcome to HyderabadInfra"]);
    site.clock.advance(1800);
    while site.notifications.worker(Settings::default()).round().await.unwrap() {}
    site.notifications.outbox().tried(waiting[0].order.seq).await.unwrap();
    assert!(site.subjects().contains(&"A home for you: A villa".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_does_not_come_by_that_channel() {
    let site = site().await;
    let (tenant, asha) = site.confirmed("hyderabad", "asha@example.com").await;
    let off = vec![(Kind::PropertyAlert, Channel::Email, false)];
    site.choose(&tenant, asha, PreferencesChange { switches: off, ..PreferencesChange::default() }).await;
    site.notify(&tenant, asha, Channel::Email, None).await;
    site.notify(&tenant, asha, Channel::Sms, None).await;
    let ended = site.list(&[DeliveryState::NotWanted]).await;
    let why: Vec<_> = ended.iter().map(|tracked| tracked.error.as_str()).collect();
    assert_eq!(why, ["the person switched it off", "the person told no number"]);
    assert_eq!(site.files().len(), 2, "those of the account alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_notification_leaves_no_letter_and_nobodys_address_no_key() {
    let site = site().await;
    let (tenant, asha) = site.confirmed("hyderabad", "asha@example.com").await;
    let (own, other) = (
        site.notify(&tenant, asha, Channel::Email, None).await,
        site.notify(&tenant, asha, Channel::Sms, Some("+919876543210")).await,
    );
    assert_eq!(site.files().len(), 4);
    for id in [own, other] {
        site.ask::<Notification>(&tenant, asha, id, NotificationCommand::Delete).await;
    }
    assert_eq!(site.files().len(), 2, "those of the account alone");
    let has_key = |whose: UserId| site.context.aggregates.keys().subject(&tenant, whose).unwrap().is_some();
    assert!(has_key(asha) && !has_key(other.uuid().into()));
}
