//! What a caller is told of their limits: `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers-11
//! has them.

use std::fmt::Write;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How one limit stands after a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateLimitState {
    /// The limit's name.
    pub policy: &'static str,
    /// Calls that may be made at once.
    pub quota: u32,
    /// Until an empty limit is full again.
    pub window: Duration,
    /// Calls that may be made now.
    pub remaining: u32,
    /// Until more calls may be made than now.
    pub reset: Duration,
}

/// The limits a request came under.
#[derive(Debug, Default)]
pub(crate) struct Allowance(Vec<RateLimitState>);

impl Allowance {
    pub(super) fn note(&mut self, standing: RateLimitState) {
        self.0.push(standing);
    }

    /// Writes the two headers, where a limit was met.
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

/// Whole seconds, never too few.
pub(super) fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
