//! `PUT /api/v1/products/by-sku/{sku}`: puts a product into the catalogue under its seller's SKU, or changes the product
//! that has it. Imports and feeds send the same product again and again.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::product::draft::normal_sku;
use domain::product::{Product, ProductCommand, ProductDetails, ProductEvent, ProductRejection};
use domain::{Aggregate, FieldErrors, Fields, Position, ProductId};
use http_kit::{ApiResponse, Body, Caller, Failure, Query, Request, Right, described_members, read};
use journal::{ExecuteError, Options};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sheet::RowAction;
use sheet::import::{CheckOnly, PutMode};
use utoipa::ToSchema;

use super::change::PartialProduct;
use super::create::{NewProduct, about_product};
use super::{refused, sku_taken};
use crate::{App, AppParts};

/// How often a product is looked up again when somebody else created or deleted it meanwhile.
const TRIES: usize = 4;

/// See [`ProductBySku`].
pub type ProductBySkuBody = Body<ProductBySku>;

/// The body of `PUT /api/v1/products/by-sku/{sku}`: members of a new product. Those that it does not state stay as they
/// are.
pub struct ProductBySku(Map<String, Value>);

impl Request for ProductBySku {
    const NAME: &'static str = "ProductBySku";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        for member in described_members::<NewProduct>().into_iter().filter(|member| member.name != "sku") {
            f.asks(&member.name, || member.kind.clone());
        }
        let stated = f.names().filter_map(|name| Some((name.to_owned(), f.given(name)?.clone())));
        Some(Self(stated.collect()))
    }

    fn about(member: &str) -> Option<&'static str> {
        match member {
            "name" | "price" => Some("Needed for a new product."),
            "categories" => Some("From the widest to the narrowest. Needed for a new product."),
            _ => about_product(member),
        }
    }

    fn example() -> Value {
        json!({"name": "Wireless headphones", "categories": ["Electronics", "Audio"], "price": 279.99})
    }
}

/// What was done, or would be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutProduct)]
struct PutDocument {
    #[schema(pattern = "^(CREATED|UPDATED|UNCHANGED)$")]
    action: String,
    /// The product. One that would be new has no id yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<ProductId>,
    /// The members that are other than before.
    changed: Vec<String>,
}

/// Puts a product into the catalogue under this SKU, or changes the caller's product that has it. Members that the body
/// does not state stay as they are. Repeating the request changes nothing.
#[utoipa::path(
    put,
    path = "/api/v1/products/by-sku/{sku}",
    summary = "Create or change the product with a SKU",
    params(Query<CheckOnly>),
    request_body = ProductBySkuBody,
    responses(
        (status = 200, description = "What was done", body = ApiResponse<PutDocument>),
        (status = 409, description = "Another seller's product has the SKU: `PRODUCT_ALREADY_EXISTS`"),
    ),
)]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(sku): Path<String>,
    Query(query): Query<CheckOnly>,
    body: ProductBySkuBody,
) -> Result<Response, Failure> {
    caller.require(Right::Sell)?;
    let CheckOnly { check } = query?;
    let ProductBySku(members) = body.value?;
    let planned = AtomicU64::new(0);
    let mode = if check { PutMode::Check(&planned) } else { PutMode::Write };
    let done = app.put_product(&caller, &sku, members, mode).await?;
    let document =
        PutDocument { action: done.action.word().to_uppercase(), id: done.id, changed: done.changed };
    let message = if check { "Nothing was written" } else { "Done" };
    Ok(app.context.done(&caller, message, document, done.position).into_response())
}

/// What was done with a product, or would be.
#[derive(Debug)]
pub struct PutProduct {
    pub action: RowAction,
    pub id: Option<ProductId>,
    pub changed: Vec<String>,
    pub position: Option<Position>,
}

