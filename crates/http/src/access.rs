//! Who may do what: the `who` column of `docs/endpoints.tsv`, asked by every operation of every service.

use domain::audit::AuditEvent;
use domain::user::{Role, User};
use domain::{StreamId, UserId};
use journal::Idempotency;

use crate::caller::{Caller, SignedIn};
use crate::commands::Recorded;
use crate::failure::Failure;
use crate::kit::Kit;

/// What an operation asks of its caller, beyond being signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To change what belongs to this person: the person, or an admin.
    Change(UserId),
    /// To see what belongs to this person: the person, an admin or support, whose looks are written down.
    See(UserId),
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
            Right::See(user) => (own(user) || role(&[Role::Admin, Role::Support]), !own(user)),
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
    pub fn operates(&self, kit: &Kit) -> Result<Access, Failure> {
        let access = self.require(Right::Administer)?;
        if self.tenant == *kit.tenants.default_id() {
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

    /// [`Self::require`] with [`Right::Change`], for a look: an admin's at somebody else is durable before it is
    /// answered.
    ///
    /// # Errors
    /// As [`Self::require`]; 404 when there is no such person, 503 when the look cannot be written down.
    pub async fn may_look(&self, kit: &Kit, user: UserId, operation: &str) -> Result<(), Failure> {
        if self.require(Right::Change(user))?.of_another {
            let (known, _) = kit.ledger.load::<User>(&self.tenant, user).await?;
            known.person.ok_or_else(Failure::no_such_person)?;
            self.look(kit, user, operation).await?;
        }
        Ok(())
    }

    /// [`Self::require`] with [`Right::See`]; a look at somebody else's data is durable before it is answered.
    ///
    /// # Errors
    /// As [`Self::require`]; 503 when the look cannot be written down.
    pub async fn may_see(&self, kit: &Kit, user: UserId, operation: &str) -> Result<Access, Failure> {
        let access = self.require(Right::See(user))?;
        if access.of_another {
            self.look(kit, user, operation).await?;
        }
        Ok(access)
    }

    async fn look(&self, kit: &Kit, user: UserId, operation: &str) -> Result<(), Failure> {
        let event = AuditEvent::LookedAt { subject_id: user, operation: operation.to_owned() };
        self.write_down(kit, &event).await
    }

    /// Records an audit event by this caller.
    ///
    /// # Errors
    /// 503 when it cannot be written down.
    pub async fn write_down(&self, kit: &Kit, event: &AuditEvent) -> Result<(), Failure> {
        let stream = StreamId::new(&self.tenant, "audit", self.person()?.user);
        self.write_down_in(kit, stream, event).await
    }

    /// The same in a stream of the event's own.
    ///
    /// # Errors
    /// 503 when it cannot be written down.
    pub async fn write_down_in(
        &self,
        kit: &Kit,
        stream: StreamId,
        event: &AuditEvent,
    ) -> Result<(), Failure> {
        self.write_down_once(kit, stream, event, None).await.map(|_| ())
    }

    /// The same, for a request that may come twice.
    ///
    /// # Errors
    /// As [`Kit::record`].
    pub async fn write_down_once(
        &self,
        kit: &Kit,
        stream: StreamId,
        event: &AuditEvent,
        once: Option<Idempotency>,
    ) -> Result<Recorded, Failure> {
        let person = self.person()?;
        let recorded = kit.record(&self.actor(), stream, event, once).await?;
        kit.seen.remember(&self.tenant, person.user, recorded.position);
        Ok(recorded)
    }
}
