//! Plots as SVG, drawn on the server: they need no script, they print, and they are read out as words.
//!
//! A plot takes its colours from its classes and the text around it. Its numbers are in the words beside it as well.

mod histogram;
mod places;
mod span;
mod sparkline;
mod stacked;
mod steps;
mod trend;

pub(crate) use histogram::{Bin, Histogram, histogram};
pub(crate) use places::{Places, PlottedPlace, places};
pub(crate) use span::{Span, SpanLabels, span};
pub(crate) use sparkline::{Sparkline, sparkline};
pub(crate) use stacked::{Stacked, stacked};
pub(crate) use steps::{Step, StepLabels, Steps, steps};
pub(crate) use trend::{Trend, TrendLabels, trend};

/// What a plot is called, and what a person hears who does not see it.
pub(crate) struct PlotWords {
    /// The start of its ids, unique on its page.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) description: String,
}

/// A range of numbers that is drawn over a range of the picture. An empty range is drawn in its middle.
#[derive(Clone, Copy)]
struct Scale {
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Scale {
    fn at(self, value: f64) -> f64 {
        let span = self.to - self.from;
        let share = if span > 0.0 { ((value - self.from) / span).clamp(0.0, 1.0) } else { 0.5 };
        self.start + share * (self.end - self.start)
    }
}

/// The lowest and the highest of these values; `None` when there is none.
fn bounds(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.fold(None, |known: Option<(f64, f64)>, value| {
        Some(known.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
    })
}

/// The bounds of a scale for values between these two. They stand apart by at least a fifth of the higher one, so that a
/// small change looks small.
fn calm((low, high): (f64, f64)) -> (f64, f64) {
    let missing = (high.abs() / 5.0 - (high - low)).max(0.0);
    (low - missing / 2.0, high + missing / 2.0)
}

/// A coordinate, with one decimal.
fn tenth(value: f64) -> String {
    format!("{value:.1}").trim_end_matches(".0").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Scale, bounds, calm, tenth};

    #[test]
    fn a_scale_stays_within_its_picture_and_takes_an_empty_range() {
        let scale = Scale { from: 10.0, to: 20.0, start: 0.0, end: 100.0 };
        let drawn = [10.0, 15.0, 20.0, 5.0, 99.0].map(|value| tenth(scale.at(value)));
        assert_eq!(drawn, ["0", "50", "100", "0", "100"]);
        let empty = Scale { from: 7.0, to: 7.0, start: 100.0, end: 0.0 };
        assert_eq!(tenth(empty.at(7.0)), "50");
    }

    #[test]
    fn a_small_change_is_not_drawn_as_a_large_one() {
        let drawn =
            [(95.0, 100.0), (10.0, 90.0), (7.0, 7.0)].map(calm).map(|(low, high)| (tenth(low), tenth(high)));
        let text = |low: &str, high: &str| (low.to_owned(), high.to_owned());
        assert_eq!(drawn, [text("87.5", "107.5"), text("10", "90"), text("6.3", "7.7")]);
    }

    #[test]
    fn nothing_has_no_bounds() {
        assert_eq!(bounds([3.0, 1.0, 2.0].into_iter()), Some((1.0, 3.0)));
        assert_eq!(bounds([].into_iter()), None);
    }
}
