//! Changing and deleting products.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::product::{NullMeans, Product, ProductChanges, ProductCommand, ProductDocument};
use domain::{Fields, ProductId};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request};
use journal::{Options, UniqueKeys};
use serde_json::{Value, json};

use super::create::about_product;
use super::{no_such_product, product_id, refused};
use crate::{App, AppParts};

/// See [`PartialProduct`].
pub type PartialProductBody = Body<PartialProduct>;

/// The body of PUT: what is absent or null stays as it is.
pub struct PartialProduct(pub ProductChanges);

impl Request for PartialProduct {
    const NAME: &'static str = "PartialProduct";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        ProductChanges::read(f, NullMeans::Unchanged).map(Self)
    }

    fn about(member: &str) -> Option<&'static str> {
        about_product(member)
    }

    fn example() -> Value {
        json!({"name": "Wireless headphones, second edition", "price": 349.99})
    }
}

/// See [`ProductPatch`].
pub type ProductPatchBody = Body<ProductPatch>;

/// The body of PATCH, a merge patch (RFC 7396): what is absent stays as it is, null takes away.
pub struct ProductPatch(ProductChanges);

impl Request for ProductPatch {
    const NAME: &'static str = "ProductPatch";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        ProductChanges::read(f, NullMeans::Removed).map(Self)
    }

    fn about(member: &str) -> Option<&'static str> {
        about_product(member)
    }

    fn example() -> Value {
        json!({"attributes": {"color": "silver"}, "stock": 40})
    }
}

/// Changes a part of a product. What is absent or null stays as it is.
#[utoipa::path(
    put,
    path = "/api/v1/products/{id}",
    summary = "Change a part of a product",
    params(IdempotencyKey, IfMatch),
    request_body = PartialProductBody,
    responses(
        (status = 200, description = "The product as it is now", body = ApiResponse<ProductDocument<'static>>),
        (status = 409, description = "Another product has the SKU: `PRODUCT_ALREADY_EXISTS`"),
    ),
)]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: PartialProductBody,
) -> Result<Response, Failure> {
    let id = product_id(path)?;
    app.changeable(&caller, id).await?;
    nothing?;
    let PartialProduct(changes) = body.value?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    app.change(&caller, id, changes, options).await
}

/// Changes a part of a product by a merge patch.
#[utoipa::path(
    patch,
    path = "/api/v1/products/{id}",
    summary = "Merge changes into a product",
    params(IdempotencyKey, IfMatch),
    request_body = ProductPatchBody,
    responses(
        (status = 200, description = "The product as it is now", body = ApiResponse<ProductDocument<'static>>),
        (status = 409, description = "Another product has the SKU: `PRODUCT_ALREADY_EXISTS`"),
    ),
)]
pub async fn patch(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ProductPatchBody,
) -> Result<Response, Failure> {
    let id = product_id(path)?;
    app.changeable(&caller, id).await?;
    nothing?;
    let ProductPatch(changes) = body.value?;
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    app.change(&caller, id, changes, options).await
}

/// The query of a deletion.
pub struct Deletion {
    reason: String,
}

impl Request for Deletion {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let reason = f.text("reason", 1..=200);
        Some(Self { reason: reason.unwrap_or_else(|| "User requested deletion".to_owned()) })
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Why; kept with the event.")
    }
}

/// Takes a product out of the catalogue for good. Its number is not given again, its SKU is free.
#[utoipa::path(
    delete,
    path = "/api/v1/products/{id}",
    summary = "Take a product out of the catalogue",
    params(Query<Deletion>, IdempotencyKey, IfMatch),
    responses((status = 200, description = "Deleted", body = ApiResponse<String>)),
)]
pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(deletion): Query<Deletion>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let id = product_id(path)?;
    let options = conditions.options(&app.context, &caller, &[], &id);
    let stream = domain::StreamId::new(&caller.tenant, "product", id);
    // The repeat of a deletion finds nothing that it could change.
    if app.context.answered(&stream, options.idempotency.as_ref()).await?.is_none() {
        let by = caller.person()?.user;
        app.changeable(&caller, id).await?;
        let command = ProductCommand::Delete { by, reason: deletion?.reason };
        let options = options.unique(UniqueKeys::released());
        let done = app.context.execute::<Product>(&caller.actor(), id, command, options).await;
        let done = done.map_err(refused)?;
        let reply = app.context.done(&caller, "Product deleted", "Product deleted", done.position);
        return Ok(reply.into_response());
    }
    Ok(app.context.reply("Product deleted", "Product deleted").into_response())
}

impl AppParts {
    async fn change(
        &self,
        caller: &Caller,
        id: ProductId,
        changes: ProductChanges,
        options: Options,
    ) -> Result<Response, Failure> {
        let by = caller.person()?.user;
        let options = match changes.sku() {
            Some(sku) => options.unique(self.with_sku(&caller.tenant, sku)),
            None => options,
        };
        let command = ProductCommand::Update(changes, by);
        let done = self.context.execute::<Product>(&caller.actor(), id, command, options).await;
        let done = done.map_err(refused)?;
        let product = done.state.details.filter(|_| !done.state.deleted).ok_or_else(no_such_product)?;
        let product = (&product, done.version);
        self.answer(caller, "Product updated", product, done.position, StatusCode::OK).await
    }
}
