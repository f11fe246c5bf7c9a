//! E-mails and notifications about enquiries and listings: to whoever is concerned and did not do it themselves.
//!
//! What happened before there were notifications of it stays out of inboxes: read models of then are made again, and their
//! deliveries into an inbox, which only the new file knows, are left out (`projection::deliveries`). Without such a file
//! they are carried like any other, if they are news still.

use domain::lead::{LeadEvent, LeadStatus};
use domain::property::PropertyEvent;
use domain::{Envelope, UserId};
use journal::AggregateStore;
use projection::deliveries::Delivery;
use projection::{ProjectionError, ViewTx};

use crate::channel::TEXTS;
use crate::email::CHANNEL;
use crate::projection::NotificationsProjection;
use crate::template::Template;

/// The kinds of their streams.
pub const LEAD: &str = "lead";
/// See [`LEAD`].
pub const PROPERTY: &str = "property";
/// The channel of what is put into an inbox by an event of its own.
pub const INBOX: &str = "inbox";
/// What moderators decide about a listing.
pub const DECIDED: [&str; 2] = ["PROPERTY_APPROVED", "PROPERTY_REJECTED"];

/// E-mails that quote somebody: they go when that person leaves, whoever they were to.
pub const TABLES: &str = "
create table if not exists quoting (
    tenant text not null, user_id text not null, delivery text not null, primary key (tenant, user_id, delivery)
) strict, without rowid;
";
const QUOTE: &str =
    "insert into quoting (tenant, user_id, delivery) values ($1, $2, $3) on conflict do nothing";
/// The e-mails that quote a person.
pub const QUOTING: &str = "select delivery from quoting where tenant = $1 and user_id = $2";

/// Somebody asked an owner, or the owner followed it up.
pub async fn lead(
    wanted: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
) -> Result<(), ProjectionError> {
    match wanted.aggregates.decode(event)? {
        LeadEvent::Made { owner_id, enquiry, .. } => {
            let letters = add(wanted, tx, event, owner_id, Template::Lead, &[CHANNEL, TEXTS]).await?;
            for id in letters {
                let (tenant, quoted) = (event.stream.tenant.as_str(), enquiry.seeker_id.to_string());
                tx.execute(QUOTE, &[tenant.into(), quoted.into(), id.into()]).await?;
            }
            // It quotes nobody.
            add(wanted, tx, event, owner_id, Template::Lead, &[INBOX]).await?;
        }
        // Nobody is told that they are taken for a nuisance.
        LeadEvent::Updated { from, to, .. } if from != to && to != LeadStatus::Spam => {
            // Who asked is in the first event, and never changes: whenever it is read, it says the same.
            if let Some(LeadEvent::Made { enquiry, .. }) = first(&wanted.aggregates, event).await? {
                add(wanted, tx, event, enquiry.seeker_id, Template::LeadAnswer, &[CHANNEL, INBOX]).await?;
            }
        }
        LeadEvent::Updated { .. } => {}
    }
    Ok(())
}

/// A moderator decided about a listing.
pub async fn decided(
    wanted: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
) -> Result<(), ProjectionError> {
    // Whose it is never changes, either.
    if let Some(PropertyEvent::Listed { owner_id, .. }) = first(&wanted.aggregates, event).await? {
        add(wanted, tx, event, owner_id, Template::Reviewed, &[CHANNEL, INBOX]).await?;
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

/// Gives the ids of the deliveries: none for one's own doing.
pub async fn add(
    wanted: &NotificationsProjection,
    tx: &mut ViewTx<'_>,
    event: &Envelope,
    to: UserId,
    template: Template,
    channels: &[&str],
) -> Result<Vec<String>, ProjectionError> {
    let (recipient, mut ids) = (to.to_string(), Vec::new());
    for channel in channels.iter().filter(|_| event.user_id != Some(to)) {
        let delivery = Delivery { event, channel, recipient: &recipient, template: template.name() };
        // What comes into an inbox goes nowhere.
        if *channel == INBOX {
            delivery.add(tx).await?;
        } else {
            wanted.budgets.ask(tx, &delivery, &recipient).await?;
        }
        ids.push(delivery.id());
    }
    Ok(ids)
}
