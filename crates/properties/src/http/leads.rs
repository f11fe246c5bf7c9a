//! Sending an enquiry to an owner, and following it up.

mod requests;

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use domain::lead::{Enquiry, Lead, LeadCommand, LeadRejection, LeadStatus};
use domain::property::Status;
use domain::user::User;
use domain::{LeadId, Log, Personal, PropertyId, UserId};
use http_kit::docs::{IdempotencyKey, IfMatch};
use http_kit::{ApiResponse, Caller, Conditions, CountedAction, Failure, Invalid, Page, Query, Right};
use journal::{ExecuteError, Options, UniqueKey, UniqueKeys};

use self::requests::{EnquiryBody, FollowUp, FollowUpBody, LeadList, NewEnquiry};
use super::property_id;
use crate::App;
use crate::document::snapshot;
use crate::leads::{LeadDocument, Side};
use crate::queries::leads::LeadFilter;

fn no_such_lead() -> Failure {
    Failure::not_found("LEAD_NOT_FOUND", "there is no such lead")
}

/// The unique key of something that a person can have only one of per listing at a time.
pub(super) fn one_of(
    app: &App,
    caller: &Caller,
    kind: &'static str,
    property: PropertyId,
    person: UserId,
) -> UniqueKey {
    app.context.aggregates.keys().unique_key(&caller.tenant, kind, &format!("{property}|{person}"))
}

/// `POST /api/properties/{id}/leads`: sends an enquiry to the owner of a listing on the market.
#[utoipa::path(
    post,
    path = "/api/properties/{id}/leads",
    summary = "Ask a home's owner",
    params(IdempotencyKey),
    request_body = EnquiryBody,
    responses(
        (status = 201, description = "The lead", body = ApiResponse<LeadDocument>),
        (status = 403, description = "Your e-mail address is not confirmed"),
        (status = 409, description = "It is your own, you asked before, or it is not on the market"),
        (status = 410, description = "The listing was removed"),
    ),
)]
pub async fn make(
    State(app): State<App>,
    caller: Caller,
    path: Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: EnquiryBody,
) -> Result<Response, Failure> {
    caller.person()?;
    let property = property_id(path)?;
    let known = app.visible_now(&caller, property).await?;
    let seeker = caller.confirmed(&app.context).await?.user;
    nothing?;
    let now = app.context.aggregates.clock().now();
    let enquiry = Invalid::or_wrong(body.value, |enquiry| enquiry.is_ahead_of(now))?;
    let enquiry = app.enquiry(&caller, seeker, enquiry).await?;
    // Staff also see the listings of absent owners.
    if known.listing.status != Status::Active || known.owner_absent {
        return Err(Failure::conflict("NOT_ON_THE_MARKET", "the home is not on the market now"));
    }
    app.context.daily.take(CountedAction::Enquiry(seeker.to_string()))?;
    let id: LeadId = app.context.aggregates.fresh().into();
    let unique_keys = UniqueKeys::taking(vec![one_of(&app, &caller, "lead", property, seeker)]);
    let options = conditions.options(&app.context, &caller, &body.bytes, &id);
    let options = options.on_new_stream().unique(unique_keys);
    let owner = known.listing.owner;
    let snapshot = snapshot(&known.listing);
    let command = LeadCommand::Make { id, property, snapshot, owner, enquiry: Box::new(enquiry) };
    let done = app.context.execute::<Lead>(&caller.actor(), id, command, options).await.map_err(refused)?;
    let lead = done.state.made.ok_or_else(no_such_lead)?;
    let document = LeadDocument::of(&lead, done.version, Side::Seeker);
    let reply = app.context.done(&caller, "The owner is asked", document, done.position);
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

impl App {
    /// Builds the enquiry of `seeker`. If it names no phone number and no e-mail address, those of their account are
    /// used.
    async fn enquiry(&self, caller: &Caller, seeker: UserId, asked: NewEnquiry) -> Result<Enquiry, Failure> {
        let NewEnquiry { words, purpose, mut contact, visit_at } = asked;
        let words = words.map(|text| Personal::of(seeker, text));
        if contact.phone.is_none() && contact.email.is_none() {
            let (user, _) = self.context.aggregates.load::<User>(&caller.tenant, seeker).await?;
            let person = user.person.ok_or_else(|| Failure::unauthenticated("sign in first"))?;
            let profile = person.profile.as_ref();
            contact.email = person.account.as_ref().map(|account| account.email.clone());
            contact.phone = profile.and_then(|profile| profile.phone_number.clone());
            let name = profile.map(|profile| format!("{} {}", profile.first_name, profile.last_name));
            let name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
            contact.name = contact.name.or(name).or_else(|| person.called().map(str::to_owned));
        }
        Ok(Enquiry { seeker_id: seeker, purpose, seeker: Personal::of(seeker, contact), words, visit_at })
    }
}

/// `GET /api/leads`: enquiries that the caller received, newest first. `box=sent` lists those that the caller sent.
#[utoipa::path(
    get,
    path = "/api/leads",
    summary = "What was asked about homes",
    params(Query<LeadList>),
    responses((status = 200, description = "The newest first", body = ApiResponse<Page<LeadDocument>>)),
)]
pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(list): Query<LeadList>,
    uri: Uri,
) -> Result<Response, Failure> {
    let person = caller.person()?.user;
    let LeadList { side, status, property, paging } = list?;
    let fresh = app.context.wait_for_own(&app.status, &caller, &[Log::Facts]).await;
    let wanted = LeadFilter { person, side, status, property };
    let page = app.leads(&caller.tenant, &wanted, &paging).await?;
    let links = page.links(&uri);
    Ok(app.context.reply("Leads found", page).links(&links).stale(fresh.is_stale()).into_response())
}

