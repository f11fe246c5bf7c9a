//! `/unsubscribe`: stops e-mails of one kind by the link in one of them, without signing in. Opening it changes nothing,
//! because mail programs open links by themselves; pressing the button does.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::show;
use crate::Site;
use crate::api::{Call, Subscription};
use crate::failure::Failure;
use crate::form::Form;
use crate::frame::Frame;
use crate::messages::key;
use crate::visit::Visit;

const API: &str = "/api/notifications/unsubscribe";

#[derive(Template)]
#[template(path = "unsubscribe.html")]
struct UnsubscribePage {
    frame: Frame,
    subscription: Subscription,
    token: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/unsubscribe", get(asked).post(stop))
}

async fn asked(visit: Visit) -> Result<Response, Failure> {
    let token = visit.asked("token").unwrap_or_default();
    let subscription = visit.ask(Call::get(API).query(&[("token", &token)])).await?;
    page(&visit, subscription, token)
}

async fn stop(visit: Visit, form: Form) -> Result<Response, Failure> {
    let token = form.filled("token").unwrap_or_default().to_owned();
    let subscription = visit.ask(Call::post(API, json!({})).query(&[("token", &token)])).await?;
    page(&visit, subscription, token)
}

fn page(visit: &Visit, subscription: Subscription, token: String) -> Result<Response, Failure> {
    let title = if subscription.stopped { key("account-unsubscribed") } else { key("account-unsubscribe") };
    let title = visit.text(title).to_string();
    show(&UnsubscribePage { frame: visit.frame(title), subscription, token })
}
