//! `/admin/people/{id}`: the account of one person, their homes, and what an administrator can change.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::show;
use crate::Site;
use crate::api::{Call, Member, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::labels::{self, ACCOUNT_STATUSES, Labels, ROLES};
use crate::messages::Language;
use crate::numbers::Count;
use crate::visit::Visit;
use crate::when::Moment;

/// The newest homes that are shown.
const HOMES: &str = "12";

/// A person in words.
pub(super) struct PersonView {
    pub(super) id: Key,
    pub(super) name: String,
    pub(super) username: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) role: String,
    /// The code of the role.
    pub(super) role_code: String,
    pub(super) status: String,
    pub(super) is_suspended: bool,
    pub(super) is_confirmed: bool,
    pub(super) homes: Count,
    pub(super) joined: Option<Moment>,
    pub(super) last_seen: Option<Moment>,
}

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    frame: Frame,
    person: PersonView,
    homes: Vec<Property>,
    roles: Labels,
    /// Whether the reader may change the account: an administrator, and not their own.
    can_change: bool,
}

impl PersonView {
    /// `None` for somebody whose id no address can hold.
    pub(super) fn of(language: Language, member: Member) -> Option<Self> {
        let id = Key::parse(&member.id)?;
        Some(Self {
            name: member.name().unwrap_or_else(|| language.text("people-nameless").to_string()),
            email: member.shown_email().map(str::to_owned),
            role: labels::of(language, ROLES, &member.role),
            status: labels::of(language, ACCOUNT_STATUSES, &member.status),
            is_suspended: member.status == "SUSPENDED",
            is_confirmed: member.email_verified,
            homes: member.property_count,
            joined: Moment::parse_some(member.created_at.as_ref()),
            last_seen: Moment::parse_some(member.last_login.as_ref()),
            username: member.username,
            phone: member.phone_number,
            role_code: member.role,
            id,
        })
    }

    /// Whether the person has the role of this code.
    pub(super) fn is(&self, role: &str) -> bool {
        self.role_code == role
    }
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/admin/people/{id}", get(page))
}

/// Loads the account, with its version.
pub(super) async fn load(visit: &Visit, id: &Key) -> Result<(PersonView, Option<String>), Failure> {
    // Everybody may read their own account, so that the API would not refuse that page.
    if !visit.sees_people() {
        return Err(Failure::Forbidden);
    }
    let (member, version): (Member, _) =
        visit.ask_with_version(Call::get(format!("/api/users/{id}"))).await?;
    Ok((PersonView::of(visit.language, member).ok_or(Failure::NotFound)?, version))
}

async fn page(visit: Visit, id: Key) -> Result<Response, Failure> {
    visit.must_be_signed_in()?;
    visit.knows(&[]);
    let (person, _) = load(&visit, &id).await?;
    let call = Call::get(format!("/api/users/{id}/properties")).query(&[("size", HOMES)]);
    let homes: Option<Page<Property>> = visit.ask_for_part(call).await?;
    let is_own = visit.person() == Some(person.id.to_string());
    show(&PersonPage {
        frame: visit.frame(person.name.clone()),
        homes: homes.map(|page| page.content).unwrap_or_default(),
        roles: ROLES,
        can_change: visit.operates() && !is_own,
        person,
    })
}
