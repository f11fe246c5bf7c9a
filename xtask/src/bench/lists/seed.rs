//! Rows for read models, written straight into their tables: copies of the rows that one person's real deeds made.
//! A journal of as many events would take hours, and a list never reads it.

use std::path::Path;

use anyhow::Context as _;
use rusqlite::{Connection, params};

/// The owner keeps as many homes as an agent may.
const OWNED: u64 = 1000;
const SAVED: u64 = 200;

const NUMBERS: &str = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?1)";
/// An id of its own for the number `i`, in the kind `k`.
fn id(kind: u8) -> String {
    format!("printf('01900000-0000-7000-8{kind:03x}-%012x', i)")
}

/// The files, and the statements for each. `?1` is the number of rows, `?2` the owner, `?3` the seeker.
fn statements() -> [(&'static str, Vec<String>); 6] {
    [
        ("views/properties.db", homes()),
        ("views/search.db", search()),
        ("views/users.db", users()),
        ("views/searches.db", searches()),
        ("notifications.db", inbox()),
        ("views/history.db", history()),
    ]
}

fn homes() -> Vec<String> {
    let home = "listing_type, property_type";
    vec![
        format!(
            "insert into properties (tenant, id, owner_id, status, {home}, price, area_sqft, featured, verified,
             owner_absent, awaits_confirmation, source_reference, content, version, created_at, updated_at) {NUMBERS}
             select tenant, {}, case when i <= {OWNED} then ?2 else printf('01900000-0000-7000-8fff-%012x', i / 50) end,
             status, {home}, price + (i * 7919) % 90000000, 500 + i % 3000, i % 100 = 0, 0, 0, 0, null, content, 1,
             created_at - i * 1000, updated_at - i * 1000 from n, (select * from properties limit 1)",
            id(1)
        ),
        format!(
            "insert into favourites (tenant, user_id, property_id, saved_at, saved_price) {NUMBERS}
             select tenant, case when i <= {SAVED} then ?3 else printf('01900000-0000-7000-8ffe-%012x', i / 50) end,
             {}, saved_at - i, saved_price from n, (select * from favourites limit 1)",
            id(1)
        ),
        format!(
            "insert into leads (tenant, id, property_id, title, owner_id, seeker_id, purpose, status, seeker, words,
             note, visit_at, version, created_at, updated_at) {NUMBERS}
             select tenant, {}, {}, title, owner_id, seeker_id, purpose, case when i % 2 = 0 then 'NEW' else 'CLOSED' end,
             seeker, words, note, visit_at, 1, created_at - i, updated_at - i from n, (select * from leads limit 1)",
            id(2),
            id(1)
        ),
        format!(
            "insert into contact_looks (tenant, id, property_id, owner_id, person_id, looked_at) {NUMBERS}
             select tenant, {}, {}, ?2, ?3, created_at - i from n, (select * from properties limit 1)",
            id(3),
            id(1)
        ),
        format!(
            "insert into reports (tenant, id, property_id, reporter_id, cause, details, position, reported_at) {NUMBERS}
             select tenant, {}, {}, ?3, cause, null, position, reported_at - i from n, (select * from reports limit 1)",
            id(4),
            id(1)
        ),
        "insert into waiting (tenant, property_id, since, pending, reports)
         select tenant, property_id, reported_at, 0, 1 from reports where true on conflict do nothing".to_owned(),
        length("listed", "''", "count(*)", "properties where status = 'ACTIVE' and owner_absent = 0"),
        length("featured", "''", "count(*)", "properties where status = 'ACTIVE' and owner_absent = 0 and featured = 1"),
        length("listed", "?2", "count(*)", "properties where owner_id = ?2 and status = 'ACTIVE' and owner_absent = 0"),
        length("kept", "?2", "count(*)", "properties where owner_id = ?2 and status <> 'REMOVED'"),
        length("leads received", "?2", "count(*)", "leads where owner_id = ?2"),
        length("leads sent", "?3", "count(*)", "leads where seeker_id = ?3"),
        length("looks", "?2", "count(*)", "contact_looks where owner_id = ?2"),
        length("waiting", "''", "count(*)", "waiting"),
    ]
}

fn search() -> Vec<String> {
    vec![
        format!(
            "insert into homes (tenant, id, owner_id, status, owner_gone, owner_absent, featured, verified, favourites,
             content, images, version, created_at, updated_at, changed) {NUMBERS}
             select tenant, {}, owner_id, status, 0, 0, 0, 0, 0, content, images, 1, created_at - i * 1000,
             updated_at - i * 1000, top + i from n, (select *, (select max(changed) from homes) as top from homes limit 1)",
            id(1)
        ),
        format!(
            "insert into saved_searches (tenant, id, user_id, name, filters, channels, frequency, enabled, version,
             created_at, updated_at) {NUMBERS}
             select tenant, {}, case when i < 50 then user_id else printf('01900000-0000-7000-8ffd-%012x', i) end,
             name, filters, channels, frequency, 0, 1, created_at - i, updated_at - i
             from n, (select * from saved_searches limit 1)",
            id(5)
        ),
    ]
}

