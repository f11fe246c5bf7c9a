//! What happened since a time to the homes that a person saved, asked about or offers.

use ::projection::list_lengths::length_of;
use ::projection::{Row, Value};
use domain::fields::Choice;
use domain::lead::{LeadStatus, Purpose};
use domain::property::{Content, Status};
use domain::time::day_name;
use domain::{LeadId, Paise, PropertyId, TenantId, Timestamp, UserId};
use http_kit::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use super::favourites::SHOWN_TO_SAVERS;
use super::lists::KEPT;
use crate::App;
use crate::availability::Availability;
use crate::leads::title;

/// How many entries of each kind are told. The counts are of all.
const TOLD: u64 = 5;

/// What happened to the caller's homes, saved homes and enquiries.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HomeNews)]
pub struct News {
    since: Timestamp,
    saved_homes: SavedHomeNews,
    answers: AnswerNews,
    leads: LeadNews,
    own_homes: OwnHomeNews,
}

/// Changes of the price of saved homes, and of whether they are on the market.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedHomeNews {
    count: u64,
    /// The newest ones.
    entries: Vec<SavedHomeChange>,
}

/// A change of a saved home: of its price, or of its availability.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedHomeChange {
    property_id: PropertyId,
    /// Null while the home is not visible.
    title: Option<String>,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_price: Option<Paise>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_price_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<Paise>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability: Option<Availability>,
}

/// Enquiries of the caller whose status changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerNews {
    count: u64,
    /// The newest ones.
    entries: Vec<LeadAnswer>,
}

/// An enquiry of the caller's that its owner followed up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeadAnswer {
    lead_id: LeadId,
    property_id: PropertyId,
    title: String,
    status: LeadStatus,
    at: Timestamp,
}

/// New enquiries about the caller's homes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeadNews {
    count: u64,
    /// The newest ones.
    entries: Vec<NewLead>,
}

/// A new enquiry about one of the caller's homes.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewLead {
    lead_id: LeadId,
    property_id: PropertyId,
    title: String,
    purpose: Purpose,
    at: Timestamp,
}

/// How often the caller's homes were viewed and saved.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnHomeNews {
    /// How many homes the caller has.
    homes: u64,
    /// Views are counted by days.
    views: u64,
    /// The first day whose views are counted, in India.
    views_from: String,
    saves: u64,
}

/// Whose news, and since when: `$1` is the tenant, `$2` the person, `$3` the time.
struct NewsQuery {
    params: [Value<'static>; 3],
    since: Timestamp,
}

fn broken() -> Failure {
    Failure::unavailable(&"a row of the news about homes cannot be read")
}

fn time(row: &Row, column: usize) -> Result<Timestamp, Failure> {
    row.int(column).map(Timestamp::from_micros).ok_or_else(broken)
}

/// The ids of an enquiry and its home, and the home's title: the first three columns.
fn enquiry(row: &Row) -> Option<(LeadId, PropertyId, String)> {
    let text = |column| row.text(column);
    Some((text(0)?.parse().ok()?, text(1)?.parse().ok()?, title(&serde_json::from_str(text(2)?).ok()?)))
}

impl App {
    pub async fn news(&self, tenant: &TenantId, person: UserId, since: Timestamp) -> Result<News, Failure> {
        let params = [tenant.to_string().into(), person.to_string().into(), since.micros().into()];
        let asked = NewsQuery { params, since };
        Ok(News {
            since,
            saved_homes: self.saved_home_news(&asked).await?,
            answers: self.answer_news(&asked).await?,
            leads: self.lead_news(&asked).await?,
            own_homes: self.own_home_news(&asked).await?,
        })
    }

    async fn count(&self, sql: &str, asked: &NewsQuery) -> Result<u64, Failure> {
        let rows = self.store.query(sql, asked.params.to_vec()).await?;
        Ok(rows.first().map_or(0, |row| row.count(0)))
    }

    async fn newest(&self, sql: &str, asked: &NewsQuery) -> Result<Vec<Row>, Failure> {
        let limit: Value<'static> = TOLD.into();
        Ok(self.store.query(sql, asked.params.iter().cloned().chain([limit]).collect()).await?)
    }

