//! The bodies of requests about webhooks.

use std::collections::BTreeSet;

use domain::Fields;
use domain::fields::MemberKind;
use domain::webhook::{Subscription, WebhookChange};
use http_kit::{Body, Request};
use serde_json::{Value, json};

use crate::webhooks::events::{PUBLISHED, subscribable};

/// See [`NewWebhook`].
pub type NewWebhookBody = Body<NewWebhook>;

/// The body that creates a webhook. Whether its address is allowed depends on the settings.
pub struct NewWebhook(pub Subscription);

impl Request for NewWebhook {
    const NAME: &'static str = "NewWebhook";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        let url = f.text("url", 1..=500);
        let url = f.required("url", url);
        let events = events(f);
        let events = f.required("events", events);
        let description = f.text("description", 1..=200);
        Some(Self(Subscription { url: url?, events: events?, description }))
    }

    fn about(member: &str) -> Option<&'static str> {
        about(member)
    }

    fn example() -> Value {
        json!({"url": "https://partner.example/hook", "events": ["PROPERTY_CREATED", "ProductPurchased"],
            "description": "Their shop"})
    }
}

/// See [`ChangedWebhook`].
pub type ChangedWebhookBody = Body<ChangedWebhook>;

/// The body that changes a webhook, as RFC 7396: members left out keep their values, null removes.
pub struct ChangedWebhook(pub WebhookChange);

impl Request for ChangedWebhook {
    const NAME: &'static str = "WebhookChange";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        for required in ["url", "events", "enabled"] {
            if f.given(required).is_some_and(Value::is_null) {
                f.wrong(required, "cannot be removed");
            }
        }
        f.asks("description", || MemberKind::OrNull(Box::new(MemberKind::Text(1..=200))));
        let url = f.text("url", 1..=500);
        let events = events(f);
        let description = match f.given("description") {
            Some(Value::Null) => Some(None),
            _ => f.text("description", 1..=200).map(Some),
        };
        Some(Self(WebhookChange { url, events, description, enabled: f.flag("enabled") }))
    }

    fn about(member: &str) -> Option<&'static str> {
        about(member)
    }

    fn example() -> Value {
        json!({"events": ["*"], "enabled": false})
    }
}

fn about(member: &str) -> Option<&'static str> {
    Some(match member {
        "url" => "Where messages are sent: a public server, over https.",
        "events" => "Names of events, or `*` for all that webhooks carry. `docs/webhooks.md` lists them.",
        "enabled" => "Whether messages are sent. Events of the meantime are not sent later.",
        _ => return None,
    })
}

fn events(f: &mut Fields<'_>) -> Option<BTreeSet<String>> {
    let names = f.values("events", PUBLISHED.len(), subscribable);
    f.raw("events")?;
    if names.is_empty() {
        f.wrong("events", "must name at least one event, or *");
    }
    Some(names.into_iter().collect())
}
