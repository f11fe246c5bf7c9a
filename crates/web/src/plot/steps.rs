//! A value that stays until it changes, such as a price over time.

use askama::Template;

use super::{PlotWords, Scale, bounds, tenth};

const LEFT: f64 = 4.0;
const RIGHT: f64 = 316.0;
const TOP: f64 = 24.0;
const FLOOR: f64 = 100.0;

/// The value from a moment on. Moments are numbers of any one unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) at: f64,
    pub(crate) value: f64,
}

#[derive(Template)]
#[template(path = "plots/steps.html")]
pub(crate) struct Steps {
    words: PlotWords,
    line: String,
    dots: Vec<(String, String)>,
    highest: String,
    start: String,
    end: String,
}

impl askama::filters::HtmlSafe for Steps {}

/// The texts beside the line: the highest value, and the first and the last moment.
pub(crate) struct StepLabels {
    pub(crate) highest: String,
    pub(crate) start: String,
    pub(crate) end: String,
}

/// Draws the steps, oldest first, until `now`. `None` for fewer than two: a line that never changes says nothing.
pub(crate) fn steps(known: &[Step], now: f64, labels: StepLabels, words: PlotWords) -> Option<Steps> {
    let (first, last) = (known.first()?, known.last()?);
    if known.len() < 2 {
        return None;
    }
    let (low, high) = bounds(known.iter().map(|step| step.value))?;
    let across = Scale { from: first.at, to: now.max(last.at), start: LEFT, end: RIGHT };
    let upward = Scale { from: low, to: high, start: FLOOR, end: TOP };
    let mut line = String::new();
    let mut dots = Vec::new();
    for step in known {
        let (x, y) = (tenth(across.at(step.at)), tenth(upward.at(step.value)));
        let part = if line.is_empty() { format!("M{x} {y}") } else { format!("H{x}V{y}") };
        line.push_str(&part);
        dots.push((x, y));
    }
    line.push('H');
    line.push_str(&tenth(RIGHT));
    let StepLabels { highest, start, end } = labels;
    Some(Steps { words, line, dots, highest, start, end })
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::{PlotWords, Step, StepLabels, steps};

    fn drawn(known: &[Step]) -> Option<super::Steps> {
        let labels = StepLabels { highest: "95".to_owned(), start: "May".to_owned(), end: "now".to_owned() };
        let words = PlotWords { id: "history", title: "Price".to_owned(), description: String::new() };
        steps(known, 40.0, labels, words)
    }

    #[test]
    fn a_price_stays_until_it_changes_and_then_until_now() {
        let known = [Step { at: 0.0, value: 95.0 }, Step { at: 20.0, value: 90.0 }];
        let svg = drawn(&known).unwrap();
        assert_eq!(svg.line, "M4 24H160V100H316");
        assert!(svg.render().unwrap().contains("<circle"));
    }

    #[test]
    fn a_price_that_never_changed_is_no_plot() {
        assert!(drawn(&[Step { at: 0.0, value: 95.0 }]).is_none());
        assert!(drawn(&[]).is_none());
    }
}
