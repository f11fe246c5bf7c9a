//! `/tools/…`: what a home costs a month, what it costs in all, and what it may be worth. Each is a form whose answer is
//! in its address, so that it can be kept and sent on.

mod costs;
mod inputs;
mod instalments;
mod value;

use axum::Router;

use super::show_as;
use crate::Site;

pub(super) fn router() -> Router<Site> {
    Router::new().merge(instalments::router()).merge(value::router()).merge(costs::router())
}
