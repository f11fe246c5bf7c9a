//! How many there are in each range of a number, with one of them marked.

use askama::Template;

use super::{PlotWords, Scale, tenth};

const WIDTH: f64 = 320.0;
/// The line on which the bars stand. Their numbers are below it, the mark's words above them.
const FLOOR: f64 = 120.0;
const CEILING: f64 = 24.0;
const GAP: f64 = 2.0;

/// The range of a bar, its end excluded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bin {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) count: u32,
}

#[derive(Template)]
#[template(path = "plots/histogram.html")]
pub(crate) struct Histogram {
    words: PlotWords,
    bars: Vec<Bar>,
    mark: Option<Mark>,
    lowest: String,
    highest: String,
}

impl askama::filters::HtmlSafe for Histogram {}

struct Bar {
    left: String,
    top: String,
    width: String,
    height: String,
    /// Whether the mark is in it.
    here: bool,
}

struct Mark {
    at: String,
    label: String,
    /// Whether its label ends at the line instead of beginning there, so that it stays in the picture.
    is_right: bool,
}

/// Draws the bins in their order; `mark` is a value among them, with its label. `None` when nothing was counted.
pub(crate) fn histogram(
    bins: &[Bin],
    mark: Option<(f64, String)>,
    ends: (String, String),
    words: PlotWords,
) -> Option<Histogram> {
    let (first, last) = (bins.first()?, bins.last()?);
    let most = bins.iter().map(|bin| bin.count).max().filter(|&most| most > 0)?;
    let across = Scale { from: first.from, to: last.to, start: 0.0, end: WIDTH };
    let upward = Scale { from: 0.0, to: f64::from(most), start: FLOOR, end: CEILING };
    let marked = mark.as_ref().map(|(value, _)| value.clamp(first.from, last.to));
    let bar = |(place, bin): (usize, &Bin)| {
        let (left, top) = (across.at(bin.from), upward.at(f64::from(bin.count)));
        let is_last = place + 1 == bins.len();
        Bar {
            left: tenth(left),
            top: tenth(top),
            width: tenth((across.at(bin.to) - left - GAP).max(1.0)),
            height: tenth(FLOOR - top),
            here: marked.is_some_and(|value| value >= bin.from && (value < bin.to || is_last)),
        }
    };
    let mark = mark.zip(marked).map(|((_, label), value)| {
        let at = across.at(value);
        Mark { at: tenth(at), label, is_right: at > WIDTH / 2.0 }
    });
    let (lowest, highest) = ends;
    Some(Histogram { words, bars: bins.iter().enumerate().map(bar).collect(), mark, lowest, highest })
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::{Bin, PlotWords, histogram};

    fn words() -> PlotWords {
        PlotWords { id: "prices", title: "Prices & <b>".to_owned(), description: "Told".to_owned() }
    }

    fn ends() -> (String, String) {
        ("low".to_owned(), "high".to_owned())
    }

    #[test]
    fn this_home_is_marked_in_its_bar_and_the_words_are_text() {
        let bin = |from: f64, count| Bin { from, to: from + 10.0, count };
        let bins = [bin(0.0, 1), bin(10.0, 4), bin(20.0, 2)];
        let drawn = histogram(&bins, Some((12.0, "This home".to_owned())), ends(), words()).unwrap();
        let here: Vec<bool> = drawn.bars.iter().map(|bar| bar.here).collect();
        assert_eq!(here, [false, true, false]);
        assert_eq!((&*drawn.bars[1].top, &*drawn.bars[1].height), ("24", "96"));
        let svg = drawn.render().unwrap();
        assert!(svg.contains("Prices &#38; &#60;b&#62;") && svg.contains("id=\"prices-title\""), "{svg}");
        assert!(!svg.contains("style="), "{svg}");
    }

    #[test]
    fn a_value_beyond_the_bins_is_in_the_outer_one() {
        let bins = [Bin { from: 0.0, to: 1.0, count: 1 }, Bin { from: 1.0, to: 2.0, count: 1 }];
        let drawn = histogram(&bins, Some((9.0, String::new())), ends(), words()).unwrap();
        assert!(drawn.bars[1].here && drawn.mark.is_some_and(|mark| mark.is_right));
    }

    #[test]
    fn nothing_counted_is_no_plot() {
        assert!(histogram(&[], None, ends(), words()).is_none());
        let empty = [Bin { from: 0.0, to: 1.0, count: 0 }];
        assert!(histogram(&empty, None, ends(), words()).is_none());
    }
}
