//! Reserving a part of a product's stock for a while.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::product::stock::{LONGEST_RESERVATION, MOST_UNCONFIRMED, USUAL_RESERVATION};
use domain::product::{Product, ProductCommand};
use domain::{Fields, ProductId, ReservationId, Timestamp};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{product_id, purchase, refused};
use crate::App;

/// See [`ReservationRequest`].
pub type ReservationBody = Body<ReservationRequest>;

/// The body of a reservation.
pub struct ReservationRequest {
    quantity: u64,
    minutes: i64,
}

impl Request for ReservationRequest {
    const NAME: &'static str = "ReservationRequest";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let quantity = purchase::quantity(f);
        let minutes = f.whole("minutes", 1..=LONGEST_RESERVATION).unwrap_or(USUAL_RESERVATION);
        Some(Self { quantity: quantity?, minutes })
    }

    fn about(member: &str) -> Option<&'static str> {
        (member == "minutes").then_some("For how long; 15 without it.")
    }

    fn example() -> Value {
        json!({"quantity": 1, "minutes": 10})
    }
}

/// A reservation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ProductReservation)]
pub struct ReservationDocument {
    id: ReservationId,
    product_id: ProductId,
    quantity: u64,
    /// From then on it is void.
    expires_at: Timestamp,
}

/// Holds some for the caller until they buy them, or until the time is over. An earlier reservation of theirs is replaced.
/// Somebody who has not confirmed their e-mail address reserves at most five, for 15 minutes.
#[utoipa::path(
    post,
    path = "/api/v1/products/{id}/reservations",
    summary = "Reserve a part of the stock",
    params(IdempotencyKey, IfMatch),
    request_body = ReservationBody,
    responses(
        (status = 201, description = "The reservation", body = ApiResponse<ReservationDocument>),
        (status = 409, description = "Not enough are left, or nobody counts them"),
    ),
)]
pub async fn reserve(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: ReservationBody,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    let product = product_id(path)?;
    nothing?;
    let ReservationRequest { quantity, minutes } = body.value?;
    // Accounts without an address of somebody cost nothing, and could keep a whole stock from everybody.
    if quantity > MOST_UNCONFIRMED || minutes > USUAL_RESERVATION {
        caller.confirmed(&app.context).await?;
    }
    app.for_sale(&caller, product).await?;
    let id: ReservationId = app.context.aggregates.fresh().into();
    let options = conditions.options(&app.context, &caller, &body.bytes, &product);
    let command = ProductCommand::Reserve { id, user, quantity, minutes };
    let done = {
        let _turn = app.turn(product).await;
        app.context.execute::<Product>(&caller.actor(), product, command, options).await.map_err(refused)?
    };
    let gone = || Failure::not_found("RESERVATION_NOT_FOUND", "the reservation is used up or over");
    let details = done.state.details.ok_or_else(gone)?;
    let now = app.context.aggregates.clock().now();
    let held = details.stock.held_by(user, now).ok_or_else(gone)?;
    let document = ReservationDocument {
        id: held.id,
        product_id: product,
        quantity: held.quantity,
        expires_at: held.expires_at,
    };
    let location = format!("/api/v1/products/{product}/reservations/{}", held.id);
    Ok(app.context.done(&caller, "Reserved", document, done.position).created(&location).into_response())
}

/// Gives a reservation back before its time is over.
#[utoipa::path(
    delete,
    path = "/api/v1/products/{id}/reservations/{reservation}",
    summary = "Give a reservation back",
    params(IdempotencyKey, IfMatch),
    responses((status = 204, description = "Given back")),
)]
pub async fn release(
    State(app): State<App>,
    caller: Caller,
    Path((product, reservation)): Path<(String, String)>,
    Query(nothing): Query<()>,
    conditions: Conditions,
) -> Result<Response, Failure> {
    let user = caller.person()?.user;
    let product = product_id(Path(product))?;
    let unknown = |_| Failure::not_found("RESERVATION_NOT_FOUND", "there is no such reservation");
    let reservation: ReservationId = reservation.parse().map_err(unknown)?;
    nothing?;
    let options = conditions.options(&app.context, &caller, &[], &product);
    let command = ProductCommand::Release(reservation, user);
    let done = app.context.execute::<Product>(&caller.actor(), product, command, options).await;
    let done = done.map_err(refused)?;
    Ok(app.context.done(&caller, "Given back", (), done.position).empty().into_response())
}
