//! A range with its middle marked, and the values from which it was estimated.

use askama::Template;

use super::{PlotWords, Scale, bounds, tenth};

const LEFT: f64 = 8.0;
const RIGHT: f64 = 312.0;

#[derive(Template)]
#[template(path = "plots/span.html")]
pub(crate) struct Span {
    words: PlotWords,
    left: String,
    width: String,
    middle: String,
    dots: Vec<String>,
    labels: SpanLabels,
    /// Where the words of the middle begin, so that they stay in the picture.
    anchor: &'static str,
}

impl askama::filters::HtmlSafe for Span {}

/// The values in words.
pub(crate) struct SpanLabels {
    pub(crate) low: String,
    pub(crate) middle: String,
    pub(crate) high: String,
}

/// Draws the range from `low` to `high`, with `others` as dots above it.
pub(crate) fn span(
    (low, middle, high): (f64, f64, f64),
    others: &[f64],
    labels: SpanLabels,
    words: PlotWords,
) -> Option<Span> {
    let all = others.iter().copied().chain([low, middle, high]);
    let (least, most) = bounds(all.filter(|value| value.is_finite()))?;
    let across = Scale { from: least, to: most, start: LEFT, end: RIGHT };
    let (left, right, at) = (across.at(low), across.at(high), across.at(middle));
    let anchor = match at {
        at if at < 90.0 => "start",
        at if at > 230.0 => "end",
        _ => "middle",
    };
    Some(Span {
        words,
        left: tenth(left),
        width: tenth((right - left).max(2.0)),
        middle: tenth(at),
        dots: others.iter().map(|&value| tenth(across.at(value))).collect(),
        labels,
        anchor,
    })
}

#[cfg(test)]
mod tests {
    use super::{PlotWords, Span, SpanLabels, span};

    fn drawn(range: (f64, f64, f64), others: &[f64]) -> Span {
        let labels = SpanLabels { low: String::new(), middle: String::new(), high: String::new() };
        let words = PlotWords { id: "range", title: "Range".to_owned(), description: String::new() };
        span(range, others, labels, words).unwrap()
    }

    #[test]
    fn the_range_is_drawn_among_the_others() {
        let drawn = drawn((20.0, 30.0, 40.0), &[10.0, 50.0]);
        assert_eq!((&*drawn.left, &*drawn.width, &*drawn.middle), ("84", "152", "160"));
        assert_eq!((drawn.dots.join(" "), drawn.anchor), ("8 312".to_owned(), "middle"));
    }

    #[test]
    fn a_range_of_one_value_is_still_seen() {
        let drawn = drawn((5.0, 5.0, 5.0), &[]);
        assert_eq!((&*drawn.left, &*drawn.width), ("160", "2"));
    }
}
