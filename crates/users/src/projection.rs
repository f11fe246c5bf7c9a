//! The users read model: accounts for lists, and the owner of each listing.

use std::sync::Arc;

use async_trait::async_trait;
use domain::aggregate::Aggregate as _;
use domain::fields::Choice;
use domain::property::Property;
use domain::search_text::fold;
use domain::session::{Session, SessionEvent};
use domain::user::{Account, CREDENTIALS, Profile, Role, User, UserEvent, UserStatus};
use domain::{Envelope, UserId, people, text};
use http_kit::Tokens;
use journal::AggregateStore;
use projection::{Projection, ProjectionError, Value, ViewTx};
use serde::Deserialize;

/// The name of the consumer group and of its checkpoints.
pub const GROUP: &str = "users-service-group";

/// The kept lengths: of a tenant's accounts, and of the homes that a person owns.
pub const ACCOUNTS: &str = "accounts";
pub const HOMES: &str = "homes";

/// Folds accounts, sign-ins and listings into rows.
pub struct UsersProjection {
    aggregates: AggregateStore,
    tokens: Arc<Tokens>,
}

/// The part of a new listing that this service needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    owner_id: UserId,
}

impl UsersProjection {
    pub fn new(aggregates: AggregateStore, tokens: Arc<Tokens>) -> Self {
        Self { aggregates, tokens }
    }
}

fn unreadable(error: impl std::fmt::Display) -> ProjectionError {
    ProjectionError::Event(error.to_string())
}

/// Tenant and id of the event's stream: the first two parameters of every statement.
fn keys(envelope: &Envelope) -> [Value<'_>; 2] {
    [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into()]
}

async fn account(tx: &mut ViewTx<'_>, envelope: &Envelope, event: UserEvent) -> Result<(), ProjectionError> {
    let [tenant, id] = keys(envelope);
    match event {
        UserEvent::Registered { account, profile, .. } => {
            let sql =
                "insert into users (tenant, id, version, updated_at, created_at, username, email, profile,
                           searchable_names, searchable_account, role, status, email_verified)
                       select $1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, 0
                       where not exists (select 1 from erased_people where tenant = $1 and user_id = $2)
                       on conflict (tenant, id) do nothing";
            let account = account.into_value();
            let searchable = account.as_ref().map(|account| fold(&searched(account)));
            let (username, email) = account.map(|a| (a.username, a.email)).unzip();
            let [profile, names] = told(profile.into_value())?;
            let standing: [Value<'_>; 2] =
                [Role::default().word().into(), UserStatus::default().word().into()];
            let [role, status] = standing;
            let at = envelope.timestamp.micros().into();
            let version = envelope.version.into();
            let rest = [username.into(), email.into(), profile, names, searchable.into(), role, status];
            let values: Vec<_> = [tenant, id, version, at].into_iter().chain(rest).collect();
            let added = tx.execute(sql, &values).await?;
            tx.lengthen(&envelope.stream.tenant, (ACCOUNTS, ""), i64::from(added > 0)).await?;
        }
        UserEvent::Deleted { .. } => {
            // It does not wait for earlier events of this person; any that arrive later find no row.
            let gone = tx.execute("delete from users where tenant = $1 and id = $2", &[tenant, id]).await?;
            tx.lengthen(&envelope.stream.tenant, (ACCOUNTS, ""), -i64::from(gone > 0)).await?;
        }
        UserEvent::Updated { profile, .. } => {
            let [profile, names] = told(profile.into_value())?;
            change(tx, envelope, "profile = $5, searchable_names = $6", vec![profile, names]).await?;
        }
        UserEvent::EmailVerified {} => {
            let set = "email_verified = 1, status = case when status = $5 then $6 else status end";
            let from = UserStatus::PendingVerification.word();
            let to = UserStatus::Active.word();
            change(tx, envelope, set, vec![from.into(), to.into()]).await?;
        }
        UserEvent::RoleChanged { to, .. } => {
            change(tx, envelope, "role = $5", vec![to.word().into()]).await?;
        }
        UserEvent::StatusChanged { to, .. } => {
            change(tx, envelope, "status = $5", vec![to.word().into()]).await?;
        }
        UserEvent::VerificationRequested { .. }
        | UserEvent::PasswordResetRequested { .. }
        | UserEvent::PasswordChanged { .. }
        | UserEvent::IdentityLinked { .. }
        | UserEvent::PropertyCountChanged { .. } => change(tx, envelope, "", Vec::new()).await?,
    }
    Ok(())
}

