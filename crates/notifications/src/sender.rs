//! Sends e-mails and text messages.

mod homes;
mod inbox;
mod request;
mod warnings;

use std::sync::Arc;

use async_trait::async_trait;
use domain::preferences::Preferences;
use domain::user::{IssuedToken, OpenAccount, User};
use domain::{Envelope, TenantId};
use journal::AggregateStore;
use projection::ViewStore;
use projection::deliveries::{DeliveryHandler, DeliveryLookup, DeliveryOutcome, LeasedDelivery, Outbox};

use crate::channel::{Lines, Parcel, TEXTS, Text, file};
use crate::email::EmailDraft;
use crate::email::words::{Reader, Words};
use crate::mailbox::Mailbox;
use crate::projection::homes::{INBOX, QUOTING};
use crate::projection::{NOTIFICATION, WITHDRAW, WITHDRAW_ONE, channel_of, letter_of};
use crate::site::MailSettings;
use crate::stop::StopLinks;
use crate::template::Template;
use request::{Request, To};

/// Writes e-mails and text messages, and hands them to the line of their channel under their delivery's id.
#[derive(Debug)]
pub struct NotificationSender {
    pub aggregates: AggregateStore,
    pub outbox: Outbox,
    pub store: ViewStore,
    pub mailbox: Mailbox,
    pub lines: Arc<Lines>,
    pub settings: MailSettings,
}

/// An e-mail that could not be sent for a week is out of date.
const STALE_SECONDS: i64 = 7 * 86_400;

type Failed = Box<dyn std::error::Error + Send + Sync>;
/// A value, or the outcome of a delivery that ended before anything was sent.
type Step<T> = Result<Result<T, DeliveryOutcome>, Failed>;

#[async_trait]
impl DeliveryHandler for NotificationSender {
    async fn carry(&self, order: &LeasedDelivery) -> DeliveryOutcome {
        let carried = match order.template.as_str() {
            WITHDRAW => self.withdraw(order).await,
            WITHDRAW_ONE => self.withdraw_one(order).await,
            _ => self.send(order).await,
        };
        carried.unwrap_or_else(|error| DeliveryOutcome::Failed(error.to_string()))
    }

    async fn look_up(&self, order: &LeasedDelivery) -> DeliveryLookup {
        match self.lines.of(&order.channel) {
            // Removing e-mails again is harmless.
            _ if [WITHDRAW, WITHDRAW_ONE].contains(&order.template.as_str()) => DeliveryLookup::Missing,
            Some(line) => line.look_up(&self.mailbox, &order.id).await,
            None if order.channel == INBOX => self.in_inbox(order).await,
            None => DeliveryLookup::Unknown,
        }
    }
}

impl NotificationSender {
    async fn send(&self, order: &LeasedDelivery) -> Result<DeliveryOutcome, Failed> {
        let event = order.event(&**self.aggregates.journal()).await?;
        let request = match self.request(order, &event).await? {
            Ok(request) => request,
            Err(ended) => return Ok(ended),
        };
        let now = self.aggregates.clock().now();
        if request.token.as_ref().is_some_and(|token| token.expires_at <= now) {
            return Ok(DeliveryOutcome::NotWanted("its link has expired".into()));
        }
        if event.timestamp.plus_seconds(STALE_SECONDS) <= now {
            return Ok(DeliveryOutcome::NotWanted("it is no news any more".into()));
        }
        if order.channel == INBOX {
            return self.tell(order, request).await;
        }
        let Some(line) = self.lines.of(&order.channel) else {
            return Ok(DeliveryOutcome::Refused(format!("there is no channel {}", order.channel)));
        };
        match self.parcel(order, &event, request).await? {
            Ok(parcel) => Ok(line.send(&order.id, &parcel).await),
            Err(ended) => Ok(ended),
        }
    }

