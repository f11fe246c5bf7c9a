//! Shows owners who was shown their contact.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::{Fields, Log, PropertyId};
use http_kit::{ApiResponse, Caller, Failure, Page, Paging, Query, Request};

use crate::App;
use crate::looks::ContactLook;

/// The query of `GET /api/contact-looks`: an optional listing, and paging.
pub struct ContactLookList {
    property: Option<PropertyId>,
    paging: Paging,
}

impl Request for ContactLookList {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let property =
            f.parsed("propertyId", |id| id.parse::<PropertyId>().map_err(|_| "must be the id of a listing"));
        Paging::read(f, 10, 2).map(|paging| Self { property, paging })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "propertyId").then_some("At the contact of this listing only.")
    }
}

/// `GET /api/contact-looks`: who was shown the contact of any of the caller's listings, or of one of them.
#[utoipa::path(
    get,
    path = "/api/contact-looks",
    summary = "Who was shown the contact of your homes",
    params(Query<ContactLookList>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<ContactLook>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<ContactLookList>,
    uri: Uri,
) -> Result<Response, Failure> {
    let owner = caller.person()?.user;
    let ContactLookList { property, paging } = list?;
    // Other people cause the looks. The caller's own writes only affect the listings' titles.
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = app.contact_looks(&caller.tenant, (owner, property), &paging).await?;
    let links = page.links(&uri);
    Ok(app.context.reply("Looks found", page).links(&links).stale(fresh.is_stale()).into_response())
}
