//! How an import begins: the request is received, its header read, and the job recorded once.

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use domain::audit::AuditEvent;
use domain::{Position, StreamId};
use http_kit::{AppContext, Caller, Conditions, Failure};

use super::received::{ReceivedSheet, unreadable};
use super::{ImportJob, ImportStarted, Imports, RowWriter, SheetBytes};
use crate::{Sheet, SheetKind};

/// What the rows of an import become.
pub struct ImportTarget {
    /// The context of the service.
    pub context: AppContext,
    /// What the process knows about imports.
    pub imports: Imports,
    /// What the sheet is about.
    pub kind: &'static SheetKind,
    /// Creates and changes the things.
    pub writer: Arc<dyn RowWriter>,
}

impl ImportTarget {
    /// Starts the import of the sheet in `request` as a job of the caller, and answers where it is.
    ///
    /// # Errors
    /// 400, 413 or 415 for what is no such sheet, 409 if another sheet of the caller is at work.
    pub async fn start(
        self,
        caller: Caller,
        check: bool,
        conditions: Conditions,
        request: Request,
    ) -> Result<Response, Failure> {
        let user = caller.person()?.user;
        let context = &self.context;
        let permit = self.imports.limiter.begin((caller.tenant.clone(), user))?;
        let (parts, body) = request.into_parts();
        let received = ReceivedSheet::of(&parts.headers, body).await?;
        let id = context.aggregates.fresh();
        let stream = StreamId::new(&caller.tenant, "job", id);
        let once = conditions.once(context, &caller, &received.said(), &id);
        if let Some(first) = context.answered(&stream, once.as_ref()).await? {
            return Ok(started(context, &caller, &first, Vec::new(), None));
        }
        let sheet = self.open(received).await?;
        let notes = sheet.notes();
        let subject = format!("import of {}/{user}", caller.tenant);
        let job = context.jobs.begin(id, &subject, context.aggregates.clock().now()).map_err(|id| {
            Failure::conflict(
                "ALREADY_RUNNING",
                format!("job {id} is importing a sheet of yours; see /api/jobs/{id}"),
            )
        })?;
        // Nothing of nothing would be all of it until the job has its turn.
        job.progress(0, sheet.total());
        let event = AuditEvent::ImportStarted { check };
        let recorded = context.record(&caller.actor(), stream.clone(), &event, once).await?;
        if let Some(first) = recorded.answered {
            return Ok(started(context, &caller, &first, Vec::new(), Some(recorded.position)));
        }
        let reply = started(context, &caller, &id.to_string(), notes, Some(recorded.position));
        let Self { context, imports, kind, writer } = self;
        let (shared, thing) = (context.clone(), kind.thing);
        let work = ImportJob { context, imports, thing, writer, caller, stream, check, permit };
        shared.jobs.spawn(work.run(sheet, job));
        Ok(reply)
    }

    /// Reads the header and counts the rows, where it delays nobody.
    async fn open(&self, received: ReceivedSheet) -> Result<SheetBytes, Failure> {
        let kind = self.kind;
        let options = received.options(kind)?;
        let background = self.context.jobs.background().clone();
        let work = move || Sheet::open(kind, Cursor::new(received.sheet), &options);
        let opened = background.spawn_blocking(work).await.map_err(|error| Failure::unavailable(&error))?;
        opened.map_err(|error| unreadable(&error))
    }
}

fn started(
    context: &AppContext,
    caller: &Caller,
    job: &str,
    notes: Vec<String>,
    position: Option<Position>,
) -> Response {
    let reply = context.done(caller, "Import started", ImportStarted { job_id: job, notes }, position);
    reply.accepted(&format!("/api/jobs/{job}")).into_response()
}
