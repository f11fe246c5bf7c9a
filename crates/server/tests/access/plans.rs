//! No statement that the server sends reads a whole table that grows, or sorts one. Every operation is asked once, the
//! lists in all their orders and on their later pages, and SQLite is asked for the plan of every statement that was
//! sent meanwhile: by requests, by projections, by workers.

use std::path::Path;

use journal::statements;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use testkit::Client;

use crate::authorisation::requests;
use crate::authorisation::rules::Who;
use crate::authorisation::world::World;
use crate::rows;

/// A step of a plan that reads or sorts all of something, and may.
struct Allowed {
    /// The beginning of the file's name.
    file: &'static str,
    /// What the statement says, in one piece.
    says: &'static str,
    reason: &'static str,
}

const fn allowed(file: &'static str, says: &'static str, reason: &'static str) -> Allowed {
    Allowed { file, says, reason }
}

const ALLOWED: &[Allowed] = &[
    allowed("search", "from made m", "one row"),
    allowed(
        "facts",
        "from event_store where tenant_id = ?",
        "until a page is full; a rare kind walks on (ADR 48)",
    ),
    allowed(
        "activity",
        "from event_store where tenant_id = ?",
        "until a page is full; a rare kind walks on (ADR 48)",
    ),
    allowed(
        "",
        "where s.state in ('due', 'leased') and s.at between",
        "sorts what is open: asked for, and not carried out yet",
    ),
    allowed("", "from delivery_owner", "one row"),
    allowed(
        "partners",
        "where s.state in ('due', 'leased') and",
        "what is open: asked for, and not carried out yet",
    ),
    allowed("partners", "select tenant, id from api_keys", "once at the start, in the background"),
    allowed(
        "partners",
        "union select webhook_id from webhook_events",
        "the webhooks of a tenant that want an event",
    ),
    allowed("search", "from erased_people where tenant", "read whole, in the background, by who learns"),
    allowed("history", "from hidden_entries limit 1", "whether there is any row"),
    allowed("history", "group by activity_type, recent_day", "a person's days, sorted by type"),
    allowed("properties", "from favourites f join properties p", "a person saves at most 1,000 homes"),
    allowed("properties", "select distinct p.owner_id from photos", "the listings of one photo"),
    allowed("properties", "order by l.place", "one page"),
    allowed("", "order by o.seq limit", "at most 1,000 of each state"),
    allowed("search_products", "select count(*) from products", "once a job that reads all of them"),
    allowed("catalogue", "views > synced", "what was viewed since views were passed on last"),
    allowed("catalogue", "from product_numbers", "one row"),
    allowed("", "from sqlite_master", "the names of a few tables"),
    allowed("users", "searchable_names like", "words of accounts have no index yet (ADR 48)"),
    allowed(
        "files",
        "select count(*) from files where tenant = ?1 and gone = 0",
        "once a job that reads all of them",
    ),
    allowed(
        "searches",
        "select query from queries where tenant",
        "once for a person who leaves: nothing names theirs",
    ),
];

