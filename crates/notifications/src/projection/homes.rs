//! E-mails and notifications about enquiries and listings, for people whom an event concerns and who did not cause
//! it.
//!
//! Events from before these notifications existed stay out of inboxes. When an older read model is rebuilt, its
//! deliveries to inboxes, which only the new file knows, are left out (`projection::deliveries`). Without an older
//! file they are carried like any other, unless they are out of date.

use domain::aggregate::Aggregate as _;
use domain::lead::Lead;
use domain::lead::{LeadEvent, LeadStatus};
use domain::property::Property;
use domain::property::PropertyEvent;
use domain::{Envelope, UserId};
use journal::AggregateStore;
use projection::deliveries::Delivery;
use projection::{ProjectionError, ViewTx};

use crate::channel::TEXTS;
use crate::email::CHANNEL;
use crate::projection::NotificationsProjection;
use crate::template::Template;

/// The stream kind of enquiries.
pub const LEAD: &str = Lead::TYPE;
/// The stream kind of listings.
pub const PROPERTY: &str = Property::TYPE;
/// The channel of deliveries that put something into an inbox by an event of their own.
pub const INBOX: &str = "inbox";
/// The events of moderators' decisions about a listing.
pub const DECIDED: [&str; 2] = ["PROPERTY_APPROVED", "PROPERTY_REJECTED"];

/// E-mails that quote a person. They are removed when that person leaves, whoever received them.
pub const TABLES: &str = "
create table if not exists quoting (
    tenant text not null, user_id text not null, delivery text not null, primary key (tenant, user_id, delivery)
) strict, without rowid;
";
const QUOTE: &str =
    "insert into quoting (tenant, user_id, delivery) values ($1, $2, $3) on conflict do nothing";
/// Selects the e-mails that quote a person.
pub const QUOTING: &str = "select delivery from quoting where tenant = $1 and user_id = $2";

/// Somebody sent an enquiry to an owner, or the owner followed it up.
pub async fn lead(
    projection: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
) -> Result<(), ProjectionError> {
    match projection.aggregates.decode(event)? {
        LeadEvent::Made { owner_id, enquiry, .. } => {
            let letters = add(projection, tx, event, owner_id, Template::Lead, &[CHANNEL, TEXTS]).await?;
            for id in letters {
                let tenant = event.stream.tenant.as_str();
                let quoted = enquiry.seeker_id.to_string();
                tx.execute(QUOTE, &[tenant.into(), quoted.into(), id.into()]).await?;
            }
            // An inbox quotes nobody.
            add(projection, tx, event, owner_id, Template::Lead, &[INBOX]).await?;
        }
        // Nobody is told that their enquiry was marked as spam.
        LeadEvent::Updated { from, to, .. } if from != to && to != LeadStatus::Spam => {
            // The person who asked is named in the first event and never changes, so it does not matter when it is
            // read.
            if let Some(LeadEvent::Made { enquiry, .. }) = first(&projection.aggregates, event).await? {
                add(projection, tx, event, enquiry.seeker_id, Template::LeadAnswer, &[CHANNEL, INBOX])
                    .await?;
            }
        }
        LeadEvent::Updated { .. } => {}
    }
    Ok(())
}

/// A moderator decided about a listing.
pub async fn decided(
    projection: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
) -> Result<(), ProjectionError> {
    // The owner never changes, either.
    if let Some(PropertyEvent::Listed { owner_id, .. }) = first(&projection.aggregates, event).await? {
        add(projection, tx, event, owner_id, Template::Reviewed, &[CHANNEL, INBOX]).await?;
    }
    Ok(())
}

/// The first event of the stream.
async fn first<E: domain::EventKind>(
    aggregates: &AggregateStore,
    event: &Envelope,
) -> Result<Option<E>, ProjectionError> {
    let events = aggregates.journal().read_stream(&event.stream, 0).await?;
    Ok(events.first().map(|first| aggregates.decode(first)).transpose()?)
}

/// Adds a delivery on each channel, and returns their ids. Adds none if the recipient caused the event.
pub async fn add(
    projection: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
    to: UserId,
    template: Template,
    channels: &[&str],
) -> Result<Vec<String>, ProjectionError> {
    let recipient = to.to_string();
    let mut ids = Vec::new();
    for channel in channels.iter().filter(|_| event.user_id != Some(to)) {
        let delivery = Delivery { event, channel, recipient: &recipient, template: template.name() };
        // What is put into an inbox is not sent anywhere, so no budget applies.
        if *channel == INBOX {
            delivery.add(tx).await?;
        } else {
            projection.budgets.ask(tx, &delivery, &recipient).await?;
        }
        ids.push(delivery.id());
    }
    Ok(ids)
}
