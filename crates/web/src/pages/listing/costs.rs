//! What a home costs beside its price: at the purchase, on moving in, and each month.

use crate::api::{self, Call, Property, SheetLine};
use crate::failure::Failure;
use crate::rupees;
use crate::usual_loan;
use crate::visit::Visit;
use crate::when::date_words;

/// The costs of a purchase, by rates of a day: an estimate.
pub(super) struct CostSheet {
    pub(super) lines: Vec<CostRow>,
    pub(super) total: String,
    pub(super) price_with_costs: String,
    pub(super) as_of: Option<String>,
}

pub(super) struct CostRow {
    pub(super) label: String,
    pub(super) rate: String,
    pub(super) amount: String,
    pub(super) source: Option<String>,
    /// The page of the source.
    pub(super) page: Option<String>,
}

impl CostSheet {
    /// Loads the sheet of a home that is sold; `None` for any other, and when there are no rates.
    pub(super) async fn load(visit: &Visit, home: &Property) -> Result<Option<Self>, Failure> {
        let Some(price) = home.rupees().filter(|_| home.is_sold_outright()) else { return Ok(None) };
        let price = format!("{price:.0}");
        let of_home = [
            ("propertyType", home.property_type.as_deref()),
            ("transactionType", home.transaction_type.as_deref()),
            ("possessionStatus", home.possession_status.as_deref()),
        ];
        let mut asked = vec![("price", price.as_str())];
        asked.extend(of_home.into_iter().filter_map(|(name, code)| Some((name, code?))));
        let call = Call::get("/api/market/costs").query(&asked);
        let costs: Option<api::CostSheet> = visit.ask_for_part(call).await?;
        Ok(costs.filter(|costs| !costs.lines.is_empty()).map(Self::of))
    }

    fn of(costs: api::CostSheet) -> Self {
        let row = |line: SheetLine| CostRow {
            rate: line.rate_percent.map_or_else(String::new, |rate| format!("{rate} %")),
            amount: rupees::whole(line.amount),
            page: line.link().map(str::to_owned),
            label: line.label,
            source: line.source,
        };
        Self {
            lines: costs.lines.into_iter().map(row).collect(),
            total: rupees::whole(costs.total),
            price_with_costs: rupees::whole(costs.price_with_costs),
            as_of: costs.as_of.map(|day| date_words(&day)),
        }
    }
}

/// A small sum: what is due, line by line.
pub(super) struct Outgo {
    pub(super) title: String,
    pub(super) rows: Vec<(String, String)>,
    pub(super) total: (String, String),
    /// What it rests on.
    pub(super) note: String,
}

impl Outgo {
    /// The monthly outgo of a home that is sold, or what is due on moving into one that is rented.
    pub(super) fn of(visit: &Visit, home: &Property) -> Option<Self> {
        let maintenance = (visit.text("listing-maintenance").to_string(), home.maintenance_sum());
        if let Some(instalment) = home.instalment() {
            let rows = [(visit.text("listing-emi").to_string(), Some(instalment)), maintenance];
            let total = visit.text("listing-outgo-total").to_string();
            let note = loan_words(visit);
            return Some(Self::sum(visit.text("listing-outgo").to_string(), total, note, rows));
        }
        let rent = home.rupees().filter(|_| home.is_paid_monthly())?;
        let rows = [
            (visit.text("listing-deposit").to_string(), home.deposit_sum()),
            (visit.text("listing-first-month").to_string(), Some(rent)),
            maintenance,
        ];
        let total = visit.text("listing-moving-in-total").to_string();
        let note = visit.text("listing-moving-in-note").to_string();
        Some(Self::sum(visit.text("listing-moving-in").to_string(), total, note, rows))
    }

    fn sum<const N: usize>(
        title: String,
        total: String,
        note: String,
        rows: [(String, Option<f64>); N],
    ) -> Self {
        let due: f64 = rows.iter().filter_map(|(_, sum)| *sum).sum();
        let shown = rows.into_iter().filter_map(|(name, sum)| Some((name, rupees::whole(sum?))));
        Self { title, rows: shown.collect(), total: (total, rupees::whole(due)), note }
    }
}

/// The terms of the usual loan.
pub(super) fn loan_words(visit: &Visit) -> String {
    visit
        .text("listing-loan-terms")
        .arg("rate", usual_loan::RATE_PERCENT.to_string())
        .arg("years", usual_loan::YEARS.to_string())
        .arg("down", usual_loan::DOWN_PERCENT.to_string())
        .to_string()
}
