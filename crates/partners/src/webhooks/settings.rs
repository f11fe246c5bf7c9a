//! How webhooks are delivered. Each setting is explained in `config/default.toml`.

use std::time::Duration;

use bus::Retry;

/// The settings of webhooks.
#[derive(Clone, Copy, Debug)]
pub struct WebhookSettings {
    /// How often and how fast a delivery is tried again.
    pub retry: Retry,
    /// How long one try may take.
    pub timeout: Duration,
    /// A webhook is disabled when this many deliveries in a row used up their tries …
    pub disable_after_failed: u32,
    /// … or when it accepted nothing for this many days.
    pub disable_after_days: u32,
    /// For how many hours the old secret signs beside a new one.
    pub secret_overlap_hours: u32,
    /// The most webhooks of a tenant.
    pub most_per_tenant: u32,
    /// Whether this machine itself may be a target, also over plain HTTP. For tests and development.
    pub allow_internal: bool,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            retry: Retry { tries: 16, base_ms: 5000, cap_ms: 21_600_000 },
            timeout: Duration::from_secs(15),
            disable_after_failed: 5,
            disable_after_days: 5,
            secret_overlap_hours: 24,
            most_per_tenant: 50,
            allow_internal: false,
        }
    }
}
