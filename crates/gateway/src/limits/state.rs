//! Reports the rate limits to the caller in the headers `RateLimit-Policy` and `RateLimit`, as in
//! draft-ietf-httpapi-ratelimit-headers-11.

use std::fmt::Write;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The state of one limit after a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimitState {
    /// The name of the limit.
    pub policy: &'static str,
    /// The most calls at once (the bucket size).
    pub quota: u32,
    /// The time in which an empty bucket fills up.
    pub window: Duration,
    /// The calls left now.
    pub remaining: u32,
    /// The time until more calls are allowed than now.
    pub reset: Duration,
}

/// The limits applied to a request.
#[derive(Debug, Default)]
pub(crate) struct Allowance(Vec<RateLimitState>);

impl Allowance {
    pub(super) fn note(&mut self, standing: RateLimitState) {
        self.0.push(standing);
    }

    /// Writes the two headers, if any limit applied.
    pub(crate) fn tell(&self, headers: &mut HeaderMap) {
        if self.0.is_empty() {
            return;
        }
        let (mut policies, mut limits) = (String::with_capacity(32), String::with_capacity(32));
        for RateLimitState { policy, quota, window, remaining, reset } in &self.0 {
            let between = if policies.is_empty() { "" } else { ", " };
            let (window, reset) = (seconds(*window), seconds(*reset));
            let _ = write!(policies, "{between}\"{policy}\";q={quota};w={window}");
            let _ = write!(limits, "{between}\"{policy}\";r={remaining};t={reset}");
        }
        for (name, text) in [(POLICY, policies), (LIMIT, limits)] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }
}

/// Seconds, rounded up.
pub(super) fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
