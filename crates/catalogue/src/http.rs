//! The routes of the catalogue.

mod by_sku;
mod change;
pub(crate) mod create;
mod detail;
mod export;
mod import;
mod list;
mod purchase;
mod reserve;
mod views;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::product::{Product, ProductDetails, ProductDocument, ProductRejection};
use domain::{FieldErrors, Position, ProductId, TenantId, Version};
use http_kit::{Caller, Failure, Right};
use journal::{ExecuteError, UniqueKeys};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::surroundings::Surroundings;
use crate::{App, AppParts};

pub fn router(app: App) -> Router {
    routes().with_state(app).into()
}

/// All operations; each is documented at its handler.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create::create, list::list))
        .routes(routes!(by_sku::put))
        .routes(routes!(import::start))
        .routes(routes!(import::template))
        .routes(routes!(export::export))
        .routes(routes!(detail::get, change::put, change::patch, change::delete))
        .routes(routes!(purchase::purchase))
        .routes(routes!(reserve::reserve))
        .routes(routes!(reserve::release))
        .routes(routes!(views::stats))
        .routes(routes!(views::sync_stats))
        .routes(routes!(views::sync))
        .routes(routes!(views::of_product))
}

fn no_such_product() -> Failure {
    Failure::not_found("PRODUCT_NOT_FOUND", "there is no such product")
}

/// Parses the id in the path. A malformed id names no product.
fn product_id(Path(id): Path<String>) -> Result<ProductId, Failure> {
    id.parse().map_err(|_| no_such_product())
}

/// Another product has the SKU that the caller wants.
fn sku_taken(owner: &impl std::fmt::Display) -> Failure {
    Failure {
        fields: FieldErrors::one("sku", format!("belongs to product {owner}")),
        ..Failure::conflict("PRODUCT_ALREADY_EXISTS", "another product has this SKU")
    }
}

/// Maps a rejected command to the failure that clients receive.
fn refused(error: ExecuteError<ProductRejection>) -> Failure {
    let conflict = |code, reason: ProductRejection| Failure::conflict(code, reason.to_string());
    match error {
        ExecuteError::Rejected(ProductRejection::Unknown) => no_such_product(),
        ExecuteError::Rejected(ProductRejection::NoReservation) => {
            Failure::not_found("RESERVATION_NOT_FOUND", "there is no such reservation")
        }
        ExecuteError::Rejected(reason @ ProductRejection::NotOnSale(_)) => {
            conflict("PRODUCT_NOT_AVAILABLE", reason)
        }
        ExecuteError::Rejected(reason @ ProductRejection::OutOfStock { .. }) => Failure {
            fields: FieldErrors::one("quantity", reason.to_string()),
            ..conflict("OUT_OF_STOCK", reason)
        },
        ExecuteError::Rejected(reason @ ProductRejection::NotCounted) => {
            conflict("STOCK_NOT_COUNTED", reason)
        }
        ExecuteError::Rejected(reason @ ProductRejection::TooDear) => {
            Failure::invalid(FieldErrors::one("quantity", reason.to_string()))
        }
        ExecuteError::Taken { owner, .. } => sku_taken(&owner.id),
        other => http_kit::refused(other),
    }
}

impl AppParts {
    /// The keys that a product holds when it has this SKU.
    fn with_sku(&self, tenant: &TenantId, sku: &str) -> UniqueKeys {
        let key = self.context.aggregates.keys().unique_key(tenant, "sku", sku);
        UniqueKeys { take: vec![key], release_all: true }
    }

    /// Loads a product from the journal, so that what is shown is never older than what was answered before.
    async fn folded(&self, tenant: &TenantId, id: ProductId) -> Result<(ProductDetails, Version), Failure> {
        let (state, version) = self.context.aggregates.load::<Product>(tenant, id).await?;
        let details = state.details.filter(|_| !state.deleted).ok_or_else(no_such_product)?;
        Ok((details, version))
    }

    /// Refuses a product whose seller's account is suspended or closed, as if there were none. Its status is judged by its
    /// own rules.
    async fn for_sale(&self, caller: &Caller, id: ProductId) -> Result<(), Failure> {
        let (product, _) = self.folded(&caller.tenant, id).await?;
        let around = self.surroundings(&caller.tenant, &product).await?;
        if around.seller_absent { Err(no_such_product()) } else { Ok(()) }
    }

    /// Like [`Self::folded`], but only for a product that `caller` may change.
    async fn changeable(&self, caller: &Caller, id: ProductId) -> Result<ProductDetails, Failure> {
        caller.person()?;
        let (product, _) = self.folded(&caller.tenant, id).await?;
        caller.require(Right::Change(product.seller))?;
        Ok(product)
    }

    /// Answers a command with the product as it is now.
    async fn answer(
        &self,
        caller: &Caller,
        message: &'static str,
        (product, version): (&ProductDetails, Version),
        position: Option<Position>,
        status: StatusCode,
    ) -> Result<Response, Failure> {
        let Surroundings { popularity, .. } = self.surroundings(&caller.tenant, product).await?;
        let now = self.context.aggregates.clock().now();
        let document = ProductDocument::of(product, &popularity, now);
        let reply = self.context.done(caller, message, document, position);
        let reply = reply.etag(&etag(version, popularity.clicks));
        let reply = if status == StatusCode::CREATED {
            reply.created(&format!("/api/v1/products/{}", product.id))
        } else {
            reply
        };
        Ok(reply.into_response())
    }
}

/// The entity tag, `{version}-{views}`: only the version is compared by `If-Match`.
fn etag(version: Version, views: u64) -> String {
    format!("{version}-{views}")
}
