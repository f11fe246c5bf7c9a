//! Lists of accounts, role and status changes, and the recount of listings.

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::user::{Role, UserStatus};
use domain::{Fields, Log};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Page, Paging, Query, Reply, Request, Right};
use serde_json::{Value, json};

use super::App;
use crate::queries::SORT_KEY;
use crate::queries::document::UserDocument;

/// A text to search for, and the page of results.
struct PeopleFilter {
    text: Option<String>,
    paging: Paging,
}

impl PeopleFilter {
    fn read(f: &mut Fields<'_>, parameter: &str) -> Option<Self> {
        let text = f.text(parameter, 1..=100);
        Paging::read(f, 10, SORT_KEY).map(|paging| Self { text, paging })
    }
}

/// The query of the list of accounts.
pub struct UserList(PeopleFilter);

impl Request for UserList {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        PeopleFilter::read(f, "search").map(Self)
    }

    fn example() -> Value {
        json!({"size": 5})
    }
}

/// The query of a search for accounts.
pub struct UserSearch(PeopleFilter);

impl Request for UserSearch {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        PeopleFilter::read(f, "query").map(Self)
    }

    fn example() -> Value {
        json!({"query": "ravi"})
    }
}

type Listing = Result<Reply<Page<UserDocument>>, Failure>;

#[utoipa::path(
    get,
    path = "/api/users",
    summary = "All accounts",
    params(Query<UserList>),
    responses((status = 200, description = "The newest accounts first", body = ApiResponse<Page<UserDocument>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<UserList>,
    uri: Uri,
) -> Listing {
    app.listed(&caller, wanted.map(|UserList(wanted)| wanted), &uri).await
}

#[utoipa::path(
    get,
    path = "/api/users/search",
    summary = "Find accounts",
    params(Query<UserSearch>),
    responses((status = 200, description = "The newest accounts first", body = ApiResponse<Page<UserDocument>>)),
)]
pub async fn search(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<UserSearch>,
    uri: Uri,
) -> Listing {
    app.listed(&caller, wanted.map(|UserSearch(wanted)| wanted), &uri).await
}

impl App {
    /// A page of the accounts that contain a text, or of all accounts.
    async fn listed(
        &self,
        caller: &Caller,
        wanted: Result<PeopleFilter, impl Into<Failure>>,
        uri: &Uri,
    ) -> Listing {
        caller.require(Right::SeeAll)?;
        let PeopleFilter { text, paging } = wanted.map_err(Into::into)?;
        let freshness = self.users.context.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let page = self.users.list(&caller.tenant, text.as_deref(), &paging).await?;
        caller
            .looks_at(
                &self.users.context,
                page.content().iter().map(|user| user.id),
                &format!("GET {}", uri.path()),
            )
            .await?;
        let links = page.links(uri);
        Ok(self.users.context.reply("Users", page).links(&links).stale(freshness.is_stale()))
    }
}

/// See [`RoleChange`].
pub type RoleChangeBody = Body<RoleChange>;

/// The body of a change of role.
pub struct RoleChange {
    role: Role,
}

impl Request for RoleChange {
    const NAME: &'static str = "RoleChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let role = f.choice("role");
        f.required("role", role).map(|role| Self { role })
    }

    fn example() -> Value {
        json!({"role": "AGENT"})
    }
}

#[utoipa::path(
    patch,
    path = "/api/users/{id}/role",
    summary = "Give a person another role",
    params(IdempotencyKey, IfMatch),
    request_body = RoleChangeBody,
    responses(
        (status = 200, description = "The person as they are now", body = ApiResponse<UserDocument>),
        (status = 409, description = "It is your own"),
    ),
)]
pub async fn change_role(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
    conditions: Conditions,
    body: RoleChangeBody,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    caller.require(Right::Administer)?;
    let user = caller.named(&id)?;
    let RoleChange { role } = body.value?;
    let options = conditions.options(&app.users.context, &caller, &body.bytes, &user);
    let changed = app.users.change_role(&caller, user, role, options).await?;
    Ok(app.changed(&caller, "Role changed", changed).await)
}

/// See [`UserStatusChange`].
pub type UserStatusChangeBody = Body<UserStatusChange>;

/// The body of a change of status.
pub struct UserStatusChange {
    status: UserStatus,
}

impl Request for UserStatusChange {
    const NAME: &'static str = "UserStatusChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let status = f.choice("status");
        f.required("status", status).map(|status| Self { status })
    }

    fn example() -> Value {
        json!({"status": "SUSPENDED"})
    }
}

#[utoipa::path(
    patch,
    path = "/api/users/{id}/status",
    summary = "Move an account to another status",
    params(IdempotencyKey, IfMatch),
    request_body = UserStatusChangeBody,
    responses(
        (status = 200, description = "The person as they are now", body = ApiResponse<UserDocument>),
        (status = 409, description = "It is your own, or that status cannot follow"),
    ),
)]
pub async fn change_status(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
    conditions: Conditions,
    body: UserStatusChangeBody,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    caller.require(Right::Administer)?;
    let user = caller.named(&id)?;
    let UserStatusChange { status } = body.value?;
    let options = conditions.options(&app.users.context, &caller, &body.bytes, &user);
    let changed = app.users.change_status(&caller, user, status, options).await?;
    Ok(app.changed(&caller, "Status changed", changed).await)
}

/// A request body, as sent by clients of the earlier system, is ignored: the count is taken from the events.
#[utoipa::path(
    post,
    path = "/api/users/{id}/property-count",
    summary = "Count a person's listings again",
    params(IdempotencyKey, IfMatch),
    responses(
        (status = 200, description = "The person as they are now", body = ApiResponse<UserDocument>),
        (status = 409, description = "The group that counts is paused, or the key is in use"),
    ),
)]
pub async fn recount(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
    conditions: Conditions,
) -> Result<Reply<UserDocument>, Failure> {
    nothing?;
    caller.require(Right::Serve)?;
    let user = caller.named(&id)?;
    let options = conditions.options(&app.users.context, &caller, &[], &user);
    let changed = app.users.recount(&app.status, &caller, user, options).await?;
    Ok(app.changed(&caller, "Listings counted", changed).await)
}
