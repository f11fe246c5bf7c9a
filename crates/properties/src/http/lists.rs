//! Lists of listings. Each list waits, for a limited time, until the reader's own writes are visible.

use crate::document::Document;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::fields::MemberKind;
use domain::{Fields, Log, UserId};
use http_kit::{
    ApiResponse, Caller, Failure, FirstHomes, INCLUDE_FAVOURITE, Page, Paging, Query, Request,
    include_favourite,
};
use serde_json::{Value, json};

use crate::App;
use crate::queries::lists::{HomeList, NEWEST, SentHome, Sort, SortBy};

/// The query of a list of listings: paging and sort order.
pub struct ListingList {
    paging: Paging,
    /// Newest first by default.
    sort: Sort,
    is_sorted: bool,
    /// Whether each listing says whether the caller saved it.
    with_favourites: bool,
}

impl Request for ListingList {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("sortBy", || MemberKind::Choice(SortBy::WORDS.iter().map(|(word, _)| *word).collect()));
        f.asks("sortDir", || MemberKind::Choice(vec!["asc", "desc"]));
        let is_sorted = ["sort", "sortBy", "sortDir"].iter().any(|name| f.raw(name).is_some());
        let sort = sort(f);
        let paging = Paging::read(f, 10, 2);
        let with_favourites = include_favourite(f);
        Some(Self { paging: paging?, sort: sort?, is_sorted, with_favourites })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "sort" => "Instead of `sortBy` and `sortDir`: `price`, or `-price` for the dearest first.",
            "include" => INCLUDE_FAVOURITE,
            _ => return None,
        })
    }

    fn example() -> Value {
        json!({"size": 5, "sortBy": "price", "sortDir": "asc"})
    }
}

/// Reads the sort order: `sortBy=price&sortDir=asc`, or `sort=-price`.
fn sort(fields: &mut Fields<'_>) -> Option<Sort> {
    let short = fields.text("sort", 1..=40);
    let (field, named, descending) = if let Some(text) = &short {
        ("sort", text.trim_start_matches('-').to_owned(), text.starts_with('-'))
    } else {
        let direction = fields.text("sortDir", 1..=10).unwrap_or_else(|| "desc".into()).to_lowercase();
        if !["asc", "desc"].contains(&direction.as_str()) {
            fields.wrong("sortDir", "must be asc or desc");
        }
        let named = fields.text("sortBy", 1..=40).unwrap_or_else(|| "createdAt".into());
        ("sortBy", named, direction == "desc")
    };
    let found = SortBy::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&named));
    if found.is_none() {
        fields.wrong(field, "must be one of createdAt, price, areaSqft");
    }
    found.map(|(_, by)| Sort { by: *by, descending })
}

impl App {
    async fn answer(
        &self,
        caller: &Caller,
        list: HomeList,
        asked: &ListingList,
        uri: &Uri,
    ) -> Result<Response, Failure> {
        let fresh = self.context.wait_for_own(&self.status, caller, &[Log::Facts]).await;
        let mut page = self.list(&caller.tenant, list, asked.sort, &asked.paging).await?;
        self.mark(caller, asked.with_favourites, &mut page).await?;
        let links = page.links(uri);
        Ok(self.context.reply("Properties found", page).links(&links).stale(fresh.is_stale()).into_response())
    }

    /// Says of each home whether the caller saved it, if that `is_asked`.
    async fn mark(&self, caller: &Caller, is_asked: bool, page: &mut Page<SentHome>) -> Result<(), Failure> {
        if let Some(favourites) = self.context.favourites(caller, is_asked).await? {
            for home in page.content_mut() {
                home.mark(&favourites);
            }
        }
        Ok(())
    }
}

/// `GET /api/properties`: all listings on the market.
#[utoipa::path(
    get,
    path = "/api/properties",
    summary = "All homes on the market",
    params(Query<ListingList>),
    responses((status = 200, description = "A page of listings", body = ApiResponse<Page<Document<'static>>>)),
)]
pub async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<ListingList>,
    uri: Uri,
) -> Result<Response, Failure> {
    app.answer(&caller, HomeList::Market, &list?, &uri).await
}

/// `GET /api/properties/featured`: featured listings on the market.
#[utoipa::path(
    get,
    path = "/api/properties/featured",
    summary = "Featured homes",
    params(Query<ListingList>),
    responses((status = 200, description = "A page of listings", body = ApiResponse<Page<Document<'static>>>)),
)]
pub async fn featured(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<ListingList>,
    uri: Uri,
) -> Result<Response, Failure> {
    app.answer(&caller, HomeList::Featured, &list?, &uri).await
}

/// `GET /api/properties/recent`: the newest listings, as an array.
#[utoipa::path(
    get,
    path = "/api/properties/recent",
    summary = "The newest homes",
    params(Query<FirstHomes<10>>),
    responses(
        (status = 200, description = "The newest, as an array", body = ApiResponse<Vec<Document<'static>>>),
    ),
)]
pub async fn recent(
    State(app): State<App>,
    caller: Caller,
    Query(first): Query<FirstHomes<10>>,
) -> Result<Response, Failure> {
    let FirstHomes { paging, with_favourites } = first?;
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let mut page = app.list(&caller.tenant, HomeList::Market, NEWEST, &paging).await?;
    app.mark(&caller, with_favourites, &mut page).await?;
    Ok(app.context.reply("Recent properties", page.into_content()).stale(fresh.is_stale()).into_response())
}

/// `GET /api/properties/my-properties`: the caller's own listings in every status except removed.
#[utoipa::path(
    get,
    path = "/api/properties/my-properties",
    summary = "The caller's own listings",
    params(Query<ListingList>),
    responses((status = 200, description = "A page of listings", body = ApiResponse<Page<Document<'static>>>)),
)]
pub async fn own(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<ListingList>,
    uri: Uri,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    app.answer(&caller, HomeList::Kept(user), &list?, &uri).await
}

/// `GET /api/properties/user/{userId}` and `GET /api/users/{id}/properties`: a person's listings on the market.
#[utoipa::path(
    get,
    path = "/api/properties/user/{userId}",
    summary = "A person's homes on the market",
    params(Query<ListingList>),
    responses((status = 200, description = "A page of listings", body = ApiResponse<Page<Document<'static>>>)),
)]
pub async fn of_person(
    State(app): State<App>,
    caller: Caller,
    Path(user): Path<String>,
    Query(list): Query<ListingList>,
    uri: Uri,
) -> Result<Response, Failure> {
    let list = list?;
    let unknown = |_| Failure::no_such_person();
    let user: UserId = if user == "me" { caller.person()?.user } else { user.parse().map_err(unknown)? };
    app.answer(&caller, HomeList::MarketOf(user), &list, &uri).await
}

/// `GET /api/properties/favorites`: the listings the caller saved, most recently saved first.
#[utoipa::path(
    get,
    path = "/api/properties/favorites",
    summary = "Homes the caller saved",
    params(Query<ListingList>),
    responses((status = 200, description = "A page of listings", body = ApiResponse<Page<Document<'static>>>)),
)]
pub async fn favourites(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<ListingList>,
    uri: Uri,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    let mut list = list?;
    if !list.is_sorted {
        list.sort = Sort { by: SortBy::SavedAt, descending: true };
    }
    app.answer(&caller, HomeList::Saved(user), &list, &uri).await
}
