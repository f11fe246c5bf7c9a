//! `/session/renew`: renews the sign-in of an open page, whose connection for news ends with its access token. The guard
//! around every page does so; here is only the answer.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::Site;
use crate::session::RENEWAL;
use crate::visit::Visit;

pub(super) fn router() -> Router<Site> {
    Router::new().route(RENEWAL, get(renewed))
}

async fn renewed(visit: Visit) -> StatusCode {
    if visit.signed_in() { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}
