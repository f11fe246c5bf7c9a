//! The settings of webhooks, as the partners service takes them.

use std::time::Duration;

use bus::Retry;
use partners::WebhookSettings;

use crate::settings::Webhooks;

pub fn settings(settings: &Webhooks) -> WebhookSettings {
    let base_ms = settings.base_ms.get().into();
    WebhookSettings {
        retry: Retry { tries: settings.tries.get(), base_ms, cap_ms: settings.cap_ms.get().into() },
        timeout: Duration::from_secs(settings.timeout_seconds.get().into()),
        disable_after_failed: settings.disable_after_failed.get(),
        disable_after_days: settings.disable_after_days.get(),
        secret_overlap_hours: settings.secret_overlap_hours,
        most_per_tenant: settings.most_per_tenant.get(),
        allow_internal: settings.allow_internal,
    }
}
