//! `GET /api/v1/products`: the products on sale, or the caller's own.

use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::fields::MemberKind;
use domain::product::ProductDocument;
use domain::{Fields, Log};
use http_kit::{ApiResponse, Caller, Failure, Paging, Query, Request};
use serde_json::{Value, json};

use crate::App;
use crate::queries::lists::{ProductList, Sort, SortBy};

/// The query of the list: paging, order, and whose products.
pub struct ProductListQuery {
    paging: Paging,
    sort: Sort,
    is_own: bool,
}

impl Request for ProductListQuery {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        f.asks("sortBy", || MemberKind::Choice(SortBy::WORDS.iter().map(|(word, _)| *word).collect()));
        f.asks("sortDir", || MemberKind::Choice(vec!["asc", "desc"]));
        let named = f.text("sortBy", 1..=40).unwrap_or_else(|| "createdAt".to_owned());
        let by = SortBy::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(&named)).map(|(_, by)| *by);
        if by.is_none() {
            let words: Vec<_> = SortBy::WORDS.iter().map(|(word, _)| *word).collect();
            f.wrong("sortBy", format!("must be one of {}", words.join(", ")));
        }
        let direction = f.text("sortDir", 1..=10).unwrap_or_else(|| "desc".to_owned()).to_lowercase();
        if !["asc", "desc"].contains(&direction.as_str()) {
            f.wrong("sortDir", "must be asc or desc");
        }
        let is_own = f.flag("mine").unwrap_or_default();
        let paging = Paging::read(f, 20, 2);
        let sort = Sort { by: by?, descending: direction == "desc" };
        Some(Self { paging: paging?, sort, is_own })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "mine").then_some("The caller's own, on sale or not, in the order of their ids.")
    }

    fn example() -> Value {
        json!({"size": 5, "sortBy": "price", "sortDir": "asc"})
    }
}

/// The products on sale, newest first. `X-Total-Count` has their number, `Link` the pages around this one.
#[utoipa::path(
    get,
    path = "/api/v1/products",
    summary = "All products on sale",
    params(Query<ProductListQuery>),
    responses((
        status = 200,
        description = "A page of products; the headers `Link` and `X-Total-Count` say where it is",
        body = ApiResponse<Vec<ProductDocument<'static>>>,
    )),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ProductListQuery>,
    uri: Uri,
) -> Result<Response, Failure> {
    let ProductListQuery { paging, sort, is_own } = query?;
    let list = if is_own { ProductList::Own(caller.person()?.user) } else { ProductList::OnSale };
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let page = app.list(&caller.tenant, list, sort, &paging).await?;
    let (links, total) = (page.links(&uri), page.total());
    let now = app.context.aggregates.clock().now();
    let products: Vec<_> = page.content().iter().map(|product| product.document(now)).collect();
    let reply = app.context.reply("Products found", products).links(&links).total_count(total);
    Ok(reply.stale(fresh.is_stale()).into_response())
}
