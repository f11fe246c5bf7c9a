//! Carries letters to the mailbox.

use async_trait::async_trait;
use domain::user::{IssuedToken, Person, User, UserEvent};
use domain::{Envelope, Log, TenantId};
use journal::Ledger;
use projection::deliveries::{Book, Carrier, Found, Order, Outcome};

use crate::MailSettings;
use crate::letter::{Draft, Template};
use crate::mailbox::Mailbox;
use crate::wanted::WITHDRAW;

/// Writes letters as files under their delivery's id: the same letter carried twice is one file.
#[derive(Debug)]
pub struct Postman {
    pub ledger: Ledger,
    pub book: Book,
    pub mailbox: Mailbox,
    pub settings: MailSettings,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[async_trait]
impl Carrier for Postman {
    async fn carry(&self, order: &Order) -> Outcome {
        let carried =
            if order.template == WITHDRAW { self.withdraw(order).await } else { self.send(order).await };
        carried.unwrap_or_else(|error| Outcome::Failed(error.to_string()))
    }

    /// A letter is in the mailbox whole or not at all.
    async fn look_up(&self, order: &Order) -> Found {
        let (mailbox, name) = (self.mailbox.clone(), file(&order.id));
        match tokio::task::spawn_blocking(move || mailbox.read(&name)).await {
            Ok(Some(_)) => Found::Delivered,
            _ => Found::Missing,
        }
    }
}

/// The file of a delivery's letter.
pub fn file(id: &str) -> String {
    format!("{id}.eml")
}

impl Postman {
    /// Writes a letter to the person whose stream its event is in; whoever left or was erased gets none.
    async fn send(&self, order: &Order) -> Result<Outcome, Failed> {
        let event = self.event(order).await?;
        let (template, token) = match self.ledger.decode(&event)? {
            UserEvent::Registered { verification, .. } => (Template::VerifyEmail, verification),
            UserEvent::PasswordResetRequested { reset } => (Template::PasswordReset, reset),
            UserEvent::VerificationRequested { template, verification } => match Template::named(&template) {
                Some(template) => (template, verification),
                None => return Ok(Outcome::Refused(format!("there is no letter {template}"))),
            },
            _ => return Ok(Outcome::Refused("its event asks for no letter".into())),
        };
        if token.expires_at <= self.ledger.clock().now() {
            return Ok(Outcome::NotWanted("its link has expired".into()));
        }
        let (user, _) = self.ledger.load::<User>(&order.tenant, order.recipient).await?;
        let Some(person) = user.person else { return Ok(Outcome::NotWanted("the person left".into())) };
        let Some(account) = person.account.as_ref() else {
            return Ok(Outcome::NotWanted("the person was erased".into()));
        };
        let draft = Draft {
            template,
            from: &self.settings.from,
            to: &account.email,
            name: person.profile.as_ref().map(|profile| profile.first_name.as_str()),
            link: &self.link(template, &order.tenant, &person, &token),
            token: &token,
            at: event.timestamp,
        };
        let (mailbox, name, letter) = (self.mailbox.clone(), file(&order.id), draft.render(&order.id));
        tokio::task::spawn_blocking(move || mailbox.put(&name, &letter)).await??;
        Ok(Outcome::Delivered)
    }

    async fn event(&self, order: &Order) -> Result<Envelope, Failed> {
        let journal = self.ledger.journal();
        let before = journal.head(Log::Facts).await?.at(order.seq.saturating_sub(1));
        let found = journal.read_after(before, 1).await?.into_iter().find(|e| e.event_id == order.event_id);
        found.ok_or_else(|| format!("the journal does not hold event {}", order.event_id).into())
    }

    fn link(&self, template: Template, tenant: &TenantId, person: &Person, token: &IssuedToken) -> String {
        let (base, user) = (self.settings.public_url.trim_end_matches('/'), person.id);
        let code = self.ledger.keys().mail_token(template.name(), tenant, user, &token.nonce);
        match template {
            Template::VerifyEmail => format!("{base}/verify-email?userId={user}&code={code}"),
            Template::PasswordReset => format!("{base}/reset-password?token={user}.{code}"),
        }
    }

    /// Takes the letters to somebody who left out of the mailbox. None of them is on its way: they are carried one
    /// after the other.
    async fn withdraw(&self, order: &Order) -> Result<Outcome, Failed> {
        let letters = self.book.of(&order.tenant, order.recipient).await?;
        let mailbox = self.mailbox.clone();
        let remove = move || letters.iter().try_for_each(|id| mailbox.remove(&file(id)));
        tokio::task::spawn_blocking(remove).await??;
        Ok(Outcome::Delivered)
    }
}
