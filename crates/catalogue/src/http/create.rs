//! `POST /api/v1/products`: puts a product into the catalogue.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use domain::product::{Product, ProductCommand, ProductDocument, ProductDraft, ProductRejection};
use domain::{Fields, ProductId};
use http_kit::docs::IdempotencyKey;
use http_kit::{ApiResponse, Body, Caller, Conditions, Failure, Query, Request, Right};
use journal::{ExecuteError, Executed, Options};
use serde_json::{Value, json};

use super::{no_such_product, refused};
use crate::{App, AppParts};

/// See [`NewProduct`].
pub type NewProductBody = Body<NewProduct>;

/// The body of `POST /api/v1/products`.
pub struct NewProduct(pub ProductDraft);

impl Request for NewProduct {
    const NAME: &'static str = "NewProduct";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        ProductDraft::read(f).map(Self)
    }

    fn about(member: &str) -> Option<&'static str> {
        about_product(member)
    }

    fn example() -> Value {
        json!({"name": "Wireless headphones", "description": "They keep noise out.",
            "categories": ["Electronics", "Audio", "Headphones"], "price": 299.99, "sku": "SAMPLE-WH-1",
            "attributes": {"color": "black", "battery_life": "30 hours"},
            "images": ["https://example.com/headphones.jpg"], "stock": 25})
    }
}

/// Describes a product's fields for the API documentation.
pub fn about_product(member: &str) -> Option<&'static str> {
    Some(match member {
        "categories" => "From the widest to the narrowest.",
        "price" => "Of one, in major units of the currency; at most two decimals.",
        "sku" => "Letters, digits, `-` and `_`; written in capitals. Unique in the tenant.",
        "attributes" => "Names and values, such as `color`.",
        "images" => "Addresses of images.",
        "stock" => "How many there are. Without it, nobody counts them, and any number can be bought.",
        _ => return None,
    })
}

/// How many numbers are tried: others may create products at the same time, in other processes, too.
const ATTEMPTS: usize = 1000;

/// Puts a product into the catalogue. It belongs to the caller.
#[utoipa::path(
    post,
    path = "/api/v1/products",
    summary = "Put a product into the catalogue",
    params(IdempotencyKey),
    request_body = NewProductBody,
    responses(
        (status = 201, description = "The product", body = ApiResponse<ProductDocument<'static>>),
        (status = 409, description = "Another product has the SKU: `PRODUCT_ALREADY_EXISTS`"),
    ),
)]
pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: NewProductBody,
) -> Result<Response, Failure> {
    caller.require(Right::Sell)?;
    nothing?;
    let NewProduct(draft) = body.value?;
    let options = |id: &ProductId| conditions.options(&app.context, &caller, &body.bytes, id);
    let done = app.create(&caller, &draft, options).await?.map_err(refused)?;
    let product = done.state.details.ok_or_else(no_such_product)?;
    let product = (&product, done.version);
    app.answer(&caller, "Product created", product, done.position, StatusCode::CREATED).await
}

impl AppParts {
    /// Creates a product under the next free number. Fails when there is no number, and otherwise says how the
    /// command ended.
    pub async fn create(
        &self,
        caller: &Caller,
        draft: &ProductDraft,
        options: impl Fn(&ProductId) -> Options,
    ) -> Result<Result<Executed<Product>, ExecuteError<ProductRejection>>, Failure> {
        let (tenant, seller) = (&caller.tenant, caller.person()?.user);
        for _ in 0..ATTEMPTS {
            let id = self.next_number(caller).await?;
            let options = options(&id).on_new_stream().unique(self.with_sku(tenant, draft.sku()));
            let command = ProductCommand::Create { id, seller, draft: draft.clone() };
            match self.context.execute::<Product>(&caller.actor(), id, command, options).await {
                // An earlier request with the same key created it, under another number.
                Ok(done) if done.repeated => {
                    self.numbers.give_back(tenant, id);
                    return Ok(Ok(done));
                }
                Ok(done) => return Ok(Ok(done)),
                // Somebody else has the number.
                Err(ExecuteError::Busy) => {}
                // It may have been created.
                Err(error @ ExecuteError::Journal(_)) => return Ok(Err(error)),
                Err(error) => {
                    self.numbers.give_back(tenant, id);
                    return Ok(Err(error));
                }
            }
        }
        Ok(Err(ExecuteError::Busy))
    }

    async fn next_number(&self, caller: &Caller) -> Result<ProductId, Failure> {
        let full = || Failure::conflict("CATALOGUE_FULL", "no more products can be created");
        if let Some(number) = self.numbers.take(&caller.tenant) {
            return number.ok_or_else(full);
        }
        self.numbers.begin(&caller.tenant, self.last_number(&caller.tenant).await?);
        self.numbers.take(&caller.tenant).flatten().ok_or_else(full)
    }
}
