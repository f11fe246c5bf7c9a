//! The moderation queue.

use std::collections::HashMap;

use ::projection::Value;
use ::projection::list_lengths::length_of;
use domain::{TenantId, Timestamp};
use http_kit::{Cursor, Failure, Page, Paging};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::leads::personal;
use super::lists::WAITING;
use super::{COLUMNS, TOTAL, bad_cursor};
use crate::App;
use crate::document::Document;

/// Maximum number of reports shown per listing.
const SHOWN: usize = 20;

/// A listing that waits for a moderator.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Waiting {
    #[schema(value_type = Document<'static>)]
    property: Box<RawValue>,
    /// Whether it needs a moderator's approval before it becomes public.
    pending_review: bool,
    since: Timestamp,
    report_count: u64,
    reports: Vec<Report>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Report {
    cause: String,
    details: Option<String>,
    reporter_id: String,
    reported_at: Timestamp,
}

impl App {
    /// Reads one page of the queue, longest waiting first.
    pub async fn queue(&self, tenant: &TenantId, paging: &Paging) -> Result<Page<Waiting>, Failure> {
        let mut params: Vec<Value<'_>> = vec![tenant.as_str().into()];
        let length = length_of(WAITING, "''");
        let total = self.store.query(&format!("select {length}"), params.clone()).await?;
        let total = total.first().map_or(0, |row| row.count(0));
        let mut after = "";
        if let Some(Cursor(parts)) = &paging.cursor {
            params.push(parts[0].as_i64().ok_or_else(bad_cursor)?.into());
            params.push(parts[1].as_str().ok_or_else(bad_cursor)?.to_owned().into());
            after = "and (w.since, w.property_id) > ($2, $3)";
        }
        params.extend([paging.size.into(), paging.offset().into()]);
        let (size, offset) = (params.len() - 1, params.len());
        let sql = format!(
            "select {COLUMNS}, w.since, w.reports from waiting w
             cross join properties p on p.id = w.property_id and p.tenant = w.tenant
             left join property_counts c on c.property_id = p.id and c.tenant = p.tenant
             where w.tenant = $1 {after} order by w.since, w.property_id limit ${size} offset ${offset}"
        );
        let rows = self.store.query(&sql, params).await?;
        let next =
            rows.last().and_then(|row| Some(Cursor(vec![row.int(TOTAL)?.into(), row.text(0)?.into()])));
        let ids: Vec<&str> = rows.iter().filter_map(|row| row.text(0)).collect();
        let mut reports = self.reports(tenant, &ids).await?;
        let mut waiting = Vec::with_capacity(rows.len());
        for row in &rows {
            waiting.push(Waiting {
                property: self.read(row)?.body,
                pending_review: row.text(2) == Some("PENDING_REVIEW"),
                since: Timestamp::from_micros(row.int(TOTAL).unwrap_or_default()),
                report_count: row.count(TOTAL + 1),
                reports: row.text(0).and_then(|id| reports.remove(id)).unwrap_or_default(),
            });
        }
        Ok(Page::new(paging, waiting, total, next.as_ref()))
    }

    /// The newest open reports of each listing.
    async fn reports(
        &self,
        tenant: &TenantId,
        ids: &[&str],
    ) -> Result<HashMap<String, Vec<Report>>, Failure> {
        let mut found: HashMap<String, Vec<Report>> = HashMap::new();
        if ids.is_empty() {
            return Ok(found);
        }
        let mut params: Vec<Value<'_>> = vec![tenant.as_str().into()];
        params.extend(ids.iter().map(|id| Value::from(*id)));
        // Each listing's newest, found by its index: somebody may be reported very often.
        let newest = |number| {
            format!(
                "select * from (select r.property_id, r.cause, r.details, r.reporter_id, r.reported_at from reports r
                 where r.property_id = ${number} and r.tenant = $1 and r.position > coalesce((select m.position
                 from moderated m where m.property_id = ${number} and m.tenant = $1), 0)
                 order by r.position desc limit {SHOWN}) newest"
            )
        };
        let each: Vec<String> = (2..=params.len()).map(newest).collect();
        let sql = each.join(" union all ");
        for row in &self.store.query(&sql, params).await? {
            let text = |column| row.text(column).unwrap_or_default().to_owned();
            let reported_at = Timestamp::from_micros(row.int(4).unwrap_or_default());
            let details = personal(row, 2);
            let report = Report { cause: text(1), details, reporter_id: text(3), reported_at };
            found.entry(text(0)).or_default().push(report);
        }
        Ok(found)
    }
}
