//! Who may do what: the `who` column of `docs/endpoints.tsv`, asked by every operation of every service.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use domain::audit::AuditEvent;
use domain::user::{Role, User};
use domain::{StreamId, UserId};
use journal::Idempotency;

use crate::app_context::AppContext;
use crate::caller::{Caller, SignedIn};
use crate::commands::Recorded;
use crate::failure::Failure;

/// What is kept about a person, by who else may read it: for every answer and for the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Their account and its sessions.
    Account,
    /// The homes they list, and what was decided about these.
    Listings,
    /// What they did.
    History,
    /// The homes they saved.
    Favourites,
    /// What they searched for, and the searches they saved.
    Searches,
    /// What they were told, and how they are told.
    Notifications,
    /// Their documents. Images are public.
    Files,
    /// Enquiries: these hold names and numbers of other people, too.
    Enquiries,
}

impl Category {
    /// Whoever reads it of others, their looks being written down.
    const fn readers(self) -> &'static [Role] {
        match self {
            Self::Account | Self::Listings | Self::History => &[Role::Admin, Role::Support],
            Self::Favourites | Self::Searches | Self::Notifications | Self::Files => &[Role::Admin],
            Self::Enquiries => &[],
        }
    }
}

/// What an operation asks of its caller, beyond being signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To change what belongs to this person: the person, or an admin.
    Change(UserId),
    /// To read this of a person: the person, and whoever reads that of others.
    Read(Category, UserId),
    /// To see what admins see: an admin, or support.
    SeeAll,
    /// To moderate: a moderator or an admin.
    Moderate,
    /// To administer: an admin.
    Administer,
    /// To speak as another service, or as an admin.
    Serve,
}

/// How an operation was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who asked.
    pub person: SignedIn,
    /// It concerns somebody else than the one who asked.
    pub of_another: bool,
}

impl Caller {
    /// Checks that the caller has `right`.
    ///
    /// # Errors
    /// 401 when nobody is signed in, 403 when the right is missing.
    pub fn require(&self, right: Right) -> Result<Access, Failure> {
        let Some(person) = self.signed_in else { return Err(Failure::unauthenticated("sign in first")) };
        let own = |user| !person.service && person.user == user;
        let role = |roles: &[Role]| !person.service && roles.contains(&person.role);
        let (allowed, of_another) = match right {
            Right::Change(user) => (own(user) || role(&[Role::Admin]), !own(user)),
            Right::Read(category, user) => (own(user) || role(category.readers()), !own(user)),
            Right::SeeAll => (role(&[Role::Admin, Role::Support]), true),
            Right::Moderate => (role(&[Role::Moderator, Role::Admin]), true),
            Right::Administer => (role(&[Role::Admin]), true),
            Right::Serve => (person.service || role(&[Role::Admin]), true),
        };
        if allowed {
            Ok(Access { person, of_another })
        } else if person.service {
            Err(Failure::forbidden("services may not do this"))
        } else {
            Err(Failure::forbidden("you may not do this"))
        }
    }

    /// The person, whose e-mail address is known to be theirs.
    ///
    /// # Errors
    /// As [`Self::person`]; 403 `EMAIL_NOT_CONFIRMED` while nobody has shown to have the address.
    pub async fn confirmed(&self, context: &AppContext) -> Result<SignedIn, Failure> {
        let caller = self.person()?;
        let (known, _) = context.aggregates.load::<User>(&self.tenant, caller.user).await?;
        let person = known.person.ok_or_else(|| Failure::unauthenticated("the account is closed"))?;
        if person.email_verified {
            return Ok(caller);
        }
        let message = "confirm your e-mail address first: the link is in the letter we sent you, and \
                       POST /api/auth/verify-email/resend sends it again";
        Err(Failure::new(StatusCode::FORBIDDEN, "EMAIL_NOT_CONFIRMED", message))
    }

    /// [`Self::require`] for a thing that is nobody's business but its people's: to whoever may not have it, it does not
    /// exist, so that nobody learns which ids there are.
    ///
    /// # Errors
    /// 401 when nobody is signed in; `unknown`, as for an id that is nobody's, when the right is missing.
    pub fn reach(&self, right: Right, unknown: impl FnOnce() -> Failure) -> Result<Access, Failure> {
        self.person()?;
        self.require(right).map_err(|_| unknown())
    }

