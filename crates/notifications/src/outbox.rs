//! From events to letters.

use async_trait::async_trait;
use domain::user::{IssuedToken, Person, User, UserEvent};
use domain::{Envelope, TenantId};
use journal::Ledger;
use projection::{Projection, ProjectionError, ViewTx};

use crate::letter::{Draft, Template};
use crate::mailbox::Mailbox;
use crate::{GROUP, MailSettings};

/// The events that ask for a letter, and the one that takes them back.
pub const WANTED: [&str; 4] =
    ["USER_REGISTERED", "NOTIFICATION_REQUESTED", "PASSWORD_RESET_REQUESTED", "USER_DELETED"];

const DELIVERED: &str =
    "insert into deliveries (tenant, delivery_id, user_id, sent_at) values ($1, $2, $3, $4)
    on conflict (tenant, delivery_id) do nothing";

/// Writes letters, then has them noted with the cursor.
#[derive(Debug)]
pub struct Outbox {
    pub ledger: Ledger,
    pub mailbox: Mailbox,
    pub settings: MailSettings,
}

/// Whatever went wrong, only this person's letters wait for it.
fn failed(error: &dyn std::fmt::Display) -> ProjectionError {
    ProjectionError::Event(error.to_string())
}

#[async_trait(?Send)]
impl Projection for Outbox {
    fn name(&self) -> &'static str {
        GROUP
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, batch: &[Envelope]) -> Result<(), ProjectionError> {
        for envelope in batch {
            let event = self.ledger.decode(envelope).map_err(|error| failed(&error))?;
            match event {
                UserEvent::Registered { verification, .. } => {
                    self.send(tx, envelope, Template::VerifyEmail, &verification).await?;
                }
                UserEvent::VerificationRequested { template, verification } => {
                    if let Some(template) = Template::named(&template) {
                        self.send(tx, envelope, template, &verification).await?;
                    }
                }
                UserEvent::PasswordResetRequested { reset } => {
                    self.send(tx, envelope, Template::PasswordReset, &reset).await?;
                }
                UserEvent::Deleted { .. } => self.forget(tx, envelope).await?,
                _ => {}
            }
        }
        Ok(())
    }

    fn committed(&self, _: &[Envelope]) {}
}

impl Outbox {
    /// Writes a letter to the person whose stream `envelope` is in; whoever left or was erased gets none.
    async fn send(
        &self,
        tx: &mut ViewTx<'_>,
        envelope: &Envelope,
        template: Template,
        token: &IssuedToken,
    ) -> Result<(), ProjectionError> {
        let tenant = &envelope.stream.tenant;
        let loaded = self.ledger.load::<User>(tenant, &envelope.stream.id).await;
        let (user, _) = loaded.map_err(|error| failed(&error))?;
        let Some(person) = user.person else { return Ok(()) };
        let Some(account) = person.account.as_ref() else { return Ok(()) };
        let draft = Draft {
            template,
            from: &self.settings.from,
            to: &account.email,
            name: person.profile.as_ref().map(|profile| profile.first_name.as_str()),
            link: &self.link(template, tenant, &person, token),
            token,
            at: envelope.timestamp,
        };
        let id = draft.delivery_id(&envelope.event_id.to_string());
        self.mailbox.put(&format!("{id}.eml"), &draft.render(&id)).map_err(|error| failed(&error))?;
        let user = person.id.to_string();
        let row = [tenant.as_str().into(), id.into(), user.into(), envelope.timestamp.micros().into()];
        tx.execute(DELIVERED, &row).await?;
        Ok(())
    }

    fn link(&self, template: Template, tenant: &TenantId, person: &Person, token: &IssuedToken) -> String {
        let (base, user) = (self.settings.public_url.trim_end_matches('/'), person.id);
        let code = self.ledger.keys().mail_token(template.name(), tenant, user, &token.nonce);
        match template {
            Template::VerifyEmail => format!("{base}/verify-email?userId={user}&code={code}"),
            Template::PasswordReset => format!("{base}/reset-password?token={user}.{code}"),
        }
    }

    /// Takes the letters of somebody who left out of the mailbox.
    async fn forget(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        let (tenant, user) = (envelope.stream.tenant.as_str(), &*envelope.stream.id);
        let find = "select delivery_id from deliveries where tenant = $1 and user_id = $2";
        for row in tx.query(find, &[tenant.into(), user.into()]).await? {
            let name = format!("{}.eml", row.text(0).unwrap_or_default());
            self.mailbox.remove(&name).map_err(|error| failed(&error))?;
        }
        let forget = "delete from deliveries where tenant = $1 and user_id = $2";
        tx.execute(forget, &[tenant.into(), user.into()]).await?;
        Ok(())
    }
}
