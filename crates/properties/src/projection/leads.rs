//! Projects enquiries and reports about listings.

use ::projection::{ProjectionError, ViewTx};
use domain::fields::Choice;
use domain::lead::{Enquiry, LeadEvent, Note};
use domain::property::PropertyEvent;
use domain::report::{Complaint, ReportEvent};
use domain::{Envelope, Erasable, Personal, Timestamp};
use serde::Serialize;

use crate::leads::Side;

fn json<T: Serialize>(value: &T) -> Result<String, ProjectionError> {
    serde_json::to_string(value).map_err(|error| ProjectionError::Event(error.to_string()))
}

/// A personal value as it is stored. If its person has left, it is the erased marker, as if read after the erasure.
async fn kept<T: Serialize + Clone>(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    value: &Personal<T>,
) -> Result<String, ProjectionError> {
    match value.subject() {
        Some(subject) if tx.is_erased(&envelope.stream.tenant, &subject.to_string()).await? => {
            json(&Personal::<T>::Erased)
        }
        _ => json(value),
    }
}

async fn kept_some<T: Serialize + Clone>(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    value: Option<&Personal<T>>,
) -> Result<Option<String>, ProjectionError> {
    match value {
        Some(value) => kept(tx, envelope, value).await.map(Some),
        None => Ok(None),
    }
}

/// A note as it is stored. The note is erased with its writer, and its text also with the person it is about.
async fn kept_note(tx: &mut ViewTx<'_>, envelope: &Envelope, note: &Note) -> Result<String, ProjectionError> {
    if let Personal::Clear { subject, value: Personal::Clear { subject: about, .. } } = note
        && tx.is_erased(&envelope.stream.tenant, &about.to_string()).await?
    {
        return kept(tx, envelope, &Personal::of(*subject, Personal::<String>::Erased)).await;
    }
    kept(tx, envelope, note).await
}

pub async fn lead(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &LeadEvent,
) -> Result<(), ProjectionError> {
    let tenant = envelope.stream.tenant.as_str();
    let id = &*envelope.stream.id;
    let version = envelope.version;
    let at = envelope.timestamp.micros();
    match event {
        LeadEvent::Made { property_id, snapshot, owner_id, enquiry, .. } => {
            let Enquiry { seeker_id, purpose, seeker, words, visit_at } = enquiry;
            let owner = owner_id.to_string();
            let gone = tx.is_erased(&envelope.stream.tenant, &owner).await?;
            let title = if gone { &Erasable::Erased } else { &snapshot.title };
            let seeker_text = seeker_id.to_string();
            let lists = [(Side::Owner.list(), &*owner), (Side::Seeker.list(), &*seeker_text)];
            tx.change_lists(&envelope.stream.tenant, &[], &lists).await?;
            let row = [
                tenant.into(),
                id.into(),
                property_id.to_string().into(),
                json(title)?.into(),
                owner.into(),
                seeker_text.into(),
                purpose.word().into(),
                kept(tx, envelope, seeker).await?.into(),
                kept_some(tx, envelope, words.as_ref()).await?.into(),
                visit_at.map(Timestamp::micros).into(),
                version.into(),
                at.into(),
            ];
            let sql = "insert into leads (tenant, id, property_id, title, owner_id, seeker_id, purpose, status, seeker,
                words, visit_at, version, created_at, updated_at)
                values ($1, $2, $3, $4, $5, $6, $7, 'NEW', $8, $9, $10, $11, $12, $12)";
            tx.execute(sql, &row).await?;
            Ok(())
        }
        LeadEvent::Updated { to, note, .. } => {
            let note = match note {
                Some(note) => Some(kept_note(tx, envelope, note).await?),
                None => None,
            };
            // A note alone is no answer.
            let set = "updated_at = $4, status = $5, note = coalesce($6, note),
                answered_at = case when status = $5 then answered_at else $4 end";
            tx.next_version("leads", envelope, set, [at.into(), to.word().into(), note.into()]).await
        }
    }
}

pub async fn report(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &ReportEvent,
) -> Result<(), ProjectionError> {
    let ReportEvent::Reported(Complaint { property_id, reporter_id, cause, details, .. }) = event;
    let row = [
        envelope.stream.tenant.as_str().into(),
        (&*envelope.stream.id).into(),
        property_id.to_string().into(),
        reporter_id.to_string().into(),
        cause.word().into(),
        kept_some(tx, envelope, details.as_ref()).await?.into(),
        envelope.position.seq.into(),
        envelope.timestamp.micros().into(),
    ];
    let sql =
        "insert into reports (tenant, id, property_id, reporter_id, cause, details, position, reported_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    tx.execute(sql, &row).await?;
    Ok(())
}

/// A moderator's decision settles the reports made before it. It is stored as a log position, so it does not matter
/// whether the decision or a report is applied first.
pub async fn settle(
    tx: &mut ViewTx<'_>,
    envelope: &Envelope,
    event: &PropertyEvent,
) -> Result<(), ProjectionError> {
    let settles = matches!(
        event,
        PropertyEvent::Approved { .. }
            | PropertyEvent::Rejected { .. }
            | PropertyEvent::Verified { .. }
            | PropertyEvent::StatusChanged { by_moderator: true, .. }
    );
    if !settles {
        return Ok(());
    }
    let row =
        [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into(), envelope.position.seq.into()];
    let sql = "insert into moderated (tenant, property_id, position) values ($1, $2, $3)
        on conflict (property_id, tenant) do update set position = excluded.position";
    tx.execute(sql, &row).await?;
    Ok(())
}

/// Erases the personal data of somebody who left.
pub async fn person_gone(tx: &mut ViewTx<'_>, envelope: &Envelope) -> Result<(), ProjectionError> {
    let erased = json(&Personal::<()>::Erased)?;
    let row = [envelope.stream.tenant.as_str().into(), (&*envelope.stream.id).into(), erased.as_str().into()];
    for sql in [
        "update leads set seeker = $3, words = case when words is null then null else $3 end
         where seeker_id = $2 and tenant = $1",
        // The form a note takes when only the person it is about has left.
        "update leads set note = '{\"$personal\":{\"subject\":\"' || owner_id || '\",\"value\":' || $3 || '}}'
         where seeker_id = $2 and tenant = $1 and note <> $3",
        "update leads set title = $3, note = case when note is null then null else $3 end
         where owner_id = $2 and tenant = $1",
        "update reports set details = $3 where reporter_id = $2 and tenant = $1 and details is not null",
    ] {
        tx.execute(sql, &row).await?;
    }
    Ok(())
}
