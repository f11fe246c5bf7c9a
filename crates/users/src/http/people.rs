//! One person: their own profile, or anybody's for those who may.

use super::asked::{FarewellBody, ProfileChangeBody};
use axum::extract::{Path, State};
use domain::user::Person;
use domain::{Fields, Log, Position, UserId, Version};
use http_kit::Envelope;
use http_kit::docs::{IdempotencyKey, IfMatch, IfNoneMatch};
use http_kit::{Caller, Category, Conditions, Failure, Held, JsonObject, Reply, Right};

use super::{App, NoParams};
use crate::commands::asked_password;
use crate::queries::document::UserDocument;

#[utoipa::path(
    get,
    path = "/api/users/profile",
    summary = "Who am I",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The person", body = Envelope<UserDocument>),
        (status = 404, description = "The account is closed"),
    ),
)]
pub async fn own_profile(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    held: Held,
) -> Result<Reply<UserDocument>, Failure> {
    let user = caller.person()?.user;
    app.shown(&caller, user, &held).await
}

#[utoipa::path(
    get,
    path = "/api/users/{id}",
    summary = "A person",
    params(IfNoneMatch),
    responses((status = 200, description = "The person", body = Envelope<UserDocument>)),
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    held: Held,
) -> Result<Reply<UserDocument>, Failure> {
    let user = caller.named(&id)?;
    caller.may_read(&app.users.kit, (Category::Account, user), "GET /api/users/{id}").await?;
    app.shown(&caller, user, &held).await
}

#[utoipa::path(
    put,
    path = "/api/users/profile",
    summary = "Change my profile",
    params(IdempotencyKey, IfMatch),
    request_body = ProfileChangeBody,
    responses(
        (status = 200, description = "The person as they are now", body = Envelope<UserDocument>),
        (status = 404, description = "The account is closed"),
    ),
)]
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

#[utoipa::path(
    put,
    path = "/api/users/{id}",
    summary = "Change a person's profile",
    params(IdempotencyKey, IfMatch),
    request_body = ProfileChangeBody,
    responses((status = 200, description = "The person as they are now", body = Envelope<UserDocument>)),
)]
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    let user = caller.named(&id)?;
    caller.require(Right::Change(user))?;
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.update(&caller, user, &body.members, options).await?;
    Ok(app.changed(&caller, "Profile saved", changed).await)
}

#[utoipa::path(
    delete,
    path = "/api/users/profile",
    summary = "Close my account",
    description = "With the password, or within five minutes after signing in.",
    request_body = FarewellBody,
    responses(
        (status = 204, description = "It is closed, and what is personal will be forgotten"),
        (status = 404, description = "The account is closed"),
        (status = 409, description = "It was changed at the same time"),
        (status = 412, description = "It was changed since the version of `If-Match`"),
        (status = 400, description = "The password is no text, or `If-Match` or `Idempotency-Key` are malformed"),
        (status = 403, description = "The password is wrong, or required"),
    ),
)]
pub async fn delete_own(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<()>, Failure> {
    let position = app.farewell(&caller, &conditions, &body).await?;
    Ok(app.users.kit.done(&caller, "Account closed", (), position).empty())
}

#[utoipa::path(
    delete,
    path = "/api/users/{id}",
    summary = "Close a person's account",
    description = "One's own as at `/api/users/profile`.",
    params(IdempotencyKey, IfMatch),
    request_body = FarewellBody,
    responses((status = 204, description = "It is closed")),
)]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<()>, Failure> {
    let user = caller.named(&id)?;
    if !caller.require(Right::Change(user))?.of_another {
        let position = app.farewell(&caller, &conditions, &body).await?;
        return Ok(app.users.kit.done(&caller, "Account closed", (), position).empty());
    }
    let options = conditions.options(&app.users.kit, &caller, &[], &user);
    let position = app.users.delete(&caller, user, options).await?;
    Ok(app.users.kit.done(&caller, "Account closed", (), position).empty())
}

impl App {
    /// The caller closes their own account.
    async fn farewell(
        &self,
        caller: &Caller,
        conditions: &Conditions,
        body: &JsonObject,
    ) -> Result<Option<Position>, Failure> {
        let user = caller.person()?.user;
        let mut f = Fields::new(&body.members);
        let password = asked_password(&mut f);
        f.finish(Some(()))?;
        let options = conditions.options(&self.users.kit, caller, &[], &user);
        self.users.delete_own(caller, password, options).await
    }

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
        Ok(reply.etag(&tag).unless(held))
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
