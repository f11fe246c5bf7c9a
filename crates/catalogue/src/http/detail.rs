//! `GET /api/v1/products/{id}`: a product. It is read from the journal, so nobody sees one that was changed or deleted
//! before; only its counts come from the read model.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::Fields;
use domain::product::{ProductDetails, ProductDocument, ProductStatus};
use domain::user::Role;
use http_kit::docs::IfNoneMatch;
use http_kit::{ApiResponse, Caller, ClientTags, Failure, Query, Request};

use super::{etag, no_such_product, product_id};
use crate::App;

/// What clients of the earlier system send, and nobody reads: who looks is in the token.
pub struct IdentityParameters;

impl Request for IdentityParameters {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        for name in ["userId", "sessionId"] {
            f.asks(name, || domain::fields::MemberKind::Text(0..=200));
        }
        Some(Self)
    }

    fn about(_: &str) -> Option<&'static str> {
        Some("Ignored; clients of the earlier system send it.")
    }
}

/// A product. The visit is counted.
#[utoipa::path(
    get,
    path = "/api/v1/products/{id}",
    summary = "A product",
    params(Query<IdentityParameters>, IfNoneMatch),
    responses((status = 200, description = "The product", body = ApiResponse<ProductDocument<'static>>)),
)]
pub async fn get(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(ignored): Query<IdentityParameters>,
    held: ClientTags,
) -> Result<Response, Failure> {
    let id = product_id(path)?;
    ignored?;
    let (product, version) = app.folded(&caller.tenant, id).await?;
    let around = app.surroundings(&caller.tenant, &product).await?;
    let is_public = product.status == ProductStatus::Active && !around.seller_absent;
    if !is_public && !is_insider(&caller, &product) {
        return Err(no_such_product());
    }
    app.visits.note(&app.context, &caller, &product).await?;
    let now = app.context.aggregates.clock().now();
    let document = ProductDocument::of(&product, &around.popularity, now);
    let tag = etag(version, around.popularity.clicks);
    Ok(app.context.reply("Product found", document).etag(&tag).unless(&held).into_response())
}

/// Whether `caller` is the product's seller or staff.
fn is_insider(caller: &Caller, product: &ProductDetails) -> bool {
    caller.signed_in.is_some_and(|person| {
        person.user == product.seller || matches!(person.role, Role::Admin | Role::Moderator | Role::Support)
    })
}
