//! `PUT /api/properties/by-reference/{reference}`: lists a home under its owner's own reference, or changes the home
//! that is listed under it. Imports and feeds send the same home again and again.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::property::{Listing, Property, PropertyCommand, Status};
use domain::quota::Quota;
use domain::{Aggregate, Fields, Position, PropertyId, text};
use http_kit::{ApiResponse, Body, Caller, Failure, Query, Request, described_members, over_quota, read};
use journal::{ExecuteError, Options};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sheet::RowAction;
use sheet::import::{CheckOnly, PutMode};
use utoipa::ToSchema;

use super::create::{NewListing, about_listing, kept_reference};
use super::refused;
use crate::App;
use crate::document::as_request;
use crate::sheet::made_title;

/// How often a home is looked up again when somebody else listed, changed or removed it meanwhile.
const TRIES: usize = 4;
/// The members that state the size; one of them replaces all of them.
const SIZE: [&str; 3] = ["area", "areaUnit", "areaSqft"];

/// See [`ListingByReference`].
pub type ListingByReferenceBody = Body<ListingByReference>;

/// The body of `PUT /api/properties/by-reference/{reference}`: members of a new listing. Those that it does not state
/// stay as they are.
pub struct ListingByReference(Map<String, Value>);

impl Request for ListingByReference {
    const NAME: &'static str = "ListingByReference";

    fn read(f: &mut Fields<'_>) -> Option<Self> {
        for member in
            described_members::<NewListing>().into_iter().filter(|member| member.name != "sourceReference")
        {
            f.asks(&member.name, || member.kind.clone());
        }
        let stated = f.names().filter_map(|name| Some((name.to_owned(), f.given(name)?.clone())));
        Some(Self(stated.collect()))
    }

    fn about(member: &str) -> Option<&'static str> {
        match member {
            "title" => Some("Made from type, rooms and place when a new home has none."),
            "location" | "price" | "propertyType" => Some("Needed for a new home."),
            _ => about_listing(member),
        }
    }

    fn example() -> Value {
        json!({"location": "Miyapur", "price": 8_400_000, "propertyType": "APARTMENT", "bedrooms": 3})
    }
}

/// What was done, or would be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PutListing)]
struct PutDocument {
    #[schema(pattern = "^(CREATED|UPDATED|UNCHANGED)$")]
    action: String,
    /// The listing. A home that would be new has none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<PropertyId>,
    /// The members that are other than before.
    changed: Vec<String>,
    /// Its status now.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
}

/// Lists a home under the caller's own reference, or changes the one listed under it. Members that the body does not
/// state stay as they are. Repeating the request changes nothing.
#[utoipa::path(
    put,
    path = "/api/properties/by-reference/{reference}",
    summary = "List or change the home with a reference of one's own",
    params(Query<CheckOnly>),
    request_body = ListingByReferenceBody,
    responses(
        (status = 200, description = "What was done", body = ApiResponse<PutDocument>),
        (status = 403, description = "The caller has as many homes as they may: `QUOTA_EXCEEDED`"),
    ),
)]
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(reference): Path<String>,
    Query(query): Query<CheckOnly>,
    body: ListingByReferenceBody,
) -> Result<Response, Failure> {
    caller.person()?;
    let CheckOnly { check } = query?;
    let ListingByReference(members) = body.value?;
    let planned = AtomicU64::new(0);
    let writing = if check { PutMode::Check(&planned) } else { PutMode::Write };
    let done = app.put_listing(&caller, &reference, &members, writing).await?;
    let left = match done.action {
        RowAction::Created => app.context.quota_left(&caller, &done.limits).await?,
        _ => String::new(),
    };
    let document = PutDocument {
        action: done.action.word().to_uppercase(),
        id: done.id,
        changed: done.changed,
        status: done.status,
    };
    let message = if check { "Nothing was written" } else { "Done" };
    Ok(app.context.done(&caller, message, document, done.position).quota_left(&left).into_response())
}

/// What was done with a home, or would be.
#[derive(Debug)]
pub struct PutListing {
    pub action: RowAction,
    pub id: Option<PropertyId>,
    pub changed: Vec<String>,
    pub status: Option<Status>,
    pub position: Option<Position>,
    limits: Vec<(Quota, u64)>,
}

impl App {
    /// See [`put`].
    pub(super) async fn put_listing(
        &self,
        caller: &Caller,
        reference: &str,
        members: &Map<String, Value>,
        writing: PutMode<'_>,
    ) -> Result<PutListing, Failure> {
        let owner = caller.person()?.user;
        let reference = &kept_reference(reference).map_err(Failure::invalid)?;
        let key = self.source_key(&caller.tenant, owner, reference);
        for _ in 0..TRIES {
            let stream = self.context.aggregates.journal().owner(&key).await?;
            let id: Option<PropertyId> = stream.and_then(|stream| stream.id.parse().ok());
            let done = match id {
                Some(id) => self.put_over(caller, id, members, writing).await?,
                None => self.put_new(caller, reference, members, writing).await?,
            };
            if let Some(done) = done {
                return Ok(done);
            }
        }
        Err(Failure::conflict("BUSY", "others kept changing this home at the same time; try again"))
    }