    /// Builds what is sent. A person who left, was erased or does not want it gets nothing.
    async fn parcel(&self, order: &LeasedDelivery, event: &Envelope, request: Request) -> Step<Parcel> {
        let person = match &request.to {
            To::Address(_) => None,
            To::Person(user) => {
                let (user, _) = self.aggregates.load::<User>(&order.tenant, *user).await?;
                let Some(person) = user.person else { return Ok(ended("the person left")) };
                Some(person)
            }
        };
        // The address may be a stranger's. Until the person has confirmed it, they only get e-mails that prove it is
        // theirs.
        if !request.template.confirms() && person.as_ref().is_some_and(|person| !person.email_verified) {
            return Ok(ended("the e-mail address is not confirmed"));
        }
        if request.template == Template::VerifyEmail
            && person.as_ref().is_some_and(|person| person.email_verified)
        {
            return Ok(ended("the e-mail address is confirmed already"));
        }
        if let Some(outcome) = self.choice(order, &request).await? {
            return Ok(Err(outcome));
        }
        let profile = person.as_ref().and_then(|person| person.profile.as_ref());
        let account = person.as_ref().and_then(|person| person.account.as_ref());
        let to = match &request.to {
            To::Address(address) => Some(address.clone()),
            To::Person(_) if order.channel == TEXTS => profile.and_then(|p| p.phone_number.clone()),
            To::Person(_) => account.map(|account| account.email.clone()),
        };
        let Some(to) = to else {
            let erased = person.is_some() && account.is_none();
            return Ok(ended(if erased { "the person was erased" } else { "the person told no number" }));
        };
        let Request { template, token, told, .. } = request;
        if order.channel == TEXTS {
            // A message that was requested by name is refused with the reason. One that an event asks for is left
            // out.
            let is_asked_for = &*event.stream.kind == NOTIFICATION;
            if !is_asked_for && !self.lines.texts.has_template(template) {
                return Ok(ended("no approved template is set for it"));
            }
            return Ok(Ok(Parcel::Text(Text { to, template, variables: told })));
        }
        let site = self.settings.of(&order.tenant);
        let link = token
            .zip(person.as_ref())
            .map(|(token, person)| (self.link(template, &order.tenant, person, &token), token.expires_at));
        let keys = self.aggregates.keys();
        let stop = template.kind().zip(person.as_ref());
        let stop = stop.map(|(kind, person)| StopLinks::of(keys, site, &order.tenant, person.id, kind));
        // The name was chosen by the person who registered the address, who may not own it. The owner may be a
        // stranger, and is not called by that name.
        let known = person.as_ref().filter(|person| person.email_verified);
        let reader = Reader {
            site,
            name: known.and_then(OpenAccount::called),
            link: link.as_ref().map(|(link, until)| (link.as_str(), *until)),
            stop: stop.as_ref(),
        };
        let words = Words::of(template, &reader, &told);
        let draft = EmailDraft { from: &self.settings.from, to: &to, site, words, at: event.timestamp };
        let written = draft.write(&order.id).map(Parcel::Email);
        Ok(written.map_err(|error| DeliveryOutcome::Refused(error.to_string())))
    }

    /// How the person's preferences end or delay a delivery. E-mails that keep an account safe are always sent.
    async fn choice(
        &self,
        order: &LeasedDelivery,
        request: &Request,
    ) -> Result<Option<DeliveryOutcome>, Failed> {
        let (Some(kind), To::Person(user)) = (request.template.kind(), &request.to) else {
            return Ok(None);
        };
        let (preferences, _) = self.aggregates.load::<Preferences>(&order.tenant, *user).await?;
        if channel_of(&order.channel).is_some_and(|channel| !preferences.wants(kind, channel)) {
            return Ok(Some(DeliveryOutcome::NotWanted("the person switched it off".into())));
        }
        let quiet = preferences.choices.quiet_hours;
        let end = quiet.and_then(|quiet| quiet.end_after(self.aggregates.clock().now()));
        Ok(end.map(|end| DeliveryOutcome::Later("quiet hours".into(), end)))
    }

    fn link(
        &self,
        template: Template,
        tenant: &TenantId,
        person: &OpenAccount,
        token: &IssuedToken,
    ) -> String {
        let site = self.settings.of(tenant);
        let user = person.id;
        let code = self.aggregates.keys().mail_token(template.name(), tenant, user, &token.nonce);
        site.page(&match template {
            Template::PasswordReset => format!("/reset-password?token={user}.{code}"),
            _ => format!("/verify-email?userId={user}&code={code}"),
        })
    }

    /// Removes the e-mails to a person who left, and those that quote them, from the mailbox. None of them is being
    /// sent meanwhile: deliveries are carried one after another.
    async fn withdraw(&self, order: &LeasedDelivery) -> Result<DeliveryOutcome, Failed> {
        let mut letters = self.outbox.of(&order.tenant, order.recipient).await?;
        let who = vec![order.tenant.as_str().into(), order.recipient.to_string().into()];
        let quoting = self.store.query(QUOTING, who).await?;
        letters.extend(quoting.iter().filter_map(|row| row.text(0)).map(str::to_owned));
        self.remove(letters).await
    }

    /// Removes what a deleted notification left in the mailbox. If it was for no account, its own key is destroyed,
    /// too.
    async fn withdraw_one(&self, order: &LeasedDelivery) -> Result<DeliveryOutcome, Failed> {
        let stream = order.event(&**self.aggregates.journal()).await?.stream;
        let events = self.aggregates.journal().read_stream(&stream, 0).await?;
        let Some(first) = events.first() else { return Ok(DeliveryOutcome::Delivered) };
        let Some((letter, whose)) = letter_of(&self.aggregates, first)? else {
            return Ok(DeliveryOutcome::Delivered);
        };
        self.remove(vec![letter]).await?;
        if whose.is_none() {
            let aggregates = self.aggregates.clone();
            let tenant = order.tenant.clone();
            let own = order.recipient;
            tokio::task::spawn_blocking(move || aggregates.erase(&tenant, own)).await??;
        }
        Ok(DeliveryOutcome::Delivered)
    }

    async fn remove(&self, letters: Vec<String>) -> Result<DeliveryOutcome, Failed> {
        let mailbox = self.mailbox.clone();
        let remove = move || letters.iter().try_for_each(|id| mailbox.remove(&file(id)));
        tokio::task::spawn_blocking(remove).await??;
        Ok(DeliveryOutcome::Delivered)
    }
}

fn ended<T>(why: &str) -> Result<T, DeliveryOutcome> {
    Err(DeliveryOutcome::NotWanted(why.into()))
}
