//! The decisions about a listing. Each leads back to the queue and says what was done.

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use super::{PATH, one, reasons};
use crate::Site;
use crate::api::{ApiError, Call};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::key::Key;
use crate::visit::Visit;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/moderation/{id}/approve", post(approve))
        .route("/moderation/{id}/reject", post(reject))
        .route("/moderation/{id}/verify", post(verify))
        .route("/moderation/{id}/feature", post(feature))
}

async fn approve(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let call = Call::post(format!("/api/properties/{id}/approve"), json!({}));
    decide(&visit, &id, &form, call, Flash::ListingApproved).await
}

async fn verify(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let verified = form.filled("verified") != Some("false");
    let call = Call::post(format!("/api/properties/{id}/verify"), json!({ "verified": verified }));
    let flash = if verified { Flash::ListingVerified } else { Flash::ListingUnverified };
    decide(&visit, &id, &form, call, flash).await
}

async fn feature(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let featured = form.filled("featured") != Some("false");
    let call = Call::post(format!("/api/properties/{id}/feature"), json!({ "featured": featured }));
    let flash = if featured { Flash::ListingFeatured } else { Flash::ListingUnfeatured };
    decide(&visit, &id, &form, call, flash).await
}

/// Refuses a listing, or takes it down. A reason that the API does not take is asked for again on the page of the listing.
async fn reject(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let reason = reasons::given(&visit, &form);
    let call = Call::post(format!("/api/properties/{id}/reject"), json!({ "reason": reason }));
    let status = form.filled("status");
    let flash =
        if status == Some("PENDING_REVIEW") { Flash::ListingRejected } else { Flash::ListingTakenDown };
    // Taking it back puts the listing on the market: not offered for one that was not there before.
    let goes_on = matches!(status, Some("ACTIVE" | "PENDING_REVIEW"));
    match visit.tell(call.if_version(form.version())).await {
        Ok(()) => Ok(back(&visit, goes_on.then_some(&id), flash)),
        Err(ApiError::Refused(refusal)) if !refusal.field_errors.is_empty() => {
            one::again(&visit, id, reason, *refusal).await
        }
        Err(error) => Ok(back(&visit, None, refused(error)?)),
    }
}

/// Carries the decision out, unless the listing is no longer as the moderator saw it.
async fn decide(visit: &Visit, id: &Key, form: &Form, call: Call, done: Flash) -> Result<Response, Failure> {
    match visit.tell(call.if_version(form.version())).await {
        Ok(()) => Ok(back(visit, Some(id), done)),
        Err(error) => Ok(back(visit, None, refused(error)?)),
    }
}

/// What to say about a decision that was not carried out.
fn refused(error: ApiError) -> Result<Flash, Failure> {
    match error {
        ApiError::Refused(refusal) if refusal.status == StatusCode::PRECONDITION_FAILED => {
            Ok(Flash::ListingChanged)
        }
        error => error.about_input().map(|_| Flash::DecisionRefused),
    }
}

/// Leads back to the queue. `judged` is the listing, if the page is to offer what can be done about the decision.
fn back(visit: &Visit, judged: Option<&Key>, flash: Flash) -> Response {
    let to = judged.map_or_else(|| PATH.to_owned(), |id| format!("{PATH}?judged={id}"));
    visit.go(&to, Some(flash))
}
