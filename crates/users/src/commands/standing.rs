//! What admins decide about accounts, and the recount of listings.

use bus::{Asker, Status, Waited};
use domain::user::{Person, Role, User, UserCommand, UserStatus};
use domain::{Log, Position, UserId, Version};
use http_kit::{Caller, Failure};
use journal::Options;

use super::{Ending, unknown_user, user_refused};
use crate::Users;

type Changed = (Person, Version, Option<Position>);

impl Users {
    /// Gives another person a role.
    pub(crate) async fn change_role(
        &self,
        caller: &Caller,
        user: UserId,
        role: Role,
    ) -> Result<Changed, Failure> {
        not_oneself(caller, user)?;
        self.change_standing(caller, user, UserCommand::ChangeRole(role), Ending::Role).await
    }

    /// Moves another person's account to a status.
    pub(crate) async fn change_status(
        &self,
        caller: &Caller,
        user: UserId,
        status: UserStatus,
    ) -> Result<Changed, Failure> {
        not_oneself(caller, user)?;
        self.change_standing(caller, user, UserCommand::ChangeStatus(status), Ending::Status).await
    }

    async fn change_standing(
        &self,
        caller: &Caller,
        user: UserId,
        command: UserCommand,
        ending: Ending,
    ) -> Result<Changed, Failure> {
        let actor = caller.actor();
        let done = self.kit.ledger.execute::<User>(&actor, user, command, Options::default()).await;
        let done = done.map_err(user_refused)?;
        let mut position = done.position;
        if position.is_some() {
            position = self.end_sessions(&actor, user, ending).await?.or(position);
        }
        Ok((done.state.person.ok_or_else(unknown_user)?, done.version, position))
    }

    /// Counts a person's listings again, from everything that happened until now.
    pub(crate) async fn recount(
        &self,
        status: &Status,
        caller: &Caller,
        user: UserId,
    ) -> Result<Changed, Failure> {
        self.person(&caller.tenant, user).await?;
        let head = self.kit.ledger.journal().head(Log::Facts).await?;
        let asker = Asker { tenant: &caller.tenant, user };
        if status.wait(&[head], asker, self.kit.wait).await != Waited::Applied {
            return Err(Failure::unavailable(&"the users read model is behind; a count would be wrong"));
        }
        let count = self.known(&caller.tenant, user).await?.property_count;
        let command = UserCommand::NoteCount(count);
        let done = self.kit.ledger.execute::<User>(&caller.actor(), user, command, Options::default()).await;
        let done = done.map_err(user_refused)?;
        Ok((done.state.person.ok_or_else(unknown_user)?, done.version, done.position))
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
