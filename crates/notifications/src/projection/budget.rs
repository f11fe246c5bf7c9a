//! Limits how many e-mails and text messages a recipient is sent per day. Each template and channel has its own
//! count, by the time of the events that request them. A delivery beyond the limit is not sent, and says so.
//!
//! The counts follow from the events, so a rebuilt read model has the same ones. They no longer change what became of
//! a delivery, since that is handed over (`projection::deliveries`).

use std::collections::BTreeMap;

use domain::Envelope;
use projection::deliveries::Delivery;
use projection::{ProjectionError, ViewTx};

/// What has been requested, by person, or by a digest of the address if it belongs to no account.
pub const TABLES: &str = "
create table if not exists letters_asked (
    tenant text not null, whom text not null, channel text not null, template text not null, day integer not null,
    asked integer not null, primary key (tenant, whom, channel, template, day)
) strict, without rowid;
";
const COUNT: &str = "insert into letters_asked (tenant, whom, channel, template, day, asked)
    values ($1, $2, $3, $4, $5, 1)
    on conflict (tenant, whom, channel, template, day) do update set asked = asked + 1";
const ASKED: &str = "select asked from letters_asked
    where tenant = $1 and whom = $2 and channel = $3 and template = $4 and day = $5";
const FORGET: &str = "delete from letters_asked where tenant = $1 and whom = $2";

/// The limit for a template that the settings do not name.
const OTHERWISE: u32 = 20;

/// The limits in the settings, by template. Each limits the e-mails per day, and the text messages per day.
#[derive(Clone, Debug, Default)]
pub struct Budgets(pub BTreeMap<String, u32>);

impl Budgets {
    /// Requests a delivery to `whom`. It is refused if the limit of the day is exceeded.
    pub async fn ask(
        &self,
        tx: &mut ViewTx<'_>,
        delivery: &Delivery<'_>,
        whom: &str,
    ) -> Result<(), ProjectionError> {
        if !delivery.add(tx).await? {
            return Ok(());
        }
        let Envelope { stream, timestamp, .. } = delivery.event;
        let count = [
            stream.tenant.as_str().into(),
            whom.into(),
            delivery.channel.into(),
            delivery.template.into(),
            timestamp.india_day().into(),
        ];
        tx.execute(COUNT, &count).await?;
        let asked = tx.query(ASKED, &count).await?.first().and_then(|row| row.int(0)).unwrap_or_default();
        let most = self.0.get(delivery.template).copied().unwrap_or(OTHERWISE);
        if asked > i64::from(most) {
            delivery.refuse(tx, &format!("more than {most} a day to one recipient")).await?;
        }
        Ok(())
    }
}

/// Deletes the counts of a person who left.
pub async fn forget(tx: &mut ViewTx<'_>, tenant: &str, whom: &str) -> Result<(), ProjectionError> {
    tx.execute(FORGET, &[tenant.into(), whom.into()]).await?;
    Ok(())
}