    /// The machinery serves all tenants: its operators are the admins of the default one.
    ///
    /// # Errors
    /// As [`Self::require`]; 403 for the admins of other tenants.
    pub fn operates(&self, context: &AppContext) -> Result<Access, Failure> {
        let access = self.require(Right::Administer)?;
        if self.tenant == *context.tenants.default_id() {
            Ok(access)
        } else {
            Err(Failure::forbidden("only admins of the default tenant operate the machinery"))
        }
    }

    /// The person a path names; `me` is whoever calls.
    ///
    /// # Errors
    /// 401 when nobody is signed in, 404 for what is no id.
    pub fn named(&self, id: &str) -> Result<UserId, Failure> {
        if self.signed_in.is_none() || id == "me" {
            return Ok(self.person()?.user);
        }
        id.parse().map_err(|_| Failure::no_such_person())
    }

    /// [`Self::may_read`] where somebody who does not exist is not found, and no look at them is written down.
    ///
    /// # Errors
    /// As [`Self::may_read`]; 404 when there is no such person.
    pub async fn may_read_existing(
        &self,
        context: &AppContext,
        (category, user): (Category, UserId),
        operation: &str,
    ) -> Result<(), Failure> {
        if self.require(Right::Read(category, user))?.of_another {
            let (known, _) = context.aggregates.load::<User>(&self.tenant, user).await?;
            known.person.ok_or_else(Failure::no_such_person)?;
        }
        self.looks_at(context, [user], operation).await
    }

    /// [`Self::require`] with [`Right::Read`]; a look at somebody else's data is durable before it is answered.
    ///
    /// # Errors
    /// As [`Self::require`]; 503 when the look cannot be written down.
    pub async fn may_read(
        &self,
        context: &AppContext,
        (category, user): (Category, UserId),
        operation: &str,
    ) -> Result<(), Failure> {
        self.require(Right::Read(category, user))?;
        self.looks_at(context, [user], operation).await
    }

    /// Records that the caller is shown data of `people`, before they are. One's own is no look.
    ///
    /// # Errors
    /// 503 when it cannot be written down.
    pub async fn looks_at(
        &self,
        context: &AppContext,
        people: impl IntoIterator<Item = UserId>,
        operation: &str,
    ) -> Result<(), Failure> {
        let own = self.user();
        let others: BTreeSet<UserId> = people.into_iter().filter(|user| Some(*user) != own).collect();
        let (operation, mut subject_ids) = (operation.to_owned(), Vec::from_iter(others));
        match subject_ids.len() {
            0 => Ok(()),
            1 => {
                let subject_id = subject_ids.remove(0);
                self.write_down(context, &AuditEvent::LookedAt { subject_id, operation }).await
            }
            _ => self.write_down(context, &AuditEvent::LookedAtMany { subject_ids, operation }).await,
        }
    }

    /// Records an audit event by this caller.
    ///
    /// # Errors
    /// 503 when it cannot be written down.
    pub async fn write_down(&self, context: &AppContext, event: &AuditEvent) -> Result<(), Failure> {
        let stream = StreamId::new(&self.tenant, "audit", self.person()?.user);
        self.write_down_in(context, stream, event).await
    }

    /// The same in a stream of the event's own.
    ///
    /// # Errors
    /// 503 when it cannot be written down.
    pub async fn write_down_in(
        &self,
        context: &AppContext,
        stream: StreamId,
        event: &AuditEvent,
    ) -> Result<(), Failure> {
        self.write_down_once(context, stream, event, None).await.map(|_| ())
    }

    /// The same, for a request that may come twice.
    ///
    /// # Errors
    /// As [`AppContext::record`].
    pub async fn write_down_once(
        &self,
        context: &AppContext,
        stream: StreamId,
        event: &AuditEvent,
        once: Option<Idempotency>,
    ) -> Result<Recorded, Failure> {
        let person = self.person()?;
        let recorded = context.record(&self.actor(), stream, event, once).await?;
        context.seen.remember(&self.tenant, person.user, recorded.position);
        Ok(recorded)
    }
}