/// `PATCH /api/leads/{id}`: changes the status of a lead, or the owner's note.
#[utoipa::path(
    patch,
    path = "/api/leads/{id}",
    summary = "Follow up a lead",
    params(IdempotencyKey, IfMatch),
    request_body = FollowUpBody,
    responses(
        (status = 200, description = "The lead as it is now", body = ApiResponse<LeadDocument>),
        (status = 409, description = "That status cannot follow the one there is"),
    ),
)]
pub async fn follow_up(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(nothing): Query<()>,
    conditions: Conditions,
    body: FollowUpBody,
) -> Result<Response, Failure> {
    caller.person()?;
    let id: LeadId = id.parse().map_err(|_| no_such_lead())?;
    let (lead, _) = app.context.aggregates.load::<Lead>(&caller.tenant, id).await?;
    let lead = lead.made.ok_or_else(no_such_lead)?;
    caller.reach(Right::Change(lead.owner), no_such_lead)?;
    nothing?;
    let FollowUp { status, note } = body.value?;
    // A seeker whose enquiry was answered may ask again; one whose enquiry is spam may not.
    let unique_keys = match status {
        Some(LeadStatus::Won | LeadStatus::Lost) => UniqueKeys::released(),
        Some(_) => {
            let unique_key = one_of(&app, &caller, "lead", lead.property, lead.enquiry.seeker_id);
            UniqueKeys::taking(vec![unique_key])
        }
        None => UniqueKeys::default(),
    };
    let options = Options { unique_keys, ..conditions.options(&app.context, &caller, &body.bytes, &id) };
    let command = LeadCommand::FollowUp { status, note };
    let done = app.context.execute::<Lead>(&caller.actor(), id, command, options).await.map_err(refused)?;
    let lead = done.state.made.ok_or_else(no_such_lead)?;
    let document = LeadDocument::of(&lead, done.version, Side::Owner);
    let reply = app.context.done(&caller, "Lead updated", document, done.position);
    Ok(reply.etag(&done.version.to_string()).into_response())
}
