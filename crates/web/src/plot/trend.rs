//! A figure from month to month, as a line with gaps where it is not known.

use askama::Template;

use super::{PlotWords, Scale, bounds, calm, tenth};

const LEFT: f64 = 4.0;
const RIGHT: f64 = 316.0;
const TOP: f64 = 24.0;
const FLOOR: f64 = 104.0;

#[derive(Template)]
#[template(path = "plots/trend.html")]
pub(crate) struct Trend {
    words: PlotWords,
    line: String,
    dots: Vec<(String, String)>,
    labels: TrendLabels,
}

impl askama::filters::HtmlSafe for Trend {}

/// The texts beside the line: its bounds, and the first and the last month.
pub(crate) struct TrendLabels {
    pub(crate) highest: String,
    pub(crate) lowest: String,
    pub(crate) start: String,
    pub(crate) end: String,
}

/// Draws the values at equal distances. `None` for fewer than two known ones: a single one is no trend.
pub(crate) fn trend(values: &[Option<f64>], labels: TrendLabels, words: PlotWords) -> Option<Trend> {
    if values.iter().flatten().count() < 2 {
        return None;
    }
    let (low, high) = calm(bounds(values.iter().flatten().copied())?);
    let last = u32::try_from(values.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let across = Scale { from: 0.0, to: f64::from(last), start: LEFT, end: RIGHT };
    let upward = Scale { from: low, to: high, start: FLOOR, end: TOP };
    let (mut line, mut dots, mut is_drawing) = (String::new(), Vec::new(), false);
    for (place, value) in (0_u32..).zip(values) {
        let Some(value) = value else {
            is_drawing = false;
            continue;
        };
        let (x, y) = (tenth(across.at(f64::from(place))), tenth(upward.at(*value)));
        line.push(if is_drawing { 'L' } else { 'M' });
        line.push_str(&x);
        line.push(' ');
        line.push_str(&y);
        dots.push((x, y));
        is_drawing = true;
    }
    Some(Trend { words, line, dots, labels })
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::{PlotWords, Trend, TrendLabels, trend};

    fn drawn(values: &[Option<f64>]) -> Option<Trend> {
        let text = |words: &str| words.to_owned();
        let labels =
            TrendLabels { highest: text("9"), lowest: text("7"), start: text("May"), end: text("<b>") };
        trend(values, labels, PlotWords { id: "trend", title: text("A & B"), description: String::new() })
    }

    #[test]
    fn an_unknown_month_is_a_gap_and_words_are_text() {
        let drawn = drawn(&[Some(7.0), Some(9.0), None, Some(8.0)]).unwrap();
        assert_eq!(drawn.line, "M4 104L108 24M316 64");
        assert_eq!(drawn.dots.len(), 3);
        let svg = drawn.render().unwrap();
        assert!(svg.contains("A &#38; B") && svg.contains("&#60;b&#62;") && !svg.contains("style="), "{svg}");
    }

    #[test]
    fn one_month_is_no_trend() {
        assert!(drawn(&[None, Some(7.0), None]).is_none());
        assert!(drawn(&[]).is_none());
    }
}
