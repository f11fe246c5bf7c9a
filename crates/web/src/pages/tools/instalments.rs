//! `/tools/emi`: the monthly instalment of a loan, and what else could be chosen.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::inputs::{self, Input};
use super::show_as;
use crate::Site;
use crate::emi::{LONGEST, Loan, Year, from_whole, nearest};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::plot::{PlotWords, Stacked, stacked};
use crate::rupees::{compact, whole};
use crate::typed;
use crate::visit::Visit;

const PATH: &str = "/tools/emi";
/// The highest rate that is computed, in percent a year.
const HIGHEST_RATE: f64 = 30.0;
const FIVE_YEARS: u32 = 60;

#[derive(Template)]
#[template(path = "tools/emi.html")]
struct EmiPage {
    frame: Frame,
    inputs: Vec<Input>,
    answer: Option<Answer>,
}

/// The loan in words.
struct Answer {
    price: String,
    own: String,
    principal: String,
    instalment: String,
    interest: String,
    total: String,
    years: Vec<YearRow>,
    plot: Option<Stacked>,
    others: Vec<OtherLoan>,
    /// The costs of buying a home of this price.
    costs: String,
}

struct YearRow {
    number: u32,
    principal: String,
    interest: String,
    left: String,
}

/// The same loan with another rate or period.
struct OtherLoan {
    label: String,
    instalment: String,
    change: String,
    interest_change: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route(PATH, get(emi))
}

async fn emi(visit: Visit) -> Result<Response, Failure> {
    visit.knows(&["price", "own", "rate", "years"]);
    let (inputs, loan) = read(&visit);
    let answer = loan.map(|(price, loan)| answer(&visit, price, loan));
    let title = visit.text("tools-emi-title").to_string();
    let status = inputs::status(&inputs, None);
    let head = head::plain(&visit, visit.text("tools-emi-description").to_string());
    let frame = visit.frame(title).with_head(head);
    show_as(status, &EmiPage { frame, inputs, answer })
}

/// The fields, and the price with its loan if all are right.
fn read(visit: &Visit) -> (Vec<Input>, Option<(i64, Loan)>) {
    let mut price = Input::asked(visit, "price", "96,00,000")
        .labelled(visit.text("tools-emi-price"))
        .hint(visit.text("tools-hint-amount"));
    let mut own = Input::asked(visit, "own", "20 %")
        .labelled(visit.text("tools-emi-own"))
        .hint(visit.text("tools-emi-own-hint"));
    let mut rate = Input::asked(visit, "rate", "8.5").labelled(visit.text("tools-emi-rate")).decimal();
    let mut years = Input::asked(visit, "years", "20")
        .labelled(visit.text("tools-emi-years"))
        .hint(visit.text("tools-emi-years-hint"));
    let price_read = price.read(inputs::price, visit.text("tools-wrong-amount"));
    let own_read = own.read(|text| own_money(text, price_read), visit.text("tools-emi-own-wrong"));
    let fits = |rate: &f64| (0.0..=HIGHEST_RATE).contains(rate);
    let rate_read = rate.read(
        |text| typed::percent(text).filter(fits),
        visit.text("tools-emi-rate-wrong").arg("most", HIGHEST_RATE),
    );
    let months = years.read(
        |text| typed::months(text).filter(|months| (1..=LONGEST).contains(months)),
        visit.text("tools-emi-years-wrong").arg("most", LONGEST / 12),
    );
    if let (Some(price), Some(share)) = (price_read, own_read)
        && share >= price
    {
        own.error = Some(visit.text("tools-emi-own-too-much").arg("price", words(price)).to_string());
    }
    let loan = loan(price_read, own_read, rate_read, months);
    (vec![price, own, rate, years], loan)
}

/// The price, and what of it is lent; `None` while any field is wrong.
fn loan(price: Option<i64>, own: Option<i64>, rate: Option<f64>, months: Option<u32>) -> Option<(i64, Loan)> {
    let (price, own) = (price?, own?);
    let loan = Loan { principal: price - own, annual_percent: rate?, months: months? };
    (own < price).then_some((price, loan))
}

