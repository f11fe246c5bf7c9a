//! Spark lines: the course of a figure as a small drawing, made here so that it needs no script and can be printed.

/// The size of the drawing in its own units. The page stretches it.
const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 40.0;
/// The room above the highest and below the lowest point, for the width of the line.
const MARGIN: f64 = 3.0;

/// The paths of a spark line, for `d`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spark {
    pub(crate) line: String,
    /// The area below it.
    pub(crate) area: String,
}

impl Spark {
    /// The line through these values at equal distances. A missing value is passed over. `None` for fewer than two.
    pub(crate) fn through(values: &[Option<f64>]) -> Option<Self> {
        let known: Vec<(f64, f64)> =
            (0_u32..).zip(values).filter_map(|(at, value)| Some((f64::from(at), (*value)?))).collect();
        let (first, last) = (known.first()?, known.last()?);
        if known.len() < 2 {
            return None;
        }
        let lowest = known.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
        let highest = known.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
        let (wide, high) = (last.0 - first.0, highest - lowest);
        let place = |(at, value): &(f64, f64)| {
            let x = (at - first.0) / wide * WIDTH;
            // What does not change is a line in the middle.
            let part = if high > 0.0 { (value - lowest) / high } else { 0.5 };
            (x, HEIGHT - MARGIN - part * (HEIGHT - 2.0 * MARGIN))
        };
        let points: Vec<String> = known.iter().map(place).map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let line = format!("M{}", points.join("L"));
        let area = format!("{line}V{HEIGHT:.0}H0Z");
        Some(Self { line, area })
    }
}

#[cfg(test)]
mod tests {
    use super::Spark;

    #[test]
    fn a_line_goes_from_edge_to_edge_and_keeps_its_margin() {
        let spark = Spark::through(&[Some(10.0), None, Some(30.0), Some(20.0)]).unwrap();
        assert_eq!(spark.line, "M0.0 37.0L80.0 3.0L120.0 20.0");
        assert_eq!(spark.area, "M0.0 37.0L80.0 3.0L120.0 20.0V40H0Z");
    }

    #[test]
    fn what_does_not_change_is_level_and_one_month_is_no_course() {
        assert_eq!(Spark::through(&[Some(5.0), Some(5.0)]).unwrap().line, "M0.0 20.0L120.0 20.0");
        assert_eq!(Spark::through(&[None, Some(5.0), None]), None);
        assert_eq!(Spark::through(&[]), None);
    }
}
