//! Asking an owner, and following that up.

use super::asked::{EnquiryBody, FollowUpBody, LeadList};
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::fields::{Choice, MemberKind};
use domain::lead::{Enquiry, Lead, LeadCommand, LeadRejection, LeadStatus, Purpose};
use domain::property::Status;
use domain::property::content::Contact;
use domain::user::User;
use domain::{Fields, LeadId, Log, Personal, PropertyId, Timestamp, UserId, people};
use http_kit::docs::{IdempotencyKey, IfMatch, Query};
use http_kit::{Caller, Conditions, Deed, Failure, JsonObject, Paging, Params, Right};
use http_kit::{Envelope, Page};
use journal::{Claim, Claims, ExecuteError, Options};

use super::{no_such_listing, property_id};
use crate::App;
use crate::document::snapshot;
use crate::leads::{LeadDocument, Side};
use crate::queries::leads::Wanted;

const WORDS: std::ops::RangeInclusive<usize> = 1..=1000;

fn no_such_lead() -> Failure {
    Failure::not_found("LEAD_NOT_FOUND", "there is no such lead")
}

/// What a person may do once about a listing, at a time.
pub(super) fn one_of(
    app: &App,
    caller: &Caller,
    kind: &'static str,
    property: PropertyId,
    person: UserId,
) -> Claim {
    app.kit.ledger.keys().claim(&caller.tenant, kind, &format!("{property}|{person}"))
}

/// `POST /api/properties/{id}/leads`: asks the owner of a home on the market.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/leads",
    summary = "Ask a home's owner",
    params(IdempotencyKey),
    request_body = EnquiryBody,
    responses(
        (status = 201, description = "The lead", body = Envelope<LeadDocument>),
        (status = 403, description = "Your e-mail address is not confirmed"),
        (status = 409, description = "It is your own, you asked before, or it is not on the market"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn make(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    caller.person()?;
    let property = property_id(path)?;
    let known = app.visible_now(&caller, property).await?;
    let seeker = caller.confirmed(&app.kit).await?.user;
    let enquiry = app.enquiry(&caller, seeker, &body).await?;
    // Those who look after the site see homes of absent owners, too.
    if known.listing.status != Status::Active || known.owner_absent {
        return Err(Failure::conflict("NOT_ON_THE_MARKET", "the home is not on the market now"));
    }
    app.kit.daily.take(Deed::Enquiry(seeker.to_string()))?;
    let id: LeadId = app.kit.ledger.fresh().into();
    let claims = Claims { take: vec![one_of(&app, &caller, "lead", property, seeker)], release_all: false };
    let options = conditions.options(&app.kit, &caller, &body.bytes, &id);
    let options = Options { new_stream: true, claims, ..options };
    let (owner, snapshot) = (known.listing.owner, snapshot(&known.listing));
    let command = LeadCommand::Make { id, property, snapshot, owner, enquiry: Box::new(enquiry) };
    let done = app.kit.execute::<Lead>(&caller.actor(), id, command, options).await.map_err(refused)?;
    let lead = done.state.made.ok_or_else(no_such_lead)?;
    let document = LeadDocument::of(&lead, done.version, Side::Seeker);
    let reply = app.kit.done(&caller, "The owner is asked", document, done.position);
    Ok(reply.created(&format!("/api/leads/{}", lead.id)).etag(&done.version.to_string()).into_response())
}

fn refused(error: ExecuteError<LeadRejection>) -> Failure {
    match error {
        ExecuteError::Rejected(LeadRejection::Unknown) => no_such_lead(),
        ExecuteError::Rejected(LeadRejection::Own) => {
            Failure::conflict("OWN_LISTING", "the listing is your own")
        }
        ExecuteError::Rejected(reason) => Failure::conflict("LEAD_STATUS", reason.to_string()),
        ExecuteError::Taken { owner, .. } => Failure::conflict(
            "LEAD_EXISTS",
            format!("you asked about this home before, and the owner is at it: lead {}", owner.id),
        ),
        other => http_kit::refused(other),
    }
}

fn asked_words(f: &mut Fields<'_>) -> Option<String> {
    f.text("message", WORDS)
}

/// What an enquiry says besides its words.
fn asked(f: &mut Fields<'_>, now: Timestamp) -> (Option<Purpose>, Contact, Option<Timestamp>) {
    let purpose = f.choice("purpose");
    let purpose = if f.raw("purpose").is_some() { purpose } else { Some(Purpose::Enquiry) };
    let contact = Contact {
        name: f.text("name", 1..=100),
        phone: f.parsed("phone", people::phone),
        email: f.parsed("email", people::email),
    };
    let visit_at = f.parsed("visitAt", |text| match text.parse::<Timestamp>() {
        Ok(at) if at > now => Ok(at),
        Ok(_) => Err("must be in the future"),
        Err(_) => Err("must be a time such as 2026-01-31T10:00:00Z"),
    });
    (purpose, contact, visit_at)
}

pub fn asked_enquiry(f: &mut Fields<'_>) {
    asked_words(f);
    asked(f, Timestamp::default());
}

pub fn asked_follow_up(f: &mut Fields<'_>) -> (Option<LeadStatus>, Option<String>) {
    (f.choice("status"), f.text("note", WORDS))
}

/// Which leads; the last is their page.
pub fn asked_list(
    f: &mut Fields<'_>,
) -> (Option<Side>, Option<LeadStatus>, Option<PropertyId>, Option<Paging>) {
    f.asks("box", || MemberKind::Choice(vec!["received", "sent"]));
    let side = f.parsed("box", |word| match word {
        "received" => Ok(Side::Owner),
        "sent" => Ok(Side::Seeker),
        _ => Err("must be received or sent"),
    });
    let status = f.choice("status");
    let property =
        f.parsed("propertyId", |id| id.parse::<PropertyId>().map_err(|_| "must be the id of a listing"));
    (side, status, property, Paging::read(f, 10, 2))
}

impl App {
    /// What the body asks; whoever names no way to be reached is reached as their account says.
    async fn enquiry(&self, caller: &Caller, seeker: UserId, body: &JsonObject) -> Result<Enquiry, Failure> {
        let mut fields = Fields::new(&body.members);
        let words = asked_words(&mut fields).map(|text| Personal::of(seeker, text));
        let (purpose, mut contact, visit_at) = asked(&mut fields, self.kit.ledger.clock().now());
        let purpose = fields.finish(purpose)?;
        if contact.phone.is_none() && contact.email.is_none() {
            let (user, _) = self.kit.ledger.load::<User>(&caller.tenant, seeker).await?;
            let person = user.person.ok_or_else(|| Failure::unauthenticated("sign in first"))?;
            let profile = person.profile.as_ref();
            contact.email = person.account.as_ref().map(|account| account.email.clone());
            contact.phone = profile.and_then(|profile| profile.phone_number.clone());
            let name = profile.map(|profile| format!("{} {}", profile.first_name, profile.last_name));
            contact.name = contact.name.or(name.map(|name| name.trim().to_owned()));
        }
        Ok(Enquiry { seeker_id: seeker, purpose, seeker: Personal::of(seeker, contact), words, visit_at })
    }
}

/// `GET /api/leads`: what people ask the caller, newest first; `box=sent` is what the caller asked.
#[utoipa::path(
    get,
    path = "/api/leads",
    summary = "What was asked about homes",
    params(Query<LeadList>),
    responses((status = 200, description = "The newest first", body = Envelope<Page<LeadDocument>>)),
)]
pub async fn list(State(app): State<App>, caller: Caller, uri: Uri) -> Result<Response, Failure> {
    let person = caller.person()?.user;
    let params = Params::read(&uri, &["box", "status", "propertyId", "page", "size", "cursor"])?;
    let mut fields = params.fields();
    let (side, status, property, paging) = asked_list(&mut fields);
    let paging = fields.finish(paging)?;
    let fresh = app.kit.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let wanted = Wanted { person, side: side.unwrap_or(Side::Owner), status, property };
    let page = app.leads(&caller.tenant, &wanted, &paging).await?;
    let links = page.links(&uri);
    Ok(app.kit.reply("Leads found", page).links(&links).stale(fresh.is_stale()).into_response())
}