/// The lists with their orders and filters. `{user}` is the caller.
const LISTS: &[&str] = &[
    "/api/properties",
    "/api/properties/featured",
    "/api/properties/recent",
    "/api/properties/my-properties",
    "/api/properties/user/{user}",
    "/api/users/{user}/properties",
    "/api/properties/favorites",
    "/api/properties/favorites/changes",
    "/api/moderation/queue",
    "/api/leads?box=received",
    "/api/leads?box=sent",
    "/api/leads?box=received&status=NEW",
    "/api/leads?box=sent&status=NEW",
    "/api/contact-looks",
    "/api/market/areas",
    "/api/users",
    "/api/users/search?query=seller",
    "/api/search/history/me",
    "/api/search/saved/me",
    "/api/notifications/me",
    "/api/user-history/me",
    "/api/user-history/me/timeline",
    "/api/user-history/me/timeline?from=2026-01-01&type=PROPERTY_CREATED",
    "/api/user-history/me/properties",
    "/api/user-history/me/activities/PROPERTY_CREATED",
    "/api/user-history/me/events",
    "/api/v1/admin/events",
    "/api/v1/admin/dead-letters",
    "/api/v1/admin/mailbox",
    "/api/v1/admin/webhooks",
    "/api/v1/admin/api-keys",
];
const ORDERED: &str = "/api/properties";

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_or_sorts_a_whole_table_that_grows() {
    statements::remember();
    let world = World::new().await;
    for row in rows::built().iter().filter(|row| !row.goes_on()) {
        for who in [Who::Owner, Who::Moderator, Who::Admin] {
            requests::ask(&world, row, who).await;
        }
    }
    for who in [Who::Owner, Who::Admin] {
        let scene = world.scene(who);
        let me = scene.client.get("/api/users/profile").await.expect(200).data()["id"]
            .as_str()
            .unwrap()
            .to_owned();
        for list in LISTS {
            let list = list.replace("{user}", &me);
            turn_pages(&scene.client, &list).await;
            if list.starts_with(ORDERED) || list.ends_with("/properties") {
                for order in
                    ["price", "areaSqft", "createdAt"].iter().flat_map(|by| [(by, "asc"), (by, "desc")])
                {
                    turn_pages(&scene.client, &format!("{list}?sortBy={}&sortDir={}", order.0, order.1))
                        .await;
                }
            }
        }
        scene.client.get(&format!("/api/users/{me}/export")).await;
    }
    world.app.drain().await;
    let directory = world.app.data_dir();
    let sent = statements::sent_below(directory);
    let mut wrong: Vec<String> = sent.iter().flat_map(|(file, sql)| complaints(file, sql)).collect();
    wrong.sort();
    wrong.dedup();
    assert!(sent.len() > 150, "only {} statements were sent", sent.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), sent.len(), wrong.join("\n"));
}

/// The first page of one entry, and the page after it.
async fn turn_pages(client: &Client, list: &str) {
    let join = if list.contains('?') { '&' } else { '?' };
    let first = client.get(&format!("{list}{join}size=1")).await;
    let data = if first.status == 200 { first.data().clone() } else { return };
    if let Some(next) = data["next"].as_str() {
        client.get(&format!("{list}{join}size=1&cursor={next}")).await.expect(200);
    }
}

/// What is wrong with the plan of a statement.
fn complaints(file: &Path, sql: &str) -> Vec<String> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let spoken = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if ALLOWED.iter().any(|one| name.starts_with(one.file) && spoken.contains(one.says)) {
        return Vec::new();
    }
    let Some(steps) = plan(file, sql) else { return Vec::new() };
    let wrong = steps.into_iter().filter(|step| {
        let scans = step.starts_with("SCAN ") && !step.starts_with("SCAN (") && step != "SCAN CONSTANT ROW";
        let scans = scans && !["SCAN o", "SCAN l", "SCAN u"].contains(&&**step);
        let walks =
            (step.ends_with("(tenant=?)") || step.ends_with("(tenant_id=?)")) && !spoken.contains("limit");
        scans || walks || step.contains("TEMP B-TREE FOR")
    });
    wrong.map(|step| format!("{name}: {step}: {spoken}")).collect()
}

/// The steps of the plan; `None` if the file is not there any more, as after a rebuild.
fn plan(file: &Path, sql: &str) -> Option<Vec<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).ok()?;
    // As the server's own connections: a plan does not depend on what is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).unwrap();
    let mut explained = connection.prepare(&format!("explain query plan {sql}")).unwrap();
    let nothing = vec![rusqlite::types::Null; explained.parameter_count()];
    let steps =
        explained.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
    Some(steps.map(Result::unwrap).collect())
}

#[test]
fn every_exception_has_its_reason() {
    for Allowed { says, reason, .. } in ALLOWED {
        assert!(!says.is_empty() && !reason.is_empty());
    }
}
