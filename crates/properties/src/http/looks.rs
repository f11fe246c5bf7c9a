//! Telling owners who was shown their contact.

use super::asked::ContactLookList;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::{Fields, Log, PropertyId};
use http_kit::docs::Query;
use http_kit::{Caller, Envelope, Failure, Page, Paging, Params};

use crate::App;
use crate::looks::ContactLook;

/// Which looks, and their page.
pub fn asked_list(f: &mut Fields<'_>) -> (Option<PropertyId>, Option<Paging>) {
    let property =
        f.parsed("propertyId", |id| id.parse::<PropertyId>().map_err(|_| "must be the id of a listing"));
    (property, Paging::read(f, 10, 2))
}

/// `GET /api/contact-looks`: of all the caller's homes, or of one.
#[utoipa::path(
    get,
    path = "/api/contact-looks",
    summary = "Who was shown the contact of your homes",
    params(Query<ContactLookList>),
    responses((status = 200, description = "The newest first", body = Envelope<Page<ContactLook>>)),
)]
pub async fn list(State(app): State<App>, caller: Caller, uri: Uri) -> Result<Response, Failure> {
    let owner = caller.person()?.user;
    let params = Params::read(&uri, &["propertyId", "page", "size", "cursor"])?;
    let mut fields = params.fields();
    let (property, paging) = asked_list(&mut fields);
    let paging = fields.finish(paging)?;
    // The looks are others' doing; what the homes are called is the caller's.
    let fresh = app.kit.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = app.contact_looks(&caller.tenant, (owner, property), &paging).await?;
    let links = page.links(&uri);
    Ok(app.kit.reply("Looks found", page).links(&links).stale(fresh.is_stale()).into_response())
}
