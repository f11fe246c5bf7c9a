//! A histogram as Prometheus writes it: for each limit, how many values were not above it.

use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

/// The requests that took longer than the bucket before, and at most this long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimeBucket {
    /// Null for the last one, which has no limit.
    up_to_ms: Option<f64>,
    requests: u64,
}

/// Counts up to each limit in seconds, in the order of the limits. Histograms of one operation add up.
#[derive(Debug, Default)]
pub struct Histogram(Vec<(f64, f64)>);

impl Histogram {
    /// Adds a count of values up to `limit`, as it is written.
    pub fn add(&mut self, limit: &str, count: f64) {
        let Ok(limit) = f64::from_str(limit) else { return };
        match self.0.binary_search_by(|(known, _)| known.total_cmp(&limit)) {
            Ok(index) => self.0.iter_mut().skip(index).take(1).for_each(|(_, known)| *known += count),
            Err(index) => self.0.insert(index, (limit, count)),
        }
    }

    /// The number of values.
    pub fn count(&self) -> u64 {
        self.0.last().map_or(0, |(_, count)| whole(*count))
    }

    /// The average in milliseconds, given the sum in seconds.
    pub fn average(&self, sum: f64) -> f64 {
        self.0.last().filter(|(_, count)| *count > 0.0).map_or(0.0, |(_, count)| sum / count * 1000.0)
    }

    /// The value in milliseconds that this share of all values does not exceed. Within a bucket, values are taken to be
    /// spread evenly. Above the last limit, it is that limit.
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = self.0.last().map_or(0.0, |(_, count)| count * share);
        let (mut lower, mut below) = (0.0, 0.0);
        for (limit, count) in &self.0 {
            if *count >= rank && *count > below {
                let seconds = if limit.is_finite() {
                    lower + (limit - lower) * (rank - below) / (count - below)
                } else {
                    lower
                };
                return seconds * 1000.0;
            }
            (lower, below) = (*limit, *count);
        }
        0.0
    }

    /// Its buckets.
    pub fn buckets(&self) -> Vec<TimeBucket> {
        let mut below = 0.0;
        let bucket = |(limit, count): &(f64, f64)| {
            let requests = whole(count - below);
            below = *count;
            TimeBucket { up_to_ms: limit.is_finite().then_some(limit * 1000.0), requests }
        };
        self.0.iter().map(bucket).collect()
    }
}

/// A count, which metrics hold as a real number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts are whole and not negative"
)]
pub fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(counts: &[(&str, f64)]) -> Histogram {
        let mut histogram = Histogram::default();
        for (limit, count) in counts {
            histogram.add(limit, *count);
        }
        histogram
    }

    #[test]
    fn quantiles_lie_within_their_bucket() {
        // In another order, and in two parts, as one series for each status.
        let parts =
            [("+Inf", 60.0), ("0.1", 60.0), ("0.01", 40.0), ("+Inf", 40.0), ("0.1", 30.0), ("0.01", 10.0)];
        let histogram = histogram(&parts);
        assert_eq!(histogram.count(), 100);
        let near = |share: f64, expected: f64| {
            assert!((histogram.quantile(share) - expected).abs() < 1e-9, "{share} is not at {expected}");
        };
        near(0.25, 5.0);
        near(0.5, 10.0);
        near(0.7, 55.0);
        near(0.9, 100.0);
        near(0.99, 100.0);
        let requests: Vec<u64> = histogram.buckets().iter().map(|bucket| bucket.requests).collect();
        assert_eq!(requests, [50, 40, 10]);
        assert_eq!(histogram.buckets()[2].up_to_ms, None);
        assert!((histogram.average(2.0) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn without_values_everything_is_zero() {
        for empty in [histogram(&[]), histogram(&[("0.1", 0.0), ("+Inf", 0.0)])] {
            assert_eq!((empty.count(), empty.quantile(0.5), empty.average(0.0)), (0, 0.0, 0.0));
        }
    }
}