impl AppParts {
    /// See [`put`].
    pub async fn put_product(
        &self,
        caller: &Caller,
        sku: &str,
        mut members: Map<String, Value>,
        mode: PutMode<'_>,
    ) -> Result<PutProduct, Failure> {
        caller.require(Right::Sell)?;
        let wrong = |message: &str| Failure::invalid(FieldErrors::one("sku", message));
        let sku = normal_sku(sku).map_err(wrong)?;
        if members.insert("sku".to_owned(), sku.as_str().into()).is_some_and(|given| !agrees(&given, &sku)) {
            return Err(wrong("is another one in the path"));
        }
        let key = self.context.aggregates.keys().unique_key(&caller.tenant, "sku", &sku);
        for _ in 0..TRIES {
            let stream = self.context.aggregates.journal().owner(&key).await?;
            let done = match stream.and_then(|stream| stream.id.parse().ok()) {
                Some(id) => self.put_over(caller, (id, &sku), members.clone(), mode).await?,
                None => self.put_new(caller, members.clone(), mode).await?,
            };
            if let Some(done) = done {
                return Ok(done);
            }
        }
        Err(Failure::conflict("BUSY", "others kept changing this product at the same time; try again"))
    }

    /// Creates a product; `None` if another request did so meanwhile.
    async fn put_new(
        &self,
        caller: &Caller,
        members: Map<String, Value>,
        mode: PutMode<'_>,
    ) -> Result<Option<PutProduct>, Failure> {
        let NewProduct(draft) = read::<NewProduct>(members)?;
        let created =
            |id, position| PutProduct { action: RowAction::Created, id, changed: Vec::new(), position };
        if let PutMode::Check(planned) = mode {
            planned.fetch_add(1, Ordering::Relaxed);
            return Ok(Some(created(None, None)));
        }
        match self.create(caller, &draft, |_| Options::default()).await? {
            Ok(done) => Ok(Some(created(done.state.details.map(|product| product.id), done.position))),
            Err(ExecuteError::Taken { .. }) => Ok(None),
            Err(other) => Err(refused(other)),
        }
    }

    /// Changes a product; `None` if it gave up the SKU meanwhile.
    async fn put_over(
        &self,
        caller: &Caller,
        (id, sku): (ProductId, &str),
        mut members: Map<String, Value>,
        mode: PutMode<'_>,
    ) -> Result<Option<PutProduct>, Failure> {
        let (product, _) = self.context.aggregates.load::<Product>(&caller.tenant, id).await?;
        let has_sku = |details: &&ProductDetails| !product.deleted && details.content.sku == sku;
        let Some(details) = product.details.as_ref().filter(has_sku) else { return Ok(None) };
        let Ok(access) = caller.require(Right::Change(details.seller)) else { return Err(sku_taken(&id)) };
        members.remove("sku");
        let PartialProduct(partial) = read::<PartialProduct>(members)?;
        let command = ProductCommand::Update(partial, access.person.user);
        let decided = product.decide(command.clone(), self.context.aggregates.clock().now());
        let changed = match decided {
            Ok(events) => changed_members(&events),
            Err(reason) => return Err(refused(ExecuteError::Rejected(reason))),
        };
        let action = if changed.is_empty() { RowAction::Unchanged } else { RowAction::Updated };
        let mut put = PutProduct { action, id: Some(id), changed, position: None };
        if put.changed.is_empty() || matches!(mode, PutMode::Check(_)) {
            return Ok(Some(put));
        }
        match self.context.execute::<Product>(&caller.actor(), id, command, Options::default()).await {
            Ok(done) => put.position = done.position,
            Err(ExecuteError::Rejected(ProductRejection::Unknown)) => return Ok(None),
            Err(other) => return Err(refused(other)),
        }
        Ok(Some(put))
    }
}

/// Whether a SKU in the body is that of the path.
fn agrees(given: &Value, sku: &str) -> bool {
    match given {
        Value::Null => true,
        Value::String(text) => normal_sku(text).is_ok_and(|given| given == sku),
        _ => false,
    }
}

/// The members that events change, as requests name them.
fn changed_members(events: &[ProductEvent]) -> Vec<String> {
    let members = events.iter().flat_map(|event| match event {
        ProductEvent::Updated { changed_fields, .. } => changed_fields.clone(),
        ProductEvent::InventoryChanged { .. } => vec!["stock".to_owned()],
        _ => Vec::new(),
    });
    members.collect()
}
