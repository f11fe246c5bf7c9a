//! Exports everything stored about a person in one response: the data of this service and the parts of the other
//! services. Each part is read and written a portion at a time.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::audit::AuditEvent;
use futures_util::future::join_all;
use futures_util::{Stream, stream};
use http_kit::export::{ExportPart, ExportedEvent, Portion, Subject};
use http_kit::{ApiResponse, Caller, Category, Cursor, Failure, Freshness, Permit, Query, Right};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use utoipa::ToSchema;

use super::{App, private};
use crate::queries::document::UserDocument;
use crate::sessions::Listed;

/// While several exports run, each portion is followed by a pause of this many times the time it took …
const REST: u32 = 3;
/// … but not longer than this.
const LONGEST_REST: Duration = Duration::from_millis(250);

/// Everything stored about a person. The data of the other services follows, one list per service.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "it is written member by member, never as a whole")]
struct Export {
    profile: UserDocument,
    sessions: Vec<Listed>,
    events: Vec<ExportedEvent>,
    /// The lists that the reader's role may not see for other people; absent when there are none.
    left_out: Option<Vec<&'static str>>,
}

#[utoipa::path(
    get,
    path = "/api/users/{id}/export",
    summary = "Everything kept about a person",
    responses((status = 200, description = "To take along", body = ApiResponse<Export>)),
)]
pub async fn export(
    State(app): State<App>,
    caller: Caller,
    Query(nothing): Query<()>,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    nothing?;
    let user = caller.named(&id)?;
    let access = caller.require(Right::Read(Category::Account, user))?;
    let context = &app.users.context;
    let begun = app.exports.begin((caller.tenant.clone(), access.person.user))?;
    let (person, version) = app.users.person(&caller.tenant, user).await?;
    caller.write_down(context, &AuditEvent::Exported { subject_id: user }).await?;
    let subject = Subject { tenant: caller.tenant.clone(), user };
    let reader = Subject { user: access.person.user, ..subject.clone() };
    let may_read = |part: &&Arc<dyn ExportPart>| caller.require(Right::Read(part.category(), user)).is_ok();
    let (parts, left_out): (Vec<_>, Vec<_>) = app.parts.parts().iter().partition(may_read);
    let parts: Vec<Arc<dyn ExportPart>> = parts.into_iter().cloned().collect();
    let freshness = caught_up(&parts, &subject, &reader).await;
    let profile = app.users.document(&caller.tenant, &person, version).await;
    let sessions = app.users.living_sessions(&caller.tenant, user, Some(access.person.session)).await?;
    let mut opening = format!("{{\"profile\":{},\"sessions\":{}", json(&profile)?, json(&sessions)?);
    if !left_out.is_empty() {
        let names: Vec<_> = left_out.iter().map(|part| part.name()).collect();
        write!(opening, ",\"leftOut\":{}", json(&names)?).map_err(|error| Failure::unavailable(&error))?;
    }
    let reply = context.reply("Everything kept about this person", ()).stale(freshness.is_stale());
    let portions = Arc::clone(&app.portions);
    let writing = Writing { subject, opening, parts, portions, at: 0, place: WriteState::Opening, begun };
    Ok(private(reply.in_pieces(Arc::clone(&caller.correlation), writing.pieces()).await?))
}

/// Waits until all parts contain the writes of the person and of the reader.
async fn caught_up(parts: &[Arc<dyn ExportPart>], person: &Subject, reader: &Subject) -> Freshness {
    let writers = if person == reader { vec![person] } else { vec![person, reader] };
    let waits = parts.iter().flat_map(|part| writers.iter().map(|writer| part.wait_for(writer)));
    let stale = join_all(waits).await.iter().any(Freshness::is_stale);
    if stale { Freshness::Stale } else { Freshness::Fresh }
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::unavailable(&error))
}

/// The state of writing the JSON object.
struct Writing {
    subject: Subject,
    opening: String,
    parts: Vec<Arc<dyn ExportPart>>,
    /// The permit shared by all exports.
    portions: Arc<Semaphore>,
    /// The number of parts begun.
    at: usize,
    place: WriteState,
    begun: Permit,
}

/// What is written next.
enum WriteState {
    /// The data of this service.
    Opening,
    /// The next part.
    Between,
    /// More of a part.
    Within { part: Arc<dyn ExportPart>, after: Option<Cursor>, empty: bool },
    /// Nothing more.
    End,
}

impl Writing {
    fn pieces(self) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
        stream::try_unfold(self, async |mut writing| {
            let piece = writing.piece().await?;
            Ok(piece.map(|piece| (piece.into(), writing)))
        })
    }

    async fn piece(&mut self) -> Result<Option<String>, Failure> {
        match std::mem::replace(&mut self.place, WriteState::Between) {
            WriteState::Opening => Ok(Some(std::mem::take(&mut self.opening))),
            WriteState::Between => {
                let Some(part) = self.parts.get(self.at).cloned() else {
                    self.place = WriteState::End;
                    return Ok(Some("}".to_owned()));
                };
                self.at += 1;
                let opening = format!(",\"{}\":[", part.name());
                self.place = WriteState::Within { part, after: None, empty: true };
                Ok(Some(opening))
            }
            WriteState::Within { part, after, mut empty } => {
                let turn = self.portions.acquire().await.map_err(|closed| Failure::unavailable(&closed))?;
                let reading = Instant::now();
                let Portion { entries, next } = part.portion(&self.subject, after).await?;
                if self.begun.is_contended() {
                    // Without a pause, exports keep a core busy and other readers wait.
                    tokio::time::sleep((reading.elapsed() * REST).min(LONGEST_REST)).await;
                }
                drop(turn);
                let mut piece = String::new();
                for entry in entries {
                    piece.push_str(if empty { "" } else { "," });
                    piece.push_str(entry.get());
                    empty = false;
                }
                if next.is_some() {
                    self.place = WriteState::Within { part, after: next, empty };
                } else {
                    piece.push(']');
                }
                Ok(Some(piece))
            }
            WriteState::End => {
                self.place = WriteState::End;
                Ok(None)
            }
        }
    }
}
