//! Lists of accounts, roles and statuses, and the recount of listings.

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::user::{Role, UserStatus};
use domain::{Fields, Log};
use http_kit::{Caller, Conditions, Failure, JsonObject, Page, Paging, Params, Reply, Right};

use super::{App, NoParams, subject};
use crate::queries::SORT_KEY;
use crate::queries::document::UserDocument;

type Listing = Result<Reply<Page<UserDocument>>, Failure>;

pub async fn list(State(app): State<App>, caller: Caller, uri: Uri) -> Listing {
    app.listed(&caller, &uri, "search").await
}

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
        let text = f.text(parameter, 1..=100);
        let paging = Paging::read(&mut f, 10, SORT_KEY);
        let paging = f.finish(paging)?;
        let freshness = self.users.kit.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let page = self.users.list(&caller.tenant, text.as_deref(), &paging).await?;
        let links = page.links(uri);
        Ok(self.users.kit.reply("Users", page).links(&links).stale(freshness.is_stale()))
    }
}

pub async fn change_role(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    caller.require(Right::Administer)?;
    let user = subject(&caller, &id)?;
    let mut f = Fields::new(&body.members);
    let role = f.choice::<Role>("role");
    let role = f.required("role", role);
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.change_role(&caller, user, f.finish(role)?, options).await?;
    Ok(app.changed(&caller, "Role changed", changed).await)
}

pub async fn change_status(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Reply<UserDocument>, Failure> {
    caller.require(Right::Administer)?;
    let user = subject(&caller, &id)?;
    let mut f = Fields::new(&body.members);
    let status = f.choice::<UserStatus>("status");
    let status = f.required("status", status);
    let options = conditions.options(&app.users.kit, &caller, &body.bytes, &user);
    let changed = app.users.change_status(&caller, user, f.finish(status)?, options).await?;
    Ok(app.changed(&caller, "Status changed", changed).await)
}

/// A body, such as clients of the earlier system send, is not read: only what happened counts.
pub async fn recount(
    State(app): State<App>,
    caller: Caller,
    _: NoParams,
    Path(id): Path<String>,
    conditions: Conditions,
) -> Result<Reply<UserDocument>, Failure> {
    caller.require(Right::Serve)?;
    let user = subject(&caller, &id)?;
    let options = conditions.options(&app.users.kit, &caller, &[], &user);
    let changed = app.users.recount(&app.status, &caller, user, options).await?;
    Ok(app.changed(&caller, "Listings counted", changed).await)
}
