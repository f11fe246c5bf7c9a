//! `/homes/{id}`: one home, public; its contact on request, and the controls for its owner.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};

use super::{contact_looks, show};
use crate::Site;
use crate::api::{Call, Contact, ContactLook, Page, Profile, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::head;
use crate::key::Key;
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
    /// Whether the reader owns it.
    own: bool,
    /// Statuses that the owner can set next, with the text of each button; empty for others.
    next_statuses: Vec<(&'static str, &'static str)>,
    /// Whether a moderator took it off the market, so that its owner cannot put it back.
    held: bool,
    /// Who was shown the contact, for the owner; `None` when that could not be loaded.
    looks: Option<Page<ContactLook>>,
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
    let looks = if own { contact_looks::newest(visit, &id).await? } else { None };
    show(&DetailPage {
        frame: visit.frame(home.heading()).with_head(head::listing(visit, &home)?),
        id,
        listed: Moment::parse_some(home.created_at.as_ref()),
        contact,
        own,
        next_statuses: if own { next_statuses(&home) } else { Vec::new() },
        held: own && is_held(&home),
        looks,
        home,
    })
}

/// The signed-in person; `None` also when their profile cannot be loaded, so that public pages still work.
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

/// The statuses that the API lets the owner set, with button texts. Removal has its own button; a status without a
/// text gets none.
fn next_statuses(home: &Property) -> Vec<(&'static str, &'static str)> {
    let next = home.next_statuses.iter().flatten();
    next.filter_map(|to| words(home.status.as_deref()?, to)).collect()
}

fn words(from: &str, to: &str) -> Option<(&'static str, &'static str)> {
    Some(match (from, to) {
        ("DRAFT", "ACTIVE") => ("ACTIVE", "Publish"),
        ("DRAFT", "PENDING_REVIEW") => ("PENDING_REVIEW", "Send for review"),
        ("REJECTED", "DRAFT") => ("DRAFT", "Back to draft"),
        ("ACTIVE", "SOLD") => ("SOLD", "Mark as sold"),
        ("ACTIVE", "RENTED") => ("RENTED", "Mark as rented"),
        ("ACTIVE", "INACTIVE") => ("INACTIVE", "Hide for now"),
        ("INACTIVE" | "EXPIRED", "ACTIVE") => ("ACTIVE", "Show it again"),
        ("SOLD" | "RENTED", "ACTIVE") => ("ACTIVE", "Back on the market"),
        _ => return None,
    })
}

/// Whether a moderator holds the home. Otherwise an owner can always change either of these statuses.
fn is_held(home: &Property) -> bool {
    matches!(home.status.as_deref(), Some("REJECTED" | "INACTIVE"))
        && home.next_statuses.as_ref().is_some_and(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::{is_held, next_statuses, owns};
    use crate::api::{Profile, Property};

    #[test]
    fn a_home_without_a_known_owner_is_nobody_s() {
        let person = Profile { id: "u1".to_owned(), ..Profile::default() };
        assert!(!owns(Some(&person), &Property::default()));
        assert!(!owns(None, &Property::default()));
        let own = Property { owner_id: Some("u1".to_owned()), ..Property::default() };
        assert!(owns(Some(&person), &own));
    }

    #[test]
    fn an_owner_is_offered_what_the_api_takes() {
        let home = |status: &str, next: &[&str]| Property {
            status: Some(status.to_owned()),
            next_statuses: Some(next.iter().map(|&to| to.to_owned()).collect()),
            ..Property::default()
        };
        assert_eq!(
            next_statuses(&home("DRAFT", &["PENDING_REVIEW"])),
            [("PENDING_REVIEW", "Send for review")]
        );
        assert_eq!(next_statuses(&home("INACTIVE", &["ACTIVE"])), [("ACTIVE", "Show it again")]);
        assert!(next_statuses(&home("INACTIVE", &[])).is_empty());
        assert!(is_held(&home("INACTIVE", &[])) && is_held(&home("REJECTED", &[])));
        assert!(!is_held(&home("PENDING_REVIEW", &[])) && !is_held(&home("REJECTED", &["DRAFT"])));
    }
}
