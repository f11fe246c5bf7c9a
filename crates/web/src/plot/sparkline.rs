//! A small line beside its numbers. It has no words of its own: whoever does not see it reads the numbers.

use askama::Template;

use super::{Scale, bounds, calm, tenth};

const WIDTH: f64 = 100.0;
const TOP: f64 = 3.0;
const FLOOR: f64 = 25.0;

#[derive(Template)]
#[template(path = "plots/sparkline.html")]
pub(crate) struct Sparkline {
    line: String,
    /// The last value.
    end: Option<(String, String)>,
}

impl askama::filters::HtmlSafe for Sparkline {}

/// Draws the values at equal distances, with a gap where one is not known. `None` for fewer than two known ones.
pub(crate) fn sparkline(values: &[Option<f64>]) -> Option<Sparkline> {
    if values.iter().flatten().count() < 2 {
        return None;
    }
    let (low, high) = bounds(values.iter().flatten().copied()).map(calm)?;
    let most = u32::try_from(values.len().saturating_sub(1)).unwrap_or(u32::MAX);
    let across = Scale { from: 0.0, to: f64::from(most), start: 2.0, end: WIDTH - 2.0 };
    let upward = Scale { from: low, to: high, start: FLOOR, end: TOP };
    let (mut line, mut end, mut is_drawing) = (String::new(), None, false);
    for (place, value) in (0_u32..).zip(values) {
        let Some(value) = value else {
            is_drawing = false;
            continue;
        };
        let (x, y) = (tenth(across.at(f64::from(place))), tenth(upward.at(*value)));
        line.push(if is_drawing { 'L' } else { 'M' });
        line.extend([x.as_str(), " ", y.as_str()]);
        end = Some((x, y));
        is_drawing = true;
    }
    Some(Sparkline { line, end })
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::sparkline;

    #[test]
    fn an_unknown_month_is_a_gap() {
        let drawn = sparkline(&[Some(1.0), Some(3.0), None, Some(2.0), Some(1.0)]).unwrap();
        assert_eq!(drawn.line, "M2 25L26 3M74 14L98 25");
        assert_eq!(drawn.end, Some(("98".to_owned(), "25".to_owned())));
    }

    #[test]
    fn one_month_is_no_course() {
        assert!(sparkline(&[]).is_none() && sparkline(&[None, Some(5.0)]).is_none());
        let svg = sparkline(&[Some(5.0), None, Some(5.0)]).unwrap().render().unwrap();
        assert!(svg.contains("aria-hidden") && svg.contains("<path"), "{svg}");
    }
}
