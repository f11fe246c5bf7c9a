//! A person's own past searches.

use axum::extract::{Path, State};
use axum::http::Uri;
use domain::{Fields, Log, Timestamp};
use http_kit::{ApiResponse, Caller, Category, Cursor, Failure, Page, Paging, Query, Reply, Request};

use crate::searches::{PastSearch, Person, SearchesApp};

/// Which page of the past searches is requested.
pub struct PastPart {
    paging: Paging,
    before: Option<(Timestamp, String)>,
}

impl Request for PastPart {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let paging = Paging::read(f, 20, 2)?;
        let before = paging.cursor.as_ref().and_then(place);
        if paging.cursor.is_some() && before.is_none() {
            f.wrong("cursor", "is not one of ours; take it from the page before");
        }
        Some(Self { paging, before })
    }
}

/// `GET /api/search/history/{userId}`: past searches, newest first. Open to the person (`me`) and to admins; an
/// admin's access is recorded.
#[utoipa::path(
    get,
    path = "/api/search/history/{userId}",
    summary = "A person's own past searches",
    params(Query<PastPart>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<PastSearch>>)),
)]
pub async fn history(
    State(site): State<SearchesApp>,
    caller: Caller,
    Path(user): Path<String>,
    Query(part): Query<PastPart>,
    uri: Uri,
) -> Result<Reply<Page<PastSearch>>, Failure> {
    let user = caller.named(&user)?;
    let context = &site.searches.context;
    caller.may_read_existing(context, (Category::Searches, user), "GET /api/search/history/{userId}").await?;
    let PastPart { paging, before } = part?;
    let fresh = context.wait_for_own(&site.status, &caller, &[Log::Activity]).await;
    let person = Person { store: &site.searches.store, tenant: &caller.tenant, user };
    let total = person.total().await.map_err(|error| Failure::unavailable(&error))?;
    let searches = person.page(&context.aggregates, before, paging.offset(), paging.size).await;
    let searches = searches.map_err(|error| Failure::unavailable(&error))?;
    let next = searches.last().map(|last| {
        let at = last.timestamp.micros();
        let id = last.id.clone();
        Cursor(vec![at.into(), id.into()])
    });
    let page = Page::new(&paging, searches, total, next.as_ref());
    let links = page.links(&uri);
    Ok(context.reply("Searches found", page).links(&links).stale(fresh.is_stale()))
}

fn place(Cursor(parts): &Cursor) -> Option<(Timestamp, String)> {
    let [at, id] = &parts[..] else { return None };
    Some((Timestamp::from_micros(at.as_i64()?), id.as_str()?.to_owned()))
}
