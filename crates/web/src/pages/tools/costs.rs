//! `/tools/costs`: what buying a home costs beside its price, with the date and the source of each rate.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::inputs::{self, Input};
use super::show_as;
use crate::Site;
use crate::api::{Call, CostSheet, SheetLine};
use crate::emi::from_whole;
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::labels::{self, Labels};
use crate::messages::key;
use crate::rupees::{compact, whole};
use crate::visit::Visit;
use crate::when::date_words;

const PATH: &str = "/tools/costs";
/// The fields that the API takes as they are.
const CHOICES: [&str; 3] = ["propertyType", "transactionType", "possessionStatus"];
const TRANSACTIONS: Labels =
    &[("RESALE", key("label-transaction-resale")), ("NEW", key("label-transaction-new"))];

#[derive(Template)]
#[template(path = "tools/costs.html")]
struct CostsPage {
    frame: Frame,
    inputs: Vec<Input>,
    problem: Option<String>,
    answer: Option<CostsAnswer>,
}

struct CostsAnswer {
    price: String,
    /// The day of the rates: as it is, and in words.
    as_of: Option<(String, String)>,
    lines: Vec<LineRow>,
    total: String,
    price_with_costs: String,
    /// The instalments for a home of this price.
    instalments: String,
}

struct LineRow {
    line: SheetLine,
    rate: String,
    amount: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(costs))
}

async fn costs(visit: Visit) -> Result<Response, Failure> {
    visit.knows(&["price", "propertyType", "transactionType", "possessionStatus"]);
    let mut inputs = fields(&visit);
    let (mut problem, mut answer) = (None, None);
    let price = match inputs.first_mut() {
        Some(field) if !field.value.is_empty() => field.read(inputs::price, visit.text("tools-wrong-amount")),
        _ => None,
    };
    if let Some(price) = price {
        let rupees = price.to_string();
        let mut asked = vec![("price", &*rupees)];
        asked.extend(
            inputs.iter().filter(|it| CHOICES.contains(&it.name)).map(|it| (it.name, it.value.as_str())),
        );
        match visit.ask::<CostSheet>(Call::get("/api/market/costs").query(&asked)).await {
            Ok(sheet) => answer = Some(told(price, sheet)),
            Err(error) => problem = inputs::object(&mut inputs, error.about_input()?, &[]),
        }
    }
    let title = visit.text("tools-costs-title").to_string();
    let status = inputs::status(&inputs, problem.as_ref());
    let head = head::plain(&visit, visit.text("tools-costs-description").to_string());
    let frame = visit.frame(title).with_head(head);
    show_as(status, &CostsPage { frame, inputs, problem, answer })
}

fn fields(visit: &Visit) -> Vec<Input> {
    vec![
        Input::asked(visit, "price", "")
            .labelled(visit.text("tools-emi-price"))
            .hint(visit.text("tools-hint-amount")),
        Input::asked(visit, "propertyType", "")
            .labelled(visit.text("tools-value-type"))
            .of(labels::PROPERTY_TYPES),
        Input::asked(visit, "transactionType", "")
            .labelled(visit.text("tools-costs-transaction"))
            .of(TRANSACTIONS),
        Input::asked(visit, "possessionStatus", "")
            .labelled(visit.text("tools-costs-possession"))
            .of(labels::POSSESSION),
    ]
}

fn told(price: i64, sheet: CostSheet) -> CostsAnswer {
    let row = |line: SheetLine| LineRow {
        rate: line.rate_percent.map_or_else(String::new, |rate| format!("{rate} %")),
        amount: whole(line.amount),
        line,
    };
    CostsAnswer {
        price: compact(from_whole(price)),
        as_of: sheet.as_of.map(|day| {
            let words = date_words(&day);
            (day, words)
        }),
        lines: sheet.lines.into_iter().map(row).collect(),
        total: compact(sheet.total),
        price_with_costs: compact(sheet.price_with_costs),
        instalments: format!("/tools/emi?price={price}"),
    }
}
