//! One person: their own profile, or anybody's for those who may.

use axum::extract::{Path, State};
use domain::user::Person;
use domain::{Log, Position, UserId, Version};
use http_kit::{Caller, Conditions, Failure, Held, JsonObject, Reply, Right};

use super::{App, NoParams, subject};
use crate::queries::document::UserDocument;

pub async fn own_profile(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    held: Held,
) -> Result<Reply<UserDocument>, Failure> {
    let user = caller.person()?.user;
    app.shown(&caller, user, &held).await
}

pub async fn one(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    held: Held,
) -> Result<Reply<UserDocument>, Failure> {
    let user = subject(&caller, &id)?;
    caller.may_see(&app.users.kit, user, "GET /api/users/{id}").await?;
    app.shown(&caller, user, &held).await
}

pub async fn update_own(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    let user = caller.person()?.user;
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.update(&caller, user, &body.members, options).await?;
    Ok(app.changed(&caller, "Profile saved", changed).await)
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    let user = subject(&caller, &id)?;
    caller.require(Right::Change(user))?;
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.update(&caller, user, &body.members, options).await?;
    Ok(app.changed(&caller, "Profile saved", changed).await)
}

pub async fn delete_own(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    let user = caller.person()?.user;
    let options = conditions.options(&app.users.kit, &caller, &[], &user);
    let position = app.users.delete(&caller, user, options).await?;
    Ok(app.users.kit.done(&caller, "Account closed", (), position).empty())
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
) -> Result<Reply<()>, Failure> {
    let user = subject(&caller, &id)?;
    caller.require(Right::Change(user))?;
    let options = conditions.options(&app.users.kit, &caller, &[], &user);
    let position = app.users.delete(&caller, user, options).await?;
    Ok(app.users.kit.done(&caller, "Account closed", (), position).empty())
}

impl App {
    /// A person, folded from their stream; what the read model adds has the caller's own writes in it.
    async fn shown(
        &self,
        caller: &Caller,
        user: UserId,
        held: &Held,
    ) -> Result<Reply<UserDocument>, Failure> {
        let (person, version) = self.users.person(&caller.tenant, user).await?;
        let freshness = self.users.kit.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let document = self.users.document(&caller.tenant, &person, version).await;
        let tag = document.tag();
        let reply = self.users.kit.reply("User", document).stale(freshness.is_stale());
        Ok(reply.etag(&tag).unless(held.is(&tag)))
    }

    /// The answer to a change of a person.
    pub(super) async fn changed(
        &self,
        caller: &Caller,
        message: &'static str,
        (person, version, position): (Person, Version, Option<Position>),
    ) -> Reply<UserDocument> {
        let document = self.users.document(&caller.tenant, &person, version).await;
        let tag = document.tag();
        self.users.kit.done(caller, message, document, position).etag(&tag)
    }
}
