//! One person: their own profile, or another person's with the right to see it.

use axum::extract::{Path, State};
use domain::fields::MemberKind;
use domain::user::OpenAccount;
use domain::user::profile;
use domain::{Fields, Log, Position, UserId, Version};
use http_kit::docs::{IdempotencyKey, IfMatch, IfNoneMatch};
use http_kit::{
    ApiResponse, Body, Caller, Category, ClientTags, Conditions, Failure, Invalid, Query, Reply, Request,
    Right,
};
use serde_json::{Value, json};

use super::App;
use crate::queries::document::UserDocument;

#[utoipa::path(
    get,
    path = "/api/users/profile",
    summary = "Who am I",
    params(IfNoneMatch),
    responses(
        (status = 200, description = "The person", body = ApiResponse<UserDocument>),
        (status = 404, description = "The account is closed"),
    ),
)]
pub async fn own_profile(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    held: ClientTags,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    let user = caller.person()?.user;
    app.shown(&caller, user, &held).await
}

#[utoipa::path(
    get,
    path = "/api/users/{id}",
    summary = "A person",
    params(IfNoneMatch),
    responses((status = 200, description = "The person", body = ApiResponse<UserDocument>)),
)]
pub async fn one(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
    held: ClientTags,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    let user = caller.named(&id)?;
    caller.may_read(&app.users.context, (Category::Account, user), "GET /api/users/{id}").await?;
    app.shown(&caller, user, &held).await
}

/// See [`ProfileChange`].
pub type ProfileChangeBody = Body<ProfileChange>;

/// The body of a profile change. Members that are absent stay unchanged.
pub struct ProfileChange(profile::ProfileChange);

impl Request for ProfileChange {
    const NAME: &'static str = "ProfileChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self(profile::ProfileChange::read(f)))
    }

    fn example() -> Value {
        json!({"firstName": "Ravi", "city": "Hyderabad", "pincode": "500032"})
    }
}

#[utoipa::path(
    put,
    path = "/api/users/profile",
    summary = "Change my profile",
    params(IdempotencyKey, IfMatch),
    request_body = ProfileChangeBody,
    responses(
        (status = 200, description = "The person as they are now", body = ApiResponse<UserDocument>),
        (status = 404, description = "The account is closed"),
    ),
)]
pub async fn update_own(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ProfileChangeBody,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    let user = caller.person()?.user;
    let ProfileChange(change) = app.possible(body.value)?;
    let options = conditions.options(&app.users.context, &caller, &body.bytes, &user);
    let changed = app.users.update(&caller, user, &change, options).await?;
    Ok(app.changed(&caller, "Profile saved", changed).await)
}

#[utoipa::path(
    put,
    path = "/api/users/{id}",
    summary = "Change a person's profile",
    params(IdempotencyKey, IfMatch),
    request_body = ProfileChangeBody,
    responses((status = 200, description = "The person as they are now", body = ApiResponse<UserDocument>)),
)]
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
    conditions: Conditions,
    body: ProfileChangeBody,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    let user = caller.named(&id)?;
    caller.require(Right::Change(user))?;
    let ProfileChange(change) = app.possible(body.value)?;
    let options = conditions.options(&app.users.context, &caller, &body.bytes, &user);
    let changed = app.users.update(&caller, user, &change, options).await?;
    Ok(app.changed(&caller, "Profile saved", changed).await)
}

/// See [`Farewell`].
pub type FarewellBody = Body<Farewell>;

/// The body of closing an account.
pub struct Farewell {
    password: Option<String>,
}

impl Request for Farewell {
    const NAME: &'static str = "Farewell";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("password", || MemberKind::Secret(1..=16_384));
        let given = f.raw("password");
        let password = given.and_then(Value::as_str).map(str::to_owned);
        if given.is_some() && password.is_none() {
            f.wrong("password", "must be a text");
        }
        Some(Self { password })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "password").then_some("Needed when the sign-in is more than five minutes ago.")
    }

    fn example() -> Value {
        json!({"password": "a long and private phrase"})
    }
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
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: FarewellBody,
) -> Result<Reply<()>, Failure> {
    nothing?;
    let position = app.farewell(&caller, &conditions, body).await?;
    Ok(app.users.context.done(&caller, "Account closed", (), position).empty())
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
    Query(nothing): Query<()>,
    Path(id): Path<String>,
    conditions: Conditions,
    body: FarewellBody,
) -> Result<Reply<()>, Failure> {
    nothing?;
    let user = caller.named(&id)?;
    if !caller.require(Right::Change(user))?.of_another {
        let position = app.farewell(&caller, &conditions, body).await?;
        return Ok(app.users.context.done(&caller, "Account closed", (), position).empty());
    }
    let options = conditions.options(&app.users.context, &caller, &[], &user);
    let position = app.users.delete(&caller, user, options).await?;
    Ok(app.users.context.done(&caller, "Account closed", (), position).empty())
}

impl App {
    /// Adds what only the time tells to what is wrong with a change.
    #[expect(clippy::result_large_err, reason = "the partial value is moved once")]
    fn possible(
        &self,
        change: Result<ProfileChange, Invalid<ProfileChange>>,
    ) -> Result<ProfileChange, Invalid<ProfileChange>> {
        let now = self.users.context.aggregates.clock().now();
        Invalid::or_wrong(change, |ProfileChange(change)| change.is_of_this_time(now))
    }

    /// Closes the caller's own account.
    async fn farewell(
        &self,
        caller: &Caller,
        conditions: &Conditions,
        body: FarewellBody,
    ) -> Result<Option<Position>, Failure> {
        let user = caller.person()?.user;
        let Farewell { password } = body.value?;
        let options = conditions.options(&self.users.context, caller, &[], &user);
        self.users.delete_own(caller, password, options).await
    }

    /// The document of a person, folded from their stream. The values from the read model include the caller's own
    /// writes.
    async fn shown(
        &self,
        caller: &Caller,
        user: UserId,
        held: &ClientTags,
    ) -> Result<Reply<UserDocument>, Failure> {
        let (person, version) = self.users.person(&caller.tenant, user).await?;
        let freshness = self.users.context.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let document = self.users.document(&caller.tenant, &person, version).await;
        let tag = document.tag();
        let reply = self.users.context.reply("User", document).stale(freshness.is_stale());
        Ok(reply.etag(&tag).unless(held))
    }

    /// The response to a change of a person.
    pub(super) async fn changed(
        &self,
        caller: &Caller,
        message: &'static str,
        (person, version, position): (OpenAccount, Version, Option<Position>),
    ) -> Reply<UserDocument> {
        let document = self.users.document(&caller.tenant, &person, version).await;
        let tag = document.tag();
        self.users.context.done(caller, message, document, position).etag(&tag)
    }
}