fn users() -> Vec<String> {
    vec![
        format!(
            "insert into users (tenant, id, version, username, email, profile, searchable_names, searchable_account, role,
             status, email_verified, created_at, updated_at, last_login) {NUMBERS}
             select tenant, {}, version, username, email, profile, searchable_names, searchable_account, role, status,
             email_verified, created_at - i, updated_at - i, last_login from n, (select * from users where id = ?3)",
            id(6)
        ),
        length("accounts", "''", "count(*)", "users"),
    ]
}

fn searches() -> Vec<String> {
    vec![
        format!(
            "insert into search_history (tenant, user_id, at, event_id, seq, results_count) {NUMBERS}
             select tenant, user_id, at - i * 1000, {}, seq, results_count from n, (select * from search_history limit 1)",
            id(7)
        ),
        length("searches", "?3", "count(*)", "search_history where user_id = ?3"),
    ]
}

fn inbox() -> Vec<String> {
    vec![
        format!(
            "insert into notification (tenant, id, user_id, event_id, made_at) {NUMBERS}
             select tenant, {}, ?3, {}, made_at - i from n, (select * from delivery limit 1)",
            id(8),
            id(9)
        ),
        format!(
            "insert into delivery (id, tenant, recipient, channel, template, event_id, seq, made_at) {NUMBERS}
             select {}, tenant, ?3, 'email', 'welcome', {}, seq, made_at - i from n, (select * from delivery limit 1)",
            id(10),
            id(9)
        ),
        format!(
            "insert into delivery_states (id, state, at, lease, tries, error, seq) {NUMBERS}
             select {}, case when i % 2 = 0 then 'delivered' else 'failed' end, 0, 1, 1, null, 1 from n",
            id(10)
        ),
        length("inbox", "?3", "count(*)", "notification where user_id = ?3"),
        length("unread", "?3", "count(*) - count(read_at)", "notification where user_id = ?3"),
    ]
}

fn history() -> Vec<String> {
    vec![
        format!(
            "insert or ignore into user_activity (owner, tenant, user_id, timestamp, event_id, log, position,
             activity_type, related_entity_id, related_entity_type, activity_data, session_id, count, last_at) {NUMBERS}
             select owner, tenant, user_id, timestamp - i * 2000000,
             printf('%08x-%04x-7000-8000-%012x', ((timestamp - i * 2000000) / 1000) >> 16,
             ((timestamp - i * 2000000) / 1000) & 65535, i), log, 1, activity_type, related_entity_id,
             related_entity_type, activity_data, null, 1, timestamp - i * 2000000
             from n, (select * from user_activity where user_id = ?3 and activity_type = 'PROPERTY_VIEWED' limit 1)"
        ),
        "insert into activity_days (owner, place, day, activity_type, count)
         select owner, (timestamp + 19800000000) / 86400000000, (timestamp + 19800000000) / 86400000000, activity_type,
         count(*) from user_activity where user_id = ?3 group by 1, 2, 3, 4
         on conflict do update set count = excluded.count".to_owned(),
    ]
}

fn length(list: &str, owner: &str, count: &str, of: &str) -> String {
    format!(
        "insert or replace into list_lengths (tenant, list, owner, length)
         select 'hyderabad', '{list}', {owner}, {count} from {of}"
    )
}

/// Fills the read models in `data`.
pub fn seed(data: &Path, rows: u64, owner: &str, seeker: &str) -> anyhow::Result<()> {
    for (file, statements) in statements() {
        let path = data.join(file);
        let mut connection = Connection::open(&path).with_context(|| path.display().to_string())?;
        connection.execute_batch("pragma synchronous = off; pragma cache_size = -400000;")?;
        let tx = connection.transaction()?;
        for sql in statements {
            let mut statement = tx.prepare(&sql).with_context(|| sql.clone())?;
            let count = statement.parameter_count();
            let all = [&rows as &dyn rusqlite::ToSql, &owner, &seeker];
            statement.execute(&all[..count]).with_context(|| sql.clone())?;
        }
        tx.commit()?;
        connection.query_row("pragma wal_checkpoint(truncate)", params![], |_| Ok(()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use testkit::TestApp;

    use super::super::begin;
    use super::*;

    /// Columns come and go; the statements must follow.
    #[test]
    fn the_statements_fit_the_tables() {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (owner, seeker) = runtime.block_on(async {
            let app = TestApp::on(directory.path()).await;
            let [address, management] =
                [&app.base, &app.management].map(|url| url["http://".len()..].parse().unwrap());
            let people = begin(address, management).await.unwrap();
            app.stop().await;
            people
        });
        seed(directory.path(), 100, &owner, &seeker).unwrap();
    }
}
