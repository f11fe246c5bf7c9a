//! Bars of two parts that make a whole, side by side: what of a year's payments repays a loan, and what is interest.

use askama::Template;

use super::{PlotWords, Scale, tenth};

const WIDTH: f64 = 320.0;
const TOP: f64 = 24.0;
const FLOOR: f64 = 124.0;
const GAP: f64 = 2.0;

#[derive(Template)]
#[template(path = "plots/stacked.html")]
pub(crate) struct Stacked {
    words: PlotWords,
    bars: Vec<StackedBar>,
    highest: String,
    start: String,
    end: String,
}

impl askama::filters::HtmlSafe for Stacked {}

struct StackedBar {
    left: String,
    width: String,
    lower: (String, String),
    upper: (String, String),
}

/// Draws the lower and the upper part of each bar. `None` when there is nothing to draw.
pub(crate) fn stacked(
    parts: &[(f64, f64)],
    highest: String,
    (start, end): (String, String),
    words: PlotWords,
) -> Option<Stacked> {
    let most = parts.iter().map(|(lower, upper)| lower + upper).fold(0.0, f64::max);
    let many = u32::try_from(parts.len()).ok().filter(|&many| many > 0 && most > 0.0)?;
    let upward = Scale { from: 0.0, to: most, start: FLOOR, end: TOP };
    let width = WIDTH / f64::from(many);
    let bar = |(place, (lower, upper)): (u32, &(f64, f64))| {
        let (seam, top) = (upward.at(*lower), upward.at(lower + upper));
        StackedBar {
            left: tenth(width * f64::from(place)),
            width: tenth((width - GAP).max(1.0)),
            lower: (tenth(seam), tenth(FLOOR - seam)),
            upper: (tenth(top), tenth(seam - top)),
        }
    };
    let bars = (0_u32..).zip(parts).map(bar).collect();
    Some(Stacked { words, bars, highest, start, end })
}

#[cfg(test)]
mod tests {
    use super::{PlotWords, Stacked, stacked};

    fn drawn(parts: &[(f64, f64)]) -> Option<Stacked> {
        let words = PlotWords { id: "years", title: "Years".to_owned(), description: String::new() };
        stacked(parts, "10".to_owned(), ("1".to_owned(), "2".to_owned()), words)
    }

    #[test]
    fn the_parts_stand_on_each_other() {
        let drawn = drawn(&[(25.0, 75.0), (50.0, 0.0)]).unwrap();
        let first = &drawn.bars[0];
        assert_eq!((&*first.lower.0, &*first.lower.1), ("99", "25"));
        assert_eq!((&*first.upper.0, &*first.upper.1), ("24", "75"));
        assert_eq!((&*first.left, &*first.width, &*drawn.bars[1].left), ("0", "158", "160"));
        assert_eq!((&*drawn.bars[1].upper.1, &*drawn.bars[1].lower.1), ("0", "50"));
    }

    #[test]
    fn nothing_to_pay_is_no_plot() {
        assert!(drawn(&[]).is_none() && drawn(&[(0.0, 0.0)]).is_none());
    }
}