/// `PATCH /api/leads/{id}`: how far the owner is, and what they note.
#[utoipa::path(
    patch,
    path = "/api/leads/{id}",
    summary = "Follow up a lead",
    params(IdempotencyKey, IfMatch),
    request_body = FollowUpBody,
    responses(
        (status = 200, description = "The lead as it is now", body = Envelope<LeadDocument>),
        (status = 409, description = "That status cannot follow the one there is"),
    ),
)]
pub async fn follow_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    conditions: Conditions,
    body: JsonObject,
) -> Result<Response, Failure> {
    caller.person()?;
    let id: LeadId = id.parse().map_err(|_| no_such_lead())?;
    let (lead, _) = app.kit.ledger.load::<Lead>(&caller.tenant, id).await?;
    let lead = lead.made.ok_or_else(no_such_lead)?;
    caller.reach(Right::Change(lead.owner), no_such_lead)?;
    let mut fields = Fields::new(&body.members);
    let (status, note) = asked_follow_up(&mut fields);
    if status.is_none() && note.is_none() {
        fields.wrong("status", format!("{}; or give a note", LeadStatus::choices()));
    }
    fields.finish(Some(()))?;
    // Whoever was answered may ask again; whose enquiry is spam may not.
    let claims = match status {
        Some(LeadStatus::Won | LeadStatus::Lost) => Claims { take: Vec::new(), release_all: true },
        Some(_) => {
            let claim = one_of(&app, &caller, "lead", lead.property, lead.enquiry.seeker_id);
            Claims { take: vec![claim], release_all: false }
        }
        None => Claims::default(),
    };
    let options = Options { claims, ..conditions.options(&app.kit, &caller, &body.bytes, &id) };
    let command = LeadCommand::FollowUp { status, note };
    let done = app.kit.execute::<Lead>(&caller.actor(), id, command, options).await.map_err(refused)?;
    let lead = done.state.made.ok_or_else(no_such_listing)?;
    let document = LeadDocument::of(&lead, done.version, Side::Owner);
    let reply = app.kit.done(&caller, "Lead updated", document, done.position);
    Ok(reply.etag(&done.version.to_string()).into_response())
}
