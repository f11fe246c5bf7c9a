//! How many e-mails and messages somebody is sent a day: so many by each template and channel, counted by the time of the
//! events that ask for them. What is beyond is not sent, which its delivery says.
//!
//! The counts follow from the events, so a read model that is made again has the same ones. What became of a delivery does
//! not change by them any more: that is handed over (`projection::deliveries`).

use std::collections::BTreeMap;

use domain::Envelope;
use projection::deliveries::Delivery;
use projection::{ProjectionError, ViewTx};

/// What has been asked for, by person or, where it is for nobody's account, by a digest of the address.
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

/// Of a template that the settings do not name.
const OTHERWISE: u32 = 20;

/// The numbers of the settings: e-mails a day by each template, and messages a day by each.
#[derive(Clone, Debug, Default)]
pub struct Budgets(pub BTreeMap<String, u32>);

impl Budgets {
    /// Asks for a delivery to `whom`, to be carried if the day still has room for it.
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

/// Somebody left.
pub async fn forget(tx: &mut ViewTx<'_>, tenant: &str, whom: &str) -> Result<(), ProjectionError> {
    tx.execute(FORGET, &[tenant.into(), whom.into()]).await?;
    Ok(())
}