    async fn saved_home_news(&self, asked: &NewsQuery) -> Result<SavedHomeNews, Failure> {
        // The price of a home that is not on show is nobody's to know.
        let from = format!(
            "from favourites f join properties p on p.id = f.property_id and p.tenant = f.tenant
             join listing_changes g on g.property_id = f.property_id and g.tenant = f.tenant and g.at > f.saved_at
             where f.user_id = $2 and f.tenant = $1 and g.at > $3
             and (g.availability is not null or ({SHOWN_TO_SAVERS}))"
        );
        let count = self.count(&format!("select count(*) {from}"), asked).await?;
        let sql = format!(
            "select f.property_id, p.content, g.at, g.previous_price, g.price, g.availability, p.status,
             case when {SHOWN_TO_SAVERS} then 1 else 0 end {from} order by g.at desc, g.seq desc limit $4"
        );
        let rows = self.newest(&sql, asked).await?;
        let entries = rows.iter().map(change).collect::<Result<_, _>>()?;
        Ok(SavedHomeNews { count, entries })
    }

    async fn answer_news(&self, asked: &NewsQuery) -> Result<AnswerNews, Failure> {
        let from = "from leads where seeker_id = $2 and tenant = $1 and answered_at > $3";
        let count = self.count(&format!("select count(*) {from}"), asked).await?;
        let sql = format!(
            "select id, property_id, title, status, answered_at {from} order by answered_at desc, id desc limit $4"
        );
        let rows = self.newest(&sql, asked).await?;
        let entry = |row: &Row| -> Result<LeadAnswer, Failure> {
            let (lead_id, property_id, title) = enquiry(row).ok_or_else(broken)?;
            let status = row.text(3).and_then(LeadStatus::from_word).ok_or_else(broken)?;
            Ok(LeadAnswer { lead_id, property_id, title, status, at: time(row, 4)? })
        };
        Ok(AnswerNews { count, entries: rows.iter().map(entry).collect::<Result<_, _>>()? })
    }

    async fn lead_news(&self, asked: &NewsQuery) -> Result<LeadNews, Failure> {
        let from = "from leads where owner_id = $2 and tenant = $1 and created_at > $3";
        let count = self.count(&format!("select count(*) {from}"), asked).await?;
        let sql = format!(
            "select id, property_id, title, purpose, created_at {from} order by created_at desc, id desc limit $4"
        );
        let rows = self.newest(&sql, asked).await?;
        let entry = |row: &Row| -> Result<NewLead, Failure> {
            let (lead_id, property_id, title) = enquiry(row).ok_or_else(broken)?;
            let purpose = row.text(3).and_then(Purpose::from_word).ok_or_else(broken)?;
            Ok(NewLead { lead_id, property_id, title, purpose, at: time(row, 4)? })
        };
        Ok(LeadNews { count, entries: rows.iter().map(entry).collect::<Result<_, _>>()? })
    }

    async fn own_home_news(&self, asked: &NewsQuery) -> Result<OwnHomeNews, Failure> {
        let [tenant, person, _] = asked.params.clone();
        let sql = format!("select {}", length_of(KEPT, "$2"));
        let homes = self.store.query(&sql, vec![tenant.clone(), person.clone()]).await?;
        let day = asked.since.india_day();
        let sql = "select coalesce(sum(v.views), 0) from properties p
             join property_views_daily v on v.property_id = p.id and v.tenant = p.tenant
             where p.owner_id = $2 and p.tenant = $1 and p.status <> 'REMOVED' and v.day >= $3";
        let views = self.store.query(sql, vec![tenant, person, day.into()]).await?;
        let sql = "select count(*) from properties p
             join favourites f on f.property_id = p.id and f.tenant = p.tenant
             where p.owner_id = $2 and p.tenant = $1 and p.status <> 'REMOVED' and f.saved_at > $3";
        let number = |rows: &[Row]| rows.first().map_or(0, |row| row.count(0));
        Ok(OwnHomeNews {
            homes: number(&homes),
            views: number(&views),
            views_from: day_name(day),
            saves: self.count(sql, asked).await?,
        })
    }
}

fn change(row: &Row) -> Result<SavedHomeChange, Failure> {
    let price = |column| row.int(column).map(Paise::from_paise);
    let is_shown = row.int(7) == Some(1) || row.text(6).and_then(Status::from_word) == Some(Status::Removed);
    let content =
        row.text(1).filter(|_| is_shown).and_then(|text| serde_json::from_str::<Content>(text).ok());
    let title = content.map(|content| content.title().to_owned());
    Ok(SavedHomeChange {
        property_id: row.text(0).and_then(|id| id.parse().ok()).ok_or_else(broken)?,
        title: title.filter(|title| !title.is_empty()),
        at: time(row, 2)?,
        previous_price: price(3),
        previous_price_text: price(3).map(Paise::in_words),
        price: price(4),
        price_text: price(4).map(Paise::in_words),
        availability: row.text(5).and_then(Availability::from_word),
    })
}