/// An amount, or a share of the price. It is not judged while the price is not known.
fn own_money(text: &str, price: Option<i64>) -> Option<i64> {
    if text.contains('%') || text.to_lowercase().contains("cent") {
        let share = typed::percent(text)?;
        return Some(nearest(from_whole(price.unwrap_or_default()) * share / 100.0));
    }
    typed::rupees(text)
}

fn answer(visit: &Visit, price: i64, loan: Loan) -> Answer {
    let years = loan.years();
    let parts: Vec<(f64, f64)> =
        years.iter().map(|year| (from_whole(year.principal), from_whole(year.interest))).collect();
    let most =
        years.iter().map(|year| year.principal.saturating_add(year.interest)).max().unwrap_or_default();
    let plot_words = PlotWords {
        id: "years-plot",
        title: visit.text("tools-emi-plot").to_string(),
        description: visit
            .text("tools-emi-plot-words")
            .arg("interest", words(loan.interest()))
            .arg("principal", words(loan.principal))
            .to_string(),
    };
    let year = |number: u32| visit.text("tools-emi-year").arg("number", number).to_string();
    let last = years.last().map_or(1, |year| year.number);
    Answer {
        price: words(price),
        own: words(price - loan.principal),
        principal: words(loan.principal),
        instalment: exact(loan.instalment()),
        interest: words(loan.interest()),
        total: words(loan.total()),
        plot: stacked(&parts, words(most), (year(1), year(last)), plot_words),
        years: years.iter().map(year_row).collect(),
        others: others(visit, &loan),
        costs: format!("/tools/costs?price={price}"),
    }
}

fn year_row(year: &Year) -> YearRow {
    YearRow {
        number: year.number,
        principal: exact(year.principal),
        interest: exact(year.interest),
        left: exact(year.left),
    }
}

/// What half a percent and five years more or less would change.
fn others(visit: &Visit, loan: &Loan) -> Vec<OtherLoan> {
    let rate = |change: f64| Loan { annual_percent: loan.annual_percent + change, ..*loan };
    let period = |months: u32| Loan { months, ..*loan };
    let shorter = loan.months.checked_sub(FIVE_YEARS).filter(|&months| months > 0);
    let longer = Some(loan.months + FIVE_YEARS).filter(|&months| months <= LONGEST);
    let all = [
        (
            visit.text("tools-emi-rate-less").to_string(),
            Some(rate(-0.5)).filter(|it| it.annual_percent >= 0.0),
        ),
        (visit.text("tools-emi-rate-more").to_string(), Some(rate(0.5))),
        (visit.text("tools-emi-years-less").to_string(), shorter.map(period)),
        (visit.text("tools-emi-years-more").to_string(), longer.map(period)),
    ];
    let row = |(label, other): (String, Option<Loan>)| {
        let other = other?;
        Some(OtherLoan {
            label,
            instalment: exact(other.instalment()),
            change: change(visit, other.instalment() - loan.instalment()),
            interest_change: change(visit, other.interest() - loan.interest()),
        })
    };
    all.into_iter().filter_map(row).collect()
}

fn exact(rupees: i64) -> String {
    whole(from_whole(rupees))
}

fn words(rupees: i64) -> String {
    compact(from_whole(rupees))
}

/// A difference in words.
fn change(visit: &Visit, by: i64) -> String {
    let amount = words(by.saturating_abs());
    match by {
        0 => visit.text("tools-same").to_string(),
        ..0 => visit.text("tools-less").arg("amount", amount).to_string(),
        1.. => visit.text("tools-more").arg("amount", amount).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::own_money;

    #[test]
    fn own_money_is_an_amount_or_a_share() {
        assert_eq!(own_money("20 %", Some(9_600_000)), Some(1_920_000));
        assert_eq!(own_money("20 percent", Some(9_600_000)), Some(1_920_000));
        assert_eq!(own_money("19.2L", Some(9_600_000)), Some(1_920_000));
        assert_eq!(own_money("100%", Some(500)), Some(500));
        assert_eq!(own_money("0", Some(500)), Some(0));
        for bad in ["-5%", "a lot", "%", "20 % <b>"] {
            assert_eq!(own_money(bad, Some(500)), None, "{bad}");
        }
    }
}
