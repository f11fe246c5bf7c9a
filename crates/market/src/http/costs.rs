//! What is paid beside the price of a home.

use axum::extract::State;
use domain::date::CalendarDate;
use domain::property::kinds::{PossessionStatus, PropertyType, TransactionType};
use domain::{Fields, Paise};
use http_kit::{ApiResponse, Caller, Failure, Query, Reply, Request};
use serde::Serialize;
use utoipa::ToSchema;

use super::App;
use crate::rates::{CostLine, Purchase, cost_lines};

impl Request for Purchase {
    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let price = f.money("price");
        let price = f.required("price", price);
        let property_type = f.choice::<PropertyType>("propertyType");
        let transaction_type = f.choice::<TransactionType>("transactionType");
        let possession_status = f.choice::<PossessionStatus>("possessionStatus");
        Some(Self { price: price?, property_type, transaction_type, possession_status })
    }

    fn about(member: &str) -> Option<&'static str> {
        Some(match member {
            "price" => "What the home is bought for.",
            "possessionStatus" => {
                "A home that is not finished costs goods and services tax, unless it is a resale."
            }
            _ => return None,
        })
    }
}

/// A line of the sheet.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketCostLine)]
pub struct LineDocument {
    /// Stable, for programs.
    #[schema(examples("STAMP_DUTY"))]
    code: String,
    label: String,
    rate_percent: f64,
    amount: Paise,
    /// Since when the rate is reckoned with.
    from: CalendarDate,
    /// Who says so.
    source: String,
    source_url: String,
}

impl LineDocument {
    fn of(line: &CostLine<'_>) -> Self {
        Self {
            code: line.code.to_owned(),
            label: line.label.to_owned(),
            rate_percent: line.percent.number(),
            amount: line.amount,
            from: line.from,
            source: line.source.to_owned(),
            source_url: line.source_url.to_owned(),
        }
    }
}

/// What a purchase costs beside its price, as an estimate.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketCosts)]
pub struct CostSheet {
    /// Always true: sources disagree, and each case has its own exceptions.
    estimate: bool,
    /// Since when the newest of the rates is reckoned with; absent without lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    as_of: Option<CalendarDate>,
    lines: Vec<LineDocument>,
    /// The sum of the lines.
    total: Paise,
    price_with_costs: Paise,
}

impl CostSheet {
    fn of(price: Paise, lines: &[CostLine<'_>]) -> Self {
        let total = lines.iter().map(|line| line.amount.paise()).fold(0, i64::saturating_add);
        Self {
            estimate: true,
            as_of: lines.iter().map(|line| line.from).max(),
            lines: lines.iter().map(LineDocument::of).collect(),
            total: Paise::from_paise(total),
            price_with_costs: Paise::from_paise(price.paise().saturating_add(total)),
        }
    }
}

/// An estimate with the rates of the settings, each with its date and its source. It is about a purchase: nothing of it is
/// due for a rent.
#[utoipa::path(
    get,
    path = "/api/market/costs",
    summary = "What is paid beside the price of a home",
    params(Query<Purchase>),
    responses((status = 200, description = "The sheet", body = ApiResponse<CostSheet>)),
)]
pub async fn sheet(
    State(app): State<App>,
    _: Caller,
    Query(purchase): Query<Purchase>,
) -> Result<Reply<CostSheet>, Failure> {
    let purchase = purchase?;
    let context = &app.market.context;
    let today = i32::try_from(context.aggregates.clock().now().india_day()).unwrap_or(i32::MAX);
    let lines = cost_lines(&app.market.rates, &purchase, today);
    Ok(context.reply("Costs estimated", CostSheet::of(purchase.price, &lines)))
}
