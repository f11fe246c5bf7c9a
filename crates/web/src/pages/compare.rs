//! `/compare?id=…&id=…`: up to four homes side by side. The list is in the address, so it can be kept and passed on.

mod table;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use self::table::{Row, rows};
use super::listing::similar;
use super::show;
use crate::Site;
use crate::api::{ApiError, Call, Page, Property};
use crate::failure::Failure;
use crate::frame::Frame;
use crate::key::Key;
use crate::messages::key;
use crate::visit::Visit;

/// The most homes of one table.
const MOST: usize = 4;
/// The most saved homes that are offered.
const OFFERED: &str = "30";

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    frame: Frame,
    columns: Vec<Column>,
    rows: Vec<Row>,
    /// The homes that can be added. Empty also when there is no room.
    offered: Vec<Offered>,
    has_room: bool,
    /// Whether any row differs, so that the marks are explained.
    differs: bool,
}

/// Homes that can be added, for one reason.
struct Offered {
    why: String,
    /// Id and title.
    homes: Vec<(String, String)>,
}

struct Column {
    home: Property,
    /// The table without it.
    without: String,
}

pub(super) fn router() -> Router<Site> {
    Router::new().route("/compare", get(compare))
}

async fn compare(visit: Visit) -> Result<Response, Failure> {
    visit.knows(&["id"]);
    let homes = load(&visit).await?;
    let has_room = homes.len() < MOST;
    let offered = if has_room { offered(&visit, &homes).await? } else { Vec::new() };
    let rows = rows(&visit, &homes);
    let differs = rows.iter().any(|row| row.differs);
    let ids: Vec<String> = homes.iter().map(|home| home.id.clone()).collect();
    let column = |home: Property| Column { without: without(&ids, &home.id), home };
    show(&ComparePage {
        frame: visit.frame(visit.text("listing-compare-title").to_string()),
        columns: homes.into_iter().map(column).collect(),
        rows,
        offered,
        has_room,
        differs,
    })
}

/// The homes of the address, in its order. Those that are gone are told of and left out.
async fn load(visit: &Visit) -> Result<Vec<Property>, Failure> {
    let mut ids: Vec<Key> = Vec::new();
    for id in visit.asked_all("id").iter().filter_map(|id| Key::parse(id)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.len() > MOST {
        ids.truncate(MOST);
        visit.remark(visit.text("listing-compare-too-many").to_string());
    }
    let mut homes = Vec::new();
    for id in ids {
        let call = Call::get(format!("/api/properties/{id}?include=favorite"));
        match visit.ask::<Property>(call).await {
            Ok(home) => homes.push(home),
            Err(ApiError::Refused(refusal))
                if matches!(refusal.status, StatusCode::NOT_FOUND | StatusCode::GONE) =>
            {
                visit.remark(visit.text("listing-compare-one-is-gone").to_string());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(homes)
}

/// Homes that are not in the table yet: those the person saved, and those like the first one of the table.
async fn offered(visit: &Visit, shown: &[Property]) -> Result<Vec<Offered>, Failure> {
    let saved = saved(visit).await?;
    let alike = match shown.first().and_then(|home| Key::parse(&home.id)) {
        Some(first) => similar(visit, &first).await?,
        None => Vec::new(),
    };
    let mut known: Vec<String> = shown.iter().map(|home| home.id.clone()).collect();
    let mut offer = |why: &'static str, homes: Vec<Property>| {
        let mut others = Vec::new();
        for home in homes {
            if !known.contains(&home.id) {
                known.push(home.id.clone());
                others.push((home.id.clone(), format!("{}, {}", home.heading(), home.price_words())));
            }
        }
        Offered { why: visit.text(why).to_string(), homes: others }
    };
    let offers = [offer(key("listing-compare-saved"), saved), offer(key("listing-compare-alike"), alike)];
    Ok(offers.into_iter().filter(|offered| !offered.homes.is_empty()).collect())
}

async fn saved(visit: &Visit) -> Result<Vec<Property>, Failure> {
    if !visit.signed_in() {
        return Ok(Vec::new());
    }
    let saved = Call::get("/api/properties/favorites").query(&[("size", OFFERED)]);
    let saved: Option<Page<Property>> = visit.ask_for_part(saved).await?;
    Ok(saved.map_or_else(Vec::new, |saved| saved.content))
}

/// The address of the comparison without one of its homes.
fn without(ids: &[String], left_out: &str) -> String {
    let kept = ids.iter().filter(|id| *id != left_out).map(|id| ("id", id));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    if query.is_empty() { "/compare".to_owned() } else { format!("/compare?{query}") }
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_home_is_taken_out_by_its_own_link() {
        let ids = ["h1", "h2", "h3"].map(str::to_owned);
        assert_eq!(without(&ids, "h2"), "/compare?id=h1&id=h3");
        assert_eq!(without(&ids[..1], "h1"), "/compare");
    }
}
