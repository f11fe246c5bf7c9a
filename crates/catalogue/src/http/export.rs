//! `GET /api/v1/products/export`: products as a sheet that can be imported again, or as a line of JSON for each.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use domain::fields::Choice;
use domain::user::Role;
use domain::{Fields, Log, TenantId};
use futures_util::{Stream, stream};
use http_kit::{Caller, Cursor, Failure, Paging, Query, Request, Right, body_in_pieces};
use serde_json::{Value, json};

use crate::App;
use crate::queries::StoredProduct;
use crate::queries::lists::{ProductList, Sort, SortBy};
use crate::written::{csv_header, csv_row, json_line};

/// The form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExportFormat {
    /// The columns of the template.
    #[default]
    Csv,
    /// A body of `POST /api/v1/products` in each line.
    JsonLines,
}

impl Choice for ExportFormat {
    const ALL: &'static [(&'static str, Self)] = &[("csv", Self::Csv), ("jsonl", Self::JsonLines)];
}

impl ExportFormat {
    const fn headers(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("text/csv; charset=utf-8", "attachment; filename=\"products.csv\""),
            Self::JsonLines => ("application/jsonl; charset=utf-8", "attachment; filename=\"products.jsonl\""),
        }
    }

    fn opening(self) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Csv => csv_header(),
            Self::JsonLines => Ok(Vec::new()),
        }
    }

    fn row(self, product: &StoredProduct) -> Result<Vec<u8>, Failure> {
        match self {
            Self::Csv => csv_row(&product.details),
            Self::JsonLines => json_line(&product.details),
        }
    }
}

/// The query of an export.
pub struct ProductExport {
    format: ExportFormat,
}

impl Request for ProductExport {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        Some(Self { format: f.choice("format").unwrap_or_default() })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("A sheet, or a line of JSON for each product. A sheet without it.")
    }

    fn example() -> Value {
        json!({"format": "csv"})
    }
}

/// The caller's own products, on sale or not; for administrators all. The sheet has the columns of the template, and
/// changes nothing when it is imported as it is.
#[utoipa::path(
    get,
    path = "/api/v1/products/export",
    summary = "Products as a sheet",
    params(Query<ProductExport>),
    responses((
        status = 200,
        description = "The products, in the order of their ids",
        content((String = "text/csv", example = json!("name,categories,price,sku\nBasmati rice,Groceries > Rice,1250,SAMPLE-RICE-5\n")),
            (String = "application/jsonl", example = json!("{\"name\":\"Basmati rice\",\"sku\":\"SAMPLE-RICE-5\"}\n"))),
    )),
)]
pub async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ProductExport>,
) -> Result<Response, Failure> {
    let person = caller.require(Right::Sell)?.person;
    let ProductExport { format } = query?;
    let list = if person.role == Role::Admin { ProductList::All } else { ProductList::Own(person.user) };
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let reply = app.context.reply("Products", ()).stale(fresh.is_stale());
    let (tenant, correlation) = (caller.tenant.clone(), Arc::clone(&caller.correlation));
    let pieces = pieces(app, tenant, list, format);
    let body = body_in_pieces(correlation, format.opening()?, pieces, Vec::new()).await?;
    Ok(as_file(reply.with_body(body), format))
}

fn as_file(mut response: Response<Body>, format: ExportFormat) -> Response {
    let (content_type, disposition) = format.headers();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
}

/// The rows, a portion at a time.
fn pieces(
    app: App,
    tenant: TenantId,
    list: ProductList,
    format: ExportFormat,
) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
    let sort = Sort { by: SortBy::CreatedAt, descending: false };
    let begin: Option<Option<Cursor>> = Some(None);
    stream::try_unfold(begin, move |after| {
        let (app, tenant) = (app.clone(), tenant.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let page = app.list(&tenant, list, sort, &Paging::portion(after)).await?;
            let (products, next) = page.into_content_and_next();
            let mut piece = Vec::new();
            for product in &products {
                piece.extend(format.row(product)?);
            }
            Ok(Some((piece.into(), next.map(Some))))
        }
    })
}