/// The names of an account that a search looks in: the e-mail address in the forms for servers and for people.
fn searched(account: &Account) -> String {
    let Account { username, email } = account;
    let names = format!("{username}\n{email}\n{}", people::shown_email(email));
    text::nfc(&names.to_lowercase()).into_owned()
}

/// The profile column and the text searched in it; both null for an erased person.
fn told(profile: Option<Profile>) -> Result<[Value<'static>; 2], ProjectionError> {
    let Some(profile) = profile else { return Ok([Value::Null, Value::Null]) };
    let names = fold(&format!("{} {}", profile.first_name, profile.last_name));
    Ok([serde_json::to_string(&profile).map_err(unreadable)?.into(), names.into()])
}

/// Sets columns of the account, its version and its time; `set` numbers its values from `$5`.
async fn change(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    set: &str,
    values: Vec<Value<'_>>,
) -> Result<(), ProjectionError> {
    let comma = if set.is_empty() { "" } else { ", " };
    let sql =
        format!("update users set version = $3, updated_at = $4{comma}{set} where tenant = $1 and id = $2");
    let [tenant, id] = keys(envelope);
    let head = [tenant, id, envelope.version.into(), envelope.timestamp.micros().into()];
    let values: Vec<_> = head.into_iter().chain(values).collect();
    tx.execute(&sql, &values).await?;
    Ok(())
}

async fn signed_in(tx: &mut ViewTx<'_>, envelope: &Envelope, user: UserId) -> Result<(), ProjectionError> {
    let sql = "update users set last_login = $3 where tenant = $1 and id = $2";
    let tenant = envelope.stream.tenant.as_str().into();
    tx.execute(sql, &[tenant, user.to_string().into(), envelope.timestamp.micros().into()]).await?;
    Ok(())
}

#[async_trait(?Send)]
impl Projection for UsersProjection {
    fn name(&self) -> &'static str {
        GROUP
    }

    /// 2: names are searched in the folded form, and addresses in both of their forms.
    fn version(&self) -> u32 {
        2
    }

    async fn apply(&self, tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
        match (&*envelope.stream.kind, &*envelope.event_type) {
            (User::TYPE, _) => {
                let event = self.aggregates.decode(envelope)?;
                account(tx, envelope, event).await
            }
            (Session::TYPE, "USER_LOGIN") => match self.aggregates.decode(envelope)? {
                SessionEvent::SignedIn { user_id, .. } => signed_in(tx, envelope, user_id).await,
                SessionEvent::SignedOut { .. }
                | SessionEvent::Revoked { .. }
                | SessionEvent::RefreshReused { .. } => Ok(()),
            },
            (Property::TYPE, "PROPERTY_CREATED") => {
                let listed: Listed = serde_json::from_str(&envelope.data).map_err(unreadable)?;
                let owner = listed.owner_id.to_string();
                let sql = "insert into owned_properties (tenant, property_id, user_id) values ($1, $2, $3)
                           on conflict (tenant, property_id) do nothing";
                let [tenant, id] = keys(envelope);
                let added = tx.execute(sql, &[tenant, id, owner.as_str().into()]).await?;
                Ok(tx.lengthen(&envelope.stream.tenant, (HOMES, &owner), i64::from(added > 0)).await?)
            }
            (Property::TYPE, "PROPERTY_DELETED") => {
                let sql = "select user_id from owned_properties where tenant = $1 and property_id = $2";
                let rows = tx.query(sql, &keys(envelope)).await?;
                let Some(owner) = rows.first().and_then(|row| row.text(0)) else { return Ok(()) };
                let sql = "delete from owned_properties where tenant = $1 and property_id = $2";
                tx.execute(sql, &keys(envelope)).await?;
                Ok(tx.lengthen(&envelope.stream.tenant, (HOMES, owner), -1).await?)
            }
            _ => Ok(()),
        }
    }

    /// Revokes older tokens. The command that changed the credentials normally did so already, unless the journal did
    /// not answer it.
    fn committed(&self, batch: &[Envelope]) {
        for event in batch {
            let changed = &*event.stream.kind == User::TYPE && CREDENTIALS.contains(&&*event.event_type);
            if let (true, Ok(user)) = (changed, event.stream.id.parse()) {
                self.tokens.require(user, event.version);
            }
        }
    }
}
