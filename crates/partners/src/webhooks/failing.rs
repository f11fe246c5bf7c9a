//! When a webhook has failed for so long that it is disabled.

use domain::Timestamp;
use domain::webhook::{DisabledReason, WebhookDetails};
use projection::deliveries::LeasedDelivery;
use projection::{Row, Value, ViewError, ViewStore};

use super::settings::WebhookSettings;

const DAY: i64 = 86_400;
/// The newest outcomes of a webhook since it was enabled.
const NEWEST: &str = "select s.state from delivery d cross join delivery_states s on s.id = d.id
    where d.recipient = $2 and d.tenant = $1 and d.channel = $3 and s.state in ('delivered', 'failed') and s.at >= $4
    order by d.made_at desc, d.id desc limit $5";
/// When a webhook accepted something for the last time.
const LAST: &str = "select s.at from delivery d cross join delivery_states s on s.id = d.id
    where d.recipient = $2 and d.tenant = $1 and d.channel = $3 and s.state = 'delivered'
    order by d.made_at desc, d.id desc limit 1";

/// Why the webhook of `order`, which failed at `now`, is to be disabled, if it is. `since` is the time of the event.
///
/// # Errors
/// When the read model is unavailable.
pub async fn reason_to_disable(
    store: &ViewStore,
    settings: &WebhookSettings,
    order: &LeasedDelivery,
    details: &WebhookDetails,
    (since, now): (Timestamp, Timestamp),
) -> Result<Option<DisabledReason>, ViewError> {
    let failures = order.tries.saturating_add(1);
    let whose: [Value<'_>; 3] =
        [order.tenant.as_str().into(), order.recipient.to_string().into(), order.channel.as_str().into()];
    if failures >= settings.retry.tries {
        let before = u64::from(settings.disable_after_failed.saturating_sub(1));
        let rest = [details.enabled_at.micros().into(), before.into()];
        let newest = store.query(NEWEST, whose.iter().cloned().chain(rest).collect()).await?;
        let all_failed = newest.iter().all(|row| row.text(0) == Some("failed"));
        if newest.len() as u64 == before && all_failed {
            return Ok(Some(DisabledReason::DeliveriesFailed));
        }
    }
    if failures > 1 {
        let last = store.query(LAST, whose.to_vec()).await?;
        let last = last.first().and_then(|row: &Row| row.int(0)).map_or(since, Timestamp::from_micros);
        let begun = last.max(since).max(details.enabled_at);
        if now >= begun.plus_seconds(i64::from(settings.disable_after_days) * DAY) {
            return Ok(Some(DisabledReason::Unreachable));
        }
    }
    Ok(None)
}
