//! Authorisation: implements the `who` column of `docs/endpoints.tsv`. Every operation of every service uses it.

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

/// A category of personal data, by who else may read it. Used for every response and for the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Their account and its sessions.
    Account,
    /// The homes they list, and the decisions about these.
    Listings,
    /// Their activity.
    History,
    /// The homes they saved.
    Favourites,
    /// Their searches, and the searches they saved.
    Searches,
    /// Their notifications and notification settings.
    Notifications,
    /// Their documents. Images are public.
    Files,
    /// Enquiries. These contain names and phone numbers of other people, too.
    Enquiries,
}

impl Category {
    /// The roles that may read this category of other people. Their access is recorded.
    const fn readers(self) -> &'static [Role] {
        match self {
            Self::Account | Self::Listings | Self::History => &[Role::Admin, Role::Support],
            Self::Favourites | Self::Searches | Self::Notifications | Self::Files => &[Role::Admin],
            Self::Enquiries => &[],
        }
    }
}

/// The right that an operation requires, beyond being signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To change what belongs to this person: the person or an admin.
    Change(UserId),
    /// To read this category of a person's data: the person, and the roles that may read it of others.
    Read(Category, UserId),
    /// To see what admins see: an admin or support.
    SeeAll,
    /// To sell products: a seller or an admin.
    Sell,
    /// To moderate: a moderator or an admin.
    Moderate,
    /// To administer: an admin.
    Administer,
    /// To act as another service, or as an admin.
    Serve,
}

/// The result of a successful check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The caller.
    pub person: SignedIn,
    /// Whether the operation concerns somebody else.
    pub of_another: bool,
}

impl Caller {
    /// Checks that the caller has `right`.
    ///
    /// # Errors
    /// 401 if nobody is signed in, 403 if the right is missing.
    pub fn require(&self, right: Right) -> Result<Access, Failure> {
        let Some(person) = self.signed_in else { return Err(Failure::unauthenticated("sign in first")) };
        let own = |user| !person.service && person.user == user;
        let role = |roles: &[Role]| !person.service && roles.contains(&person.role);
        let (allowed, of_another) = match right {
            Right::Change(user) => (own(user) || role(&[Role::Admin]), !own(user)),
            Right::Read(category, user) => (own(user) || role(category.readers()), !own(user)),
            Right::SeeAll => (role(&[Role::Admin, Role::Support]), true),
            Right::Sell => (role(&[Role::Seller, Role::Admin]), false),
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

    /// Whether the person's e-mail address is confirmed. An admin vouches for an API key.
    ///
    /// # Errors
    /// As for [`Self::person`].
    pub async fn has_confirmed(&self, context: &AppContext) -> Result<bool, Failure> {
        if self.person()?.api_key {
            return Ok(true);
        }
        let (known, _) = context.aggregates.load::<User>(&self.tenant, self.person()?.user).await?;
        let person = known.person.ok_or_else(|| Failure::unauthenticated("the account is closed"))?;
        Ok(person.email_verified)
    }

    /// The person, if their e-mail address is confirmed.
    ///
    /// # Errors
    /// As for [`Self::person`]; 403 `EMAIL_NOT_CONFIRMED` while the address is not confirmed.
    pub async fn confirmed(&self, context: &AppContext) -> Result<SignedIn, Failure> {
        if self.has_confirmed(context).await? {
            return self.person();
        }
        let message = "confirm your e-mail address first: the link is in the e-mail we sent you, and \
                       POST /api/auth/verify-email/resend sends it again";
        Err(Failure::new(StatusCode::FORBIDDEN, "EMAIL_NOT_CONFIRMED", message))
    }

    /// As [`Self::require`], for a private resource. To a caller without the right it does not exist, so that nobody
    /// can find out which ids exist.
    ///
    /// # Errors
    /// 401 if nobody is signed in; `unknown`, as for an id that does not exist, if the right is missing.
    pub fn reach(&self, right: Right, unknown: impl FnOnce() -> Failure) -> Result<Access, Failure> {
        self.person()?;
        self.require(right).map_err(|_| unknown())
    }

    /// Checks that the caller may operate the system. It serves all tenants, and its operators are the admins of the
    /// default tenant.
    ///
    /// # Errors
    /// As for [`Self::require`]; 403 for the admins of other tenants.
    pub fn operates(&self, context: &AppContext) -> Result<Access, Failure> {
        let access = self.require(Right::Administer)?;
        if self.tenant == *context.tenants.default_id() {
            Ok(access)
        } else {
            Err(Failure::forbidden("only admins of the default tenant operate the machinery"))
        }
    }

    /// The person named in a path; `me` is the caller.
    ///
    /// # Errors
    /// 401 if nobody is signed in, 404 if the id is malformed.
    pub fn named(&self, id: &str) -> Result<UserId, Failure> {
        if self.signed_in.is_none() || id == "me" {
            return Ok(self.person()?.user);
        }
        id.parse().map_err(|_| Failure::no_such_person())
    }

    /// As [`Self::may_read`], but a person who does not exist gives 404 and no access is recorded.
    ///
    /// # Errors
    /// As for [`Self::may_read`]; 404 if there is no such person.
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

    /// [`Self::require`] with [`Right::Read`]. Access to somebody else's data is durably recorded before the
    /// response.
    ///
    /// # Errors
    /// As for [`Self::require`]; 503 if the access cannot be recorded.
    pub async fn may_read(
        &self,
        context: &AppContext,
        (category, user): (Category, UserId),
        operation: &str,
    ) -> Result<(), Failure> {
        self.require(Right::Read(category, user))?;
        self.looks_at(context, [user], operation).await
    }

    /// Records that the caller is about to see data of `people`. Access to one's own data is not recorded.
    ///
    /// # Errors
    /// 503 if it cannot be recorded.
    pub async fn looks_at(
        &self,
        context: &AppContext,
        people: impl IntoIterator<Item = UserId>,
        operation: &str,
    ) -> Result<(), Failure> {
        let own = self.user();
        let others: BTreeSet<UserId> = people.into_iter().filter(|user| Some(*user) != own).collect();
        let operation = operation.to_owned();
        let mut subject_ids = Vec::from_iter(others);
        match subject_ids.len() {
            0 => Ok(()),
            1 => {
                let subject_id = subject_ids.remove(0);
                self.write_down(context, &AuditEvent::LookedAt { subject_id, operation }).await
            }
            _ => self.write_down(context, &AuditEvent::LookedAtMany { subject_ids, operation }).await,
        }
    }

    /// Records an audit event of this caller.
    ///
    /// # Errors
    /// 503 if it cannot be recorded.
    pub async fn write_down(&self, context: &AppContext, event: &AuditEvent) -> Result<(), Failure> {
        let stream = StreamId::new(&self.tenant, "audit", self.person()?.user);
        self.write_down_in(context, stream, event).await
    }

    /// As [`Self::write_down`], in a stream of the event's own.
    ///
    /// # Errors
    /// 503 if it cannot be recorded.
    pub async fn write_down_in(
        &self,
        context: &AppContext,
        stream: StreamId,
        event: &AuditEvent,
    ) -> Result<(), Failure> {
        self.write_down_once(context, stream, event, None).await.map(|_| ())
    }

    /// As [`Self::write_down_in`], for a request that may be repeated.
    ///
    /// # Errors
    /// As for [`AppContext::record`].
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
