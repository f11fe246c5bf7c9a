//! The price of a home among those like it, and how it came to be. Each part is absent when too little is known.

use crate::api::{Call, Comparable, PriceContext, PricePoint};
use crate::failure::Failure;
use crate::key::Key;
use crate::plot::{Bin, Histogram, PlotWords, Step, StepLabels, Steps, histogram, steps};
use crate::rupees;
use crate::visit::Visit;
use crate::when::Moment;

/// The section about the price.
pub(super) struct ContextView {
    /// The area: its page and its name.
    pub(super) area: Option<(String, String)>,
    pub(super) comparison: Option<Comparison>,
    pub(super) history: Option<PriceHistory>,
    /// How long it has been listed, in words.
    pub(super) listed: Option<String>,
}

/// The home among those it can be compared with.
pub(super) struct Comparison {
    pub(super) words: String,
    pub(super) plot: Option<Histogram>,
}

pub(super) struct PriceHistory {
    pub(super) plot: Option<Steps>,
    pub(super) rows: Vec<PriceRow>,
}

pub(super) struct PriceRow {
    pub(super) at: Moment,
    pub(super) price: String,
    /// What happened, and by how much the price changed.
    pub(super) what: String,
}

impl ContextView {
    pub(super) async fn load(visit: &Visit, id: &Key) -> Result<Option<Self>, Failure> {
        let call = Call::get(format!("/api/market/properties/{id}"));
        let context: Option<PriceContext> = visit.ask_for_part(call).await?;
        Ok(context.and_then(|context| Self::of(visit, context)))
    }

    fn of(visit: &Visit, context: PriceContext) -> Option<Self> {
        let PriceContext { price_history, days_listed, area, comparable } = context;
        let named = area.as_ref().map_or_else(|| visit.city().to_owned(), |area| area.name.clone());
        let comparison = comparable.and_then(|among| Comparison::of(visit, &among, &named));
        let history = PriceHistory::of(visit, &price_history, days_listed);
        let listed = days_listed.map(|days| visit.text("listing-days").arg("days", days).to_string());
        if comparison.is_none() && history.is_none() && listed.is_none() {
            return None;
        }
        // The address of an area is a slug: anything else would be a page that does not exist.
        let area = area.filter(|area| Key::parse(&area.slug).is_some());
        let area = area.map(|area| (format!("/areas/{}", area.slug), area.name));
        Some(Self { area, comparison, history, listed })
    }
}

impl Comparison {
    fn of(visit: &Visit, among: &Comparable, area: &str) -> Option<Self> {
        let own = among.price_per_sqft?;
        let percent = among.percentile?.clamp(0.0, 100.0);
        let homes = among.homes;
        let said = |percent: f64| format!("{percent:.0}");
        let words = if percent >= 50.0 {
            visit.text("listing-dearer").arg("percent", said(percent))
        } else {
            visit.text("listing-cheaper").arg("percent", said(100.0 - percent))
        };
        let words = words.arg("homes", homes).arg("area", area.to_owned()).to_string();
        let bins: Vec<Bin> = among
            .distribution
            .iter()
            .map(|bin| Bin { from: bin.from, to: bin.to, count: bin.homes })
            .collect();
        let per_sqft = |sum: f64| visit.text("listing-per-sqft").arg("sum", rupees::whole(sum)).to_string();
        let (lowest, highest) = (
            among.lowest.or_else(|| bins.first().map(|bin| bin.from)).map(per_sqft).unwrap_or_default(),
            among.highest.or_else(|| bins.last().map(|bin| bin.to)).map(per_sqft).unwrap_or_default(),
        );
        let described = visit
            .text("listing-histogram-described")
            .arg("lowest", lowest.clone())
            .arg("highest", highest.clone())
            .arg("median", among.median_price_per_sqft.map(per_sqft).unwrap_or_default())
            .arg("own", per_sqft(own))
            .to_string();
        let title = visit.text("listing-histogram").arg("area", area.to_owned()).to_string();
        let mark = (own, visit.text("listing-this-home").to_string());
        let drawn = PlotWords { id: "prices-here", title, description: described };
        Some(Self { words, plot: histogram(&bins, Some(mark), (lowest, highest), drawn) })
    }
}

impl PriceHistory {
    fn of(visit: &Visit, known: &[PricePoint], days: Option<u64>) -> Option<Self> {
        let mut rows: Vec<PriceRow> = Vec::new();
        let mut points: Vec<Step> = Vec::new();
        for point in known {
            let at = Moment::parse(&point.at)?;
            let before = points.last().map(|step| step.value);
            rows.push(PriceRow { at, price: rupees::compact(point.price), what: what(visit, point, before) });
            points.push(Step { at: f64::from(at.hours()), value: point.price });
        }
        let (first, last) = (rows.first()?, rows.last()?);
        let start = points.first()?.at;
        let age = f64::from(u32::try_from(days.unwrap_or_default()).unwrap_or(u32::MAX)) * 24.0;
        let highest = points.iter().map(|step| step.value).fold(0.0, f64::max);
        let labels = StepLabels {
            highest: rupees::compact(highest),
            start: first.at.date(),
            end: visit.text("listing-today").to_string(),
        };
        let words = PlotWords {
            id: "price-history",
            title: visit.text("listing-history").to_string(),
            description: visit
                .text("listing-history-described")
                .arg("first", first.price.clone())
                .arg("start", first.at.date())
                .arg("last", last.price.clone())
                .arg("end", last.at.date())
                .to_string(),
        };
        let plot = steps(&points, start + age, labels, words);
        Some(Self { plot, rows })
    }
}

/// What happened at a point of the history.
fn what(visit: &Visit, point: &PricePoint, before: Option<f64>) -> String {
    let Some(before) = before.filter(|&before| before > 0.0 && point.reason != "LISTED") else {
        return visit.text("listing-history-listed").to_string();
    };
    let percent = (point.price - before) / before * 100.0;
    let said = format!("{:.1}", percent.abs());
    let words = if percent < 0.0 {
        visit.text("listing-history-lowered")
    } else {
        visit.text("listing-history-raised")
    };
    words.arg("percent", said).to_string()
}
