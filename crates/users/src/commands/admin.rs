//! What admins decide about accounts, and the recount of listings.

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

    /// Moves another person's account to a status.
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
        // A repeat, too: it ends what the first one may have left, and nothing that began since.
        let last = self.end_sessions(&actor, user, person.credentials, ending).await;
        Ok((person, done.version, last.or(done.position)))
    }

    /// Counts a person's listings again, from everything that happened until now.
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
            // That is no part that does not answer: somebody made it wait.
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

/// Nobody locks themselves out, or keeps a role that another admin took.
fn not_oneself(caller: &Caller, user: UserId) -> Result<(), Failure> {
    if caller.user() == Some(user) {
        let message = "you may not change your own role or status; ask another admin";
        return Err(Failure::conflict("OWN_ACCOUNT", message));
    }
    Ok(())
}