    /// Lists a new home; `None` if another request did so meanwhile.
    async fn put_new(
        &self,
        caller: &Caller,
        reference: &str,
        members: &Map<String, Value>,
        writing: PutMode<'_>,
    ) -> Result<Option<PutListing>, Failure> {
        let owner = caller.person()?.user;
        let mut members = members.clone();
        members.insert("sourceReference".to_owned(), reference.into());
        let titled = is_stated(members.get("title"));
        if let Some(title) = made_title(&members).filter(|_| !titled) {
            members.insert("title".to_owned(), title.into());
        }
        let listing = read::<NewListing>(members).map_err(|mut invalid| {
            // What a title would be made from is told already.
            if !titled {
                invalid.errors.0.remove("title");
            }
            invalid
        })?;
        let limits = self.context.limits(caller, &[Quota::Homes]).await?;
        let made = |id, status, position| PutListing {
            action: RowAction::Created,
            id,
            changed: Vec::new(),
            status,
            position,
            limits: limits.clone(),
        };
        let id: PropertyId = self.context.aggregates.fresh().into();
        let options = Options { limits: limits.clone(), ..Options::default() };
        let named = (listing, &HeaderMap::new());
        let (command, options) = self.to_list(caller, (owner, id), named, options).await?;
        if let PutMode::Check(planned) = writing {
            let decided = Property { listing: None }.decide(command, self.context.aggregates.clock().now());
            decided.map_err(|rejection| refused(ExecuteError::Rejected(rejection)))?;
            let before = planned.fetch_add(1, Ordering::Relaxed);
            for (quota, most) in &limits {
                let held = self.context.aggregates.journal().held(&caller.tenant, owner, *quota).await?;
                if held.saturating_add(before) >= *most {
                    return Err(over_quota(*quota, held.saturating_add(before), *most));
                }
            }
            return Ok(Some(made(None, None, None)));
        }
        match self.context.execute::<Property>(&caller.actor(), id, command, options).await {
            Ok(done) => {
                Ok(Some(made(Some(id), done.state.listing.map(|listing| listing.status), done.position)))
            }
            Err(ExecuteError::Taken { .. }) => Ok(None),
            Err(other) => Err(refused(other)),
        }
    }

    /// Changes what a listing says; `None` if somebody else changed or removed it meanwhile.
    async fn put_over(
        &self,
        caller: &Caller,
        id: PropertyId,
        members: &Map<String, Value>,
        writing: PutMode<'_>,
    ) -> Result<Option<PutListing>, Failure> {
        let (listing, version) = self.folded(&caller.tenant, id).await?;
        if listing.status == Status::Removed {
            return Ok(None);
        }
        let NewListing { draft, .. } = read::<NewListing>(over(&listing, members))?;
        let content = draft.owned_by(listing.owner, &listing.content.location.city);
        let changed = listing.content.differences(&content);
        let mut put = PutListing {
            action: if changed.is_empty() { RowAction::Unchanged } else { RowAction::Updated },
            id: Some(id),
            changed,
            status: Some(listing.status),
            position: None,
            limits: Vec::new(),
        };
        if put.changed.is_empty() {
            return Ok(Some(put));
        }
        let command = PropertyCommand::Edit(content, self.by(caller)?);
        match writing {
            PutMode::Check(_) => {
                let now = self.context.aggregates.clock().now();
                let decided = Property { listing: Some(listing) }.decide(command, now);
                decided.map_err(|rejection| refused(ExecuteError::Rejected(rejection)))?;
            }
            PutMode::Write => {
                // What the request does not state is that of this version.
                let options = Options { if_version: Some(vec![version]), ..Options::default() };
                let done = match self.run(caller, id, command, options).await {
                    Err(failure) if failure.status == StatusCode::PRECONDITION_FAILED => return Ok(None),
                    done => done?,
                };
                put.status = done.state.listing.map(|listing| listing.status);
                put.position = done.position;
            }
        }
        Ok(Some(put))
    }
}

fn is_stated(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text::is_blank(text),
        Some(_) => true,
    }
}

/// The listing's own members, replaced by those of the request.
fn over(listing: &Listing, members: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = as_request(listing);
    if SIZE.iter().any(|name| is_stated(members.get(*name))) {
        merged.retain(|name, _| !SIZE.contains(&name.as_str()));
    }
    for (name, value) in members.iter().filter(|(_, value)| is_stated(Some(value))) {
        merged.insert(name.clone(), value.clone());
    }
    merged
}
