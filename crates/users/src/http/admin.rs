//! Lists of accounts, roles and statuses, and the recount of listings.

use super::asked::{RoleChangeBody, UserList, UserSearch, UserStatusChangeBody};
use axum::extract::{Path, State};
use axum::http::Uri;
use domain::fields::Choice;
use domain::user::{Role, UserStatus};
use domain::{Fields, Log};
use http_kit::Envelope;
use http_kit::docs::{IdempotencyKey, IfMatch, Query};
use http_kit::{Caller, Conditions, Failure, JsonObject, Page, Paging, Params, Reply, Right};

use super::{App, NoParams};
use crate::queries::SORT_KEY;
use crate::queries::document::UserDocument;

/// A text to look for, and which page of what contains it.
pub fn asked_page(f: &mut Fields<'_>, parameter: &'static str) -> (Option<String>, Option<Paging>) {
    (f.text(parameter, 1..=100), Paging::read(f, 10, SORT_KEY))
}

pub fn asked_choice<T: Choice>(f: &mut Fields<'_>, field: &str) -> Option<T> {
    let choice = f.choice::<T>(field);
    f.required(field, choice)
}

type Listing = Result<Reply<Page<UserDocument>>, Failure>;

#[utoipa::path(
    get,
    path = "/api/users",
    summary = "All accounts",
    params(Query<UserList>),
    responses((status = 200, description = "The newest accounts first", body = Envelope<Page<UserDocument>>)),
)]
pub async fn list(State(app): State<App>, caller: Caller, uri: Uri) -> Listing {
    app.listed(&caller, &uri, "search").await
}

#[utoipa::path(
    get,
    path = "/api/users/search",
    summary = "Find accounts",
    params(Query<UserSearch>),
    responses((status = 200, description = "The newest accounts first", body = Envelope<Page<UserDocument>>)),
)]
pub async fn search(State(app): State<App>, caller: Caller, uri: Uri) -> Listing {
    app.listed(&caller, &uri, "query").await
}

impl App {
    /// A page of accounts that contain the text of `parameter`, or of all.
    async fn listed(&self, caller: &Caller, uri: &Uri, parameter: &'static str) -> Listing {
        caller.require(Right::SeeAll)?;
        let [page, size, cursor] = Paging::PARAMS;
        let params = Params::read(uri, &[page, size, cursor, parameter])?;
        let mut f = params.fields();
        let (text, paging) = asked_page(&mut f, parameter);
        let paging = f.finish(paging)?;
        let freshness = self.users.kit.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let page = self.users.list(&caller.tenant, text.as_deref(), &paging).await?;
        caller
            .looks_at(
                &self.users.kit,
                page.content().iter().map(|user| user.id),
                &format!("GET {}", uri.path()),
            )
            .await?;
        let links = page.links(uri);
        Ok(self.users.kit.reply("Users", page).links(&links).stale(freshness.is_stale()))
    }
}

#[utoipa::path(
    patch,
    path = "/api/users/{id}/role",
    summary = "Give a person another role",
    params(IdempotencyKey, IfMatch),
    request_body = RoleChangeBody,
    responses(
        (status = 200, description = "The person as they are now", body = Envelope<UserDocument>),
        (status = 409, description = "It is your own"),
    ),
)]
pub async fn change_role(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    caller.require(Right::Administer)?;
    let user = caller.named(&id)?;
    let mut f = Fields::new(&body.members);
    let role = asked_choice::<Role>(&mut f, "role");
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.change_role(&caller, user, f.finish(role)?, options).await?;
    Ok(app.changed(&caller, "Role changed", changed).await)
}

#[utoipa::path(
    patch,
    path = "/api/users/{id}/status",
    summary = "Move an account to another status",
    params(IdempotencyKey, IfMatch),
    request_body = UserStatusChangeBody,
    responses(
        (status = 200, description = "The person as they are now", body = Envelope<UserDocument>),
        (status = 409, description = "It is your own, or that status cannot follow"),
    ),
)]
pub async fn change_status(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    caller.require(Right::Administer)?;
    let user = caller.named(&id)?;
    let mut f = Fields::new(&body.members);
    let status = asked_choice::<UserStatus>(&mut f, "status");
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.change_status(&caller, user, f.finish(status)?, options).await?;
    Ok(app.changed(&caller, "Status changed", changed).await)
}

/// A body, such as clients of the earlier system send, is not read: only what happened counts.
#[utoipa::path(
    post,
    path = "/api/users/{id}/property-count",
    summary = "Count a person's listings again",
    params(IdempotencyKey, IfMatch),
    responses(
        (status = 200, description = "The person as they are now", body = Envelope<UserDocument>),
        (status = 409, description = "The group that counts is paused, or the key is in use"),
    ),
)]
pub async fn recount(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
) -> Result<Reply<UserDocument>, Failure> {
    caller.require(Right::Serve)?;
    let user = caller.named(&id)?;
    let options = conditions.options(&app.users.kit, &caller, &[], &user);
    let changed = app.users.recount(&app.status, &caller, user, options).await?;
    Ok(app.changed(&caller, "Listings counted", changed).await)
}
