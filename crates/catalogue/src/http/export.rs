//! `GET /api/v1/products/export`: products as a sheet that can be imported again, or as a line of JSON for each.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use domain::fields::Choice;
use domain::user::Role;
use domain::{Fields, Log, TenantId, UserId};
use futures_util::{Stream, stream};
use http_kit::{Caller, Failure, Query, Request, Right};
use serde_json::{Value, json};

use crate::App;
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
    const ALL: &'static [(&'static str, Self)] = &[("CSV", Self::Csv), ("JSONL", Self::JsonLines)];
}

impl ExportFormat {
    const fn headers(self) -> [&'static str; 2] {
        match self {
            Self::Csv => ["text/csv; charset=utf-8", "attachment; filename=\"products.csv\""],
            Self::JsonLines => {
                ["application/jsonl; charset=utf-8", "attachment; filename=\"products.jsonl\""]
            }
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
        json!({"format": "CSV"})
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
    let seller = (person.role != Role::Admin).then_some(person.user);
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let reply = app.context.reply("Products", ()).stale(fresh.is_stale());
    let place = ExportPlace { app, tenant: caller.tenant.clone(), seller, format, after: None };
    let mut response = reply.file_in_pieces(Arc::clone(&caller.correlation), place.pieces()).await?;
    let [content_type, disposition] = format.headers().map(HeaderValue::from_static);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_DISPOSITION, disposition);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// How far an export is.
struct ExportPlace {
    app: App,
    tenant: TenantId,
    /// Whose products; `None` for everybody's.
    seller: Option<UserId>,
    format: ExportFormat,
    /// The number of the last product written; `None` before the header.
    after: Option<u64>,
}

impl ExportPlace {
    /// The header, and then the products a portion at a time.
    fn pieces(self) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
        stream::try_unfold(self, async |mut place| {
            let piece = place.piece().await?;
            Ok(piece.map(|piece| (piece, place)))
        })
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, Failure> {
        let is_sheet = self.format == ExportFormat::Csv;
        let Some(after) = self.after else {
            self.after = Some(0);
            return Ok(Some(if is_sheet { csv_header()?.into() } else { Bytes::new() }));
        };
        let products = self.app.numbered_after(&self.tenant, self.seller, after).await?;
        let Some(last) = products.last() else { return Ok(None) };
        self.after = Some(last.details.id.number());
        let mut piece = Vec::new();
        for product in &products {
            let details = &product.details;
            piece.extend(if is_sheet { csv_row(details)? } else { json_line(details)? });
        }
        Ok(Some(piece.into()))
    }
}
