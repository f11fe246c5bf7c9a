//! `/homes/{id}`: one home, for anybody; the contact on request; the controls for its owner.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use super::show;
use crate::Site;
use crate::api::{Call, Contact, Profile, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::Labels;
use crate::visit::Visit;
use crate::when::Moment;

#[derive(Template)]
#[template(path = "home_detail.html")]
struct DetailPage {
    frame: Frame,
    id: Key,
    home: Property,
    listed: Option<Moment>,
    contact: Option<Contact>,
    /// Only the owner is offered these: statuses that can follow, with the words on the button.
    next_statuses: Option<Labels>,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/homes/{id}", get(detail)).route("/homes/{id}/contact", post(reveal))
}

async fn detail(visit: Visit, id: Key) -> Result<Response, Failure> {
    render(&visit, id, None).await
}

async fn reveal(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    let contact = visit.ask(Call::get(format!("/api/properties/{id}/contact"))).await?;
    render(&visit, id, Some(contact)).await
}

async fn render(visit: &Visit, id: Key, contact: Option<Contact>) -> Result<Response, Failure> {
    let person = who(visit).await?;
    let home: Property = visit.ask(Call::get(format!("/api/properties/{id}?include=favorite"))).await?;
    let own = owns(person.as_ref(), &home);
    show(&DetailPage {
        frame: visit.frame(home.heading()),
        id,
        listed: Moment::parse_some(home.created_at.as_ref()),
        contact,
        next_statuses: own.then(|| next_statuses(home.status.as_deref())),
        home,
    })
}

/// The person signed in. A page that anybody may read does without when accounts do not answer.
pub(super) async fn who(visit: &Visit) -> Result<Option<Profile>, Failure> {
    if !visit.signed_in() {
        return Ok(None);
    }
    match visit.ask(Call::get("/api/users/profile")).await.map_err(Failure::from) {
        Ok(profile) => Ok(Some(profile)),
        Err(Failure::SignedOut) => Err(Failure::SignedOut),
        Err(failure) => {
            tracing::warn!(error = %failure, "a page is shown without knowing whose it is");
            Ok(None)
        }
    }
}

pub(super) fn owns(person: Option<&Profile>, home: &Property) -> bool {
    person.is_some_and(|person| home.owner_id.as_deref() == Some(person.id.as_str()))
}

fn next_statuses(status: Option<&str>) -> Labels {
    match status {
        Some("ACTIVE") => {
            &[("SOLD", "Mark as sold"), ("RENTED", "Mark as rented"), ("INACTIVE", "Hide for now")]
        }
        Some("INACTIVE" | "EXPIRED") => &[("ACTIVE", "Show it again")],
        Some("SOLD" | "RENTED") => &[("ACTIVE", "Back on the market")],
        Some("DRAFT") => &[("ACTIVE", "Publish")],
        Some("REJECTED") => &[("DRAFT", "Back to draft")],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::owns;
    use crate::api::{Profile, Property};

    #[test]
    fn a_home_without_a_known_owner_is_nobody_s() {
        let person = Profile { id: "u1".to_owned(), ..Profile::default() };
        assert!(!owns(Some(&person), &Property::default()));
        assert!(!owns(None, &Property::default()));
        let own = Property { owner_id: Some("u1".to_owned()), ..Property::default() };
        assert!(owns(Some(&person), &own));
    }
}
