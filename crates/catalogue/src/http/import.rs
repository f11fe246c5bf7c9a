//! Importing a sheet of products: `POST /api/v1/products/import`, and its template.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Caller, Conditions, Failure, Query, Right};
use sheet::StatedRow;
use sheet::import::{
    CheckOnly, ImportStarted, ImportTarget, PutMode, PutRow, RowWriter, SheetForm, csv_attachment,
};

use crate::App;
use crate::sheet::PRODUCTS;

#[async_trait]
impl RowWriter for App {
    async fn put(&self, caller: &Caller, row: &StatedRow, mode: PutMode<'_>) -> Result<PutRow, Failure> {
        let put = self.put_product(caller, &row.reference, row.members.clone(), mode).await?;
        let id = put.id.map(|id| id.to_string());
        Ok(PutRow { action: put.action, id, changed: put.changed, position: put.position })
    }
}

/// Imports a sheet of the caller's products as a job. Each row becomes a product or changes the one that has its SKU; a
/// row that is wrong stops no other. The columns are recognised by their names, or named by a map in TOML.
#[utoipa::path(
    post,
    path = "/api/v1/products/import",
    summary = "Import a sheet of products",
    params(Query<CheckOnly>, IdempotencyKey),
    request_body(content(
        (SheetForm = "multipart/form-data"),
        (String = "text/csv", example = json!("name,categories,price,sku\nBasmati rice,Groceries > Rice,1250,SAMPLE-RICE-5\n")),
    )),
    responses(
        (status = 202, description = "It is at work: see `Location`", body = ApiResponse<ImportStarted<'static>>),
        (status = 409, description = "A sheet of the caller is at work already, or the key is in use"),
        (status = 413, description = "The sheet is larger than 5 MB"),
        (status = 415, description = "It is neither a form nor CSV"),
    ),
)]
pub async fn start(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<CheckOnly>,
    conditions: Conditions,
    request: Request,
) -> Result<Response, Failure> {
    caller.require(Right::Sell)?;
    let CheckOnly { check } = query?;
    let (context, imports) = (app.context.clone(), app.imports.clone());
    let target = ImportTarget { context, imports, kind: &PRODUCTS, writer: Arc::new(app) };
    target.start(caller, check, conditions, request).await
}

/// A sheet with a column for each field of a product, and a few products as examples.
#[utoipa::path(
    get,
    path = "/api/v1/products/import/template",
    summary = "A sheet of products to fill in",
    responses((status = 200, description = "The sheet", body = String, content_type = "text/csv",
        example = json!("name,categories,price,sku\nBasmati rice,Groceries > Rice,1250,SAMPLE-RICE-5\n"))),
)]
pub async fn template(Query(nothing): Query<()>) -> Result<Response, Failure> {
    nothing?;
    let text = Bytes::from(sheet::template(&PRODUCTS));
    Ok(csv_attachment("products-template.csv", text, "public, max-age=3600"))
}
