//! The actions of one button on a home: save, unsave, change its status, remove it.

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use serde_json::json;

use crate::Site;
use crate::api::{ApiError, Call, Property};
use crate::failure::Failure;
use crate::flash::Flash;
use crate::form::Form;
use crate::key::Key;
use crate::next_path::NextPath;
use crate::visit::Visit;

pub(super) fn router() -> Router<Site> {
    Router::new()
        .route("/homes/{id}/save", post(save))
        .route("/homes/{id}/unsave", post(unsave))
        .route("/homes/{id}/status", post(status))
        .route("/homes/{id}/remove", post(remove))
}

async fn save(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::post(format!("/api/properties/{id}/favorite"), json!({}))).await?;
    Ok(visit.go(&back(&form, &id), Some(Flash::Saved)))
}

async fn unsave(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::delete(format!("/api/properties/{id}/favorite"))).await?;
    Ok(visit.go(&back(&form, &id), Some(Flash::Unsaved)))
}

async fn status(visit: Visit, id: Key, form: Form) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let wanted = form.filled("status").unwrap_or_default();
    let call = Call::patch(format!("/api/properties/{id}/status"), json!({ "status": wanted }));
    let flash = match visit.ask::<Option<Property>>(call).await {
        Ok(home) => reached(home.as_ref()),
        Err(ApiError::Refused(refusal)) if refusal.blames_input() => Flash::StatusRefused,
        Err(error) => return Err(error.into()),
    };
    Ok(visit.go(&back(&form, &id), Some(flash)))
}

/// What is said about the status that a home has now. Where homes are moderated, it need not be the one asked for.
fn reached(home: Option<&Property>) -> Flash {
    match home.and_then(|home| home.status.as_deref()) {
        Some("SOLD") => Flash::MarkedSold,
        Some("RENTED") => Flash::MarkedRented,
        Some("INACTIVE") => Flash::TakenOff,
        Some("ACTIVE") => Flash::OnTheMarket,
        _ => Flash::StatusChanged,
    }
}

async fn remove(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.tell(Call::delete(format!("/api/properties/{id}"))).await?;
    Ok(visit.go("/dashboard", Some(Flash::Removed)))
}

/// The page of the button: the home itself, unless the form names another page of this site.
fn back(form: &Form, id: &Key) -> String {
    form.get("next").and_then(NextPath::parse).map_or_else(|| format!("/homes/{id}"), |next| next.to_string())
}
