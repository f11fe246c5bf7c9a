//! Statistics over many measurements.

use std::time::Duration;

/// Durations in microseconds. Anything longer than about an hour counts as the maximum.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<u32>);

impl Samples {
    pub fn push(&mut self, took: Duration) {
        self.0.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
    }

    pub fn extend(&mut self, others: &Self) {
        self.0.extend_from_slice(&others.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The percentile `percent` in milliseconds, by nearest rank.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.0.sort_unstable();
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

/// The rate and the latencies of one round.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// A summary over the rounds: medians, and the lowest and highest rate.
#[derive(Clone, Copy, Debug)]
pub struct Summary {
    pub median: Figure,
    pub least: f64,
    pub most: f64,
}

impl Summary {
    /// `None` when nothing was measured.
    pub fn of(rounds: &[Figure]) -> Option<Self> {
        let all = |read: fn(&Figure) -> f64| rounds.iter().map(read).collect::<Vec<_>>();
        let rates = all(|figure| figure.per_second);
        Some(Self {
            median: Figure {
                per_second: median(rates.clone())?,
                p50_ms: median(all(|figure| figure.p50_ms))?,
                p99_ms: median(all(|figure| figure.p99_ms))?,
            },
            least: rates.iter().copied().reduce(f64::min)?,
            most: rates.iter().copied().reduce(f64::max)?,
        })
    }
}

/// For an even number of values, the mean of the middle two.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// Events a second.
pub fn rate(events: u64, took: Duration) -> f64 {
    let events = u32::try_from(events).unwrap_or(u32::MAX);
    f64::from(events) / took.as_secs_f64().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut samples = Samples::default();
        (1..=200).rev().for_each(|n| samples.push(Duration::from_millis(n)));
        assert_eq!([50, 99, 100].map(|p| samples.percentile(p).to_string()), ["100", "198", "200"]);
        assert!(Samples::default().percentile(50).is_nan());
    }

    #[test]
    fn medians_of_odd_and_even_numbers() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
