//! Role and status changes by admins, and recounting a person's listings.

use bus::{Asker, GroupStatus, WaitOutcome};
use domain::user::{OpenAccount, Role, User, UserCommand, UserStatus};
use domain::{Log, Position, UserId, Version};
use http_kit::{Caller, Failure};
use journal::Options;

use super::{Ending, user_refused};
use crate::Users;

type Changed = (OpenAccount, Version, Option<Position>);

impl Users {
    /// Gives another person a role.
    pub(crate) async fn change_role(
        &self,
        caller: &Caller,
        user: UserId,
        role: Role,
        options: Options,
    ) -> Result<Changed, Failure> {
        not_oneself(caller, user)?;
        self.change_standing(caller, user, UserCommand::ChangeRole(role), Ending::Role, options).await
    }

    /// Changes the status of another person's account.
    pub(crate) async fn change_status(
        &self,
        caller: &Caller,
        user: UserId,
        status: UserStatus,
        options: Options,
    ) -> Result<Changed, Failure> {
        not_oneself(caller, user)?;
        self.change_standing(caller, user, UserCommand::ChangeStatus(status), Ending::Status, options).await
    }

    async fn change_standing(
        &self,
        caller: &Caller,
        user: UserId,
        command: UserCommand,
        ending: Ending,
        options: Options,
    ) -> Result<Changed, Failure> {
        let actor = caller.actor();
        let done =
            self.context.execute::<User>(&actor, user, command, options).await.map_err(user_refused)?;
        let person = done.state.person.ok_or_else(Failure::no_such_person)?;
        // A repeated request, too: it ends the sessions that the first one may have left, and none that began since.
        let last = self.end_sessions(&actor, user, person.credentials, ending).await;
        Ok((person, done.version, last.or(done.position)))
    }

    /// Recounts a person's listings from all events up to now.
    pub(crate) async fn recount(
        &self,
        status: &GroupStatus,
        caller: &Caller,
        user: UserId,
        options: Options,
    ) -> Result<Changed, Failure> {
        self.person(&caller.tenant, user).await?;
        let head = self.context.aggregates.journal().head(Log::Facts).await?;
        let asker = Asker { tenant: &caller.tenant, user };
        if status.wait(&[head], asker, self.context.wait).await != WaitOutcome::Applied {
            // The service is available; an operator paused the group.
            if status.paused().is_some() {
                let message = "the users group is paused, and a count would be wrong; resume it first";
                return Err(Failure::conflict("GROUP_PAUSED", message));
            }
            return Err(Failure::unavailable(&"the users read model is behind; a count would be wrong"));
        }
        let count = self.known(&caller.tenant, user).await?.property_count;
        let command = UserCommand::NoteCount(count);
        let done = self.context.execute::<User>(&caller.actor(), user, command, options).await;
        let done = done.map_err(user_refused)?;
        Ok((done.state.person.ok_or_else(Failure::no_such_person)?, done.version, done.position))
    }
}

/// Prevents admins from locking themselves out, and from restoring a role that another admin took from them.
fn not_oneself(caller: &Caller, user: UserId) -> Result<(), Failure> {
    if caller.user() == Some(user) {
        let message = "you may not change your own role or status; ask another admin";
        return Err(Failure::conflict("OWN_ACCOUNT", message));
    }
    Ok(())
}
