//! The performance targets, and whether they were reached.

use std::fmt;

use super::Report;
use crate::bench::sample::{Summary, median};

/// One target. The figure is `None` when its rows did not run.
pub struct Target {
    what: &'static str,
    wanted: Comparison,
    unit: &'static str,
    found: Option<f64>,
}

enum Comparison {
    AtLeast(f64),
    Below(f64),
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit;
        let show =
            |value: f64| if value < 10.0 { format!("{value:.2}{unit}") } else { format!("{value:.0}{unit}") };
        let (wanted, met) = match self.wanted {
            Comparison::AtLeast(least) => {
                (format!("≥ {}", show(least)), self.found.map(|found| found >= least))
            }
            Comparison::Below(most) => (format!("< {}", show(most)), self.found.map(|found| found < most)),
        };
        let found = self.found.map_or_else(|| "–".to_owned(), show);
        let met = match met {
            Some(true) => "met",
            Some(false) => "MISSED",
            None => "not measured",
        };
        write!(f, "| {} | {wanted} | {found} | {met} |", self.what)
    }
}

/// The targets of the project, with the figures of `report`.
pub fn targets(report: &mut Report) -> Vec<Target> {
    use Comparison::{AtLeast, Below};
    let ratio = |ours: char, limit: char| Some(report.rate(ours)? / report.rate(limit)?);
    let (writes, reads) = (ratio('d', 'c'), ratio('e', 'b'));
    let (products, product_reads, purchases) = (ratio('j', 'c'), ratio('k', 'b'), ratio('m', 'c'));
    let caught_up = median(report.caught_up.clone());
    let lag = Summary::of(&report.lags).map(|lag| lag.median.p99_ms);
    let created = Some(report.created.took.percentile(99)).filter(|ms| ms.is_finite());
    let searched = Some(report.found.took.percentile(99)).filter(|ms| ms.is_finite());
    let signed_in = Some(report.signed_in.percentile(99)).filter(|ms| ms.is_finite());
    let memory = report.memory.map(|(server, _)| server.most);
    let target = |what, wanted, unit, found| Target { what, wanted, unit, found };
    vec![
        target("writes: d ÷ c", AtLeast(0.5), "", writes),
        target("reads: e ÷ b", AtLeast(0.6), "", reads),
        target("product writes: j ÷ c", AtLeast(0.5), "", products),
        target("product reads: k ÷ b", AtLeast(0.6), "", product_reads),
        target("purchases: m ÷ c", AtLeast(0.5), "", purchases),
        target("facts → history, events/s", AtLeast(50_000.0), "", caught_up),
        target("facts → history, lag p99", Below(50.0), " ms", lag),
        target("create → history p99", Below(500.0), " ms", created),
        target("create → own next search p99", Below(150.0), " ms", searched),
        target("sign-in → history p99", Below(2000.0), " ms", signed_in),
        target("resident memory at its most", Below(150.0), " MB", memory),
    ]
}
