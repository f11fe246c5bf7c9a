//! `POST /api/v1/products/{id}/purchase`: buys some of a product. Never more are sold than there are.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::aggregate::Aggregate as _;
use domain::product::stock::MOST_AT_ONCE;
use domain::product::{Currency, Product, ProductCommand, ProductEvent};
use domain::{Fields, Paise, ProductId, StreamId, Timestamp};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request};
use journal::{Appended, ExecuteError};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{product_id, refused};
use crate::{App, AppParts};

/// See [`PurchaseRequest`].
pub type PurchaseBody = Body<PurchaseRequest>;

/// The body of a purchase.
pub struct PurchaseRequest {
    quantity: u64,
    order: Option<String>,
}

impl Request for PurchaseRequest {
    const NAME: &'static str = "PurchaseRequest";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let quantity = quantity(f);
        let order = f.parsed("orderId", order_id);
        Some(Self { quantity: quantity?, order })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "orderId").then_some("What the buyer's client calls the order; made up without it.")
    }

    fn example() -> Value {
        json!({"quantity": 2, "orderId": "order-1001"})
    }
}

/// How many; required.
pub fn quantity(f: &mut Fields<'_>) -> Option<u64> {
    let quantity = f.whole("quantity", 1..=MOST_AT_ONCE.cast_signed());
    f.required("quantity", quantity).map(i64::unsigned_abs)
}

fn order_id(text: &str) -> Result<String, &'static str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
    if text.len() <= 64 && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err("must be at most 64 letters, digits and - _ . :")
    }
}

/// A purchase.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Purchase {
    product_id: ProductId,
    sku: String,
    order_id: String,
    quantity: u64,
    unit_price: Paise,
    total_price: Paise,
    currency: Currency,
    purchased_at: Timestamp,
}

/// Buys some. Without enough of them it is 409 `OUT_OF_STOCK`. The buyer's own reservation is used up.
#[utoipa::path(
    post,
    path = "/api/v1/products/{id}/purchase",
    summary = "Buy a product",
    params(IdempotencyKey, IfMatch),
    request_body = PurchaseBody,
    responses(
        (status = 201, description = "The purchase", body = ApiResponse<Purchase>),
        (status = 409, description = "Not enough are left, or the product is not on sale"),
    ),
)]
pub async fn purchase(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: PurchaseBody,
) -> Result<Response, Failure> {
    let buyer = caller.person()?.user;
    let id = product_id(path)?;
    nothing?;
    let PurchaseRequest { quantity, order } = body.value?;
    app.for_sale(&caller, id).await?;
    let order = order.unwrap_or_else(|| app.context.aggregates.fresh().to_string());
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let command = ProductCommand::Purchase { buyer, quantity, order };
    let appended = {
        let _turn = app.turn(id).await;
        match app.context.aggregates.execute::<Product>(&caller.actor(), id, command, options).await {
            Ok(done) => done.position.map(|position| Appended { version: done.version, position }),
            Err(ExecuteError::Replayed(first)) => Some(first.appended),
            Err(error) => return Err(refused(error)),
        }
    };
    let nothing = || Failure::unavailable(&"a purchase has no event");
    let appended = appended.ok_or_else(nothing)?;
    let purchase = app.purchased(&caller, id, appended).await?.ok_or_else(nothing)?;
    let reply = app.context.done(&caller, "Product purchased", purchase, Some(appended.position));
    Ok(reply.created(&format!("/api/v1/products/{id}")).into_response())
}

impl AppParts {
    /// The purchase that an append recorded: its event, and the one about the stock after it.
    async fn purchased(
        &self,
        caller: &Caller,
        id: ProductId,
        appended: Appended,
    ) -> Result<Option<Purchase>, Failure> {
        let stream = StreamId::new(&caller.tenant, Product::TYPE, id);
        let aggregates = &self.context.aggregates;
        // The events of an append follow one another.
        let before = appended.position.at(appended.position.seq.saturating_sub(2));
        let events = aggregates.journal().read_after(before, 2).await?;
        let mut found = None;
        for envelope in events.iter().filter(|event| event.stream == stream) {
            if let ProductEvent::Purchased {
                product_id,
                sku,
                user_id,
                order_id,
                quantity,
                unit_price,
                total_price,
                currency,
                purchased_at,
                ..
            } = aggregates.decode::<ProductEvent>(envelope)?
                && Some(user_id) == caller.user()
            {
                found = Some(Purchase {
                    product_id,
                    sku,
                    order_id,
                    quantity,
                    unit_price,
                    total_price,
                    currency,
                    purchased_at,
                });
            }
        }
        Ok(found)
    }
}
