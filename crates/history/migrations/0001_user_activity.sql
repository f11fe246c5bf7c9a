-- Writes are many and small: the log is copied back seldom, so that a page changed often is copied once.
pragma wal_autocheckpoint = 16384;
pragma cache_size = -8192;

-- One row an entry of somebody's visible history. Times are microseconds; `position` counts in its own `log`.
-- `owner` is the person in eight bytes. Rows lie in the order of a page of history: one page is read from a few blocks
-- of the file however many events there are, and not from one block a row.
create table if not exists user_activity (
    owner bigint not null,
    tenant text not null,
    user_id text not null,
    timestamp bigint not null,
    event_id text not null,
    log text not null,
    position bigint not null,
    activity_type text not null,
    related_entity_id text,
    related_entity_type text,
    activity_data text not null,
    session_id text,
    count bigint not null,
    last_at bigint not null,
    primary key (owner, timestamp, event_id)
) without rowid;
create index if not exists idx_event on user_activity (event_id);

-- Visible entries by Indian day and type: totals and summaries never count rows.
create table if not exists activity_days (
    owner bigint not null,
    day bigint not null,
    activity_type text not null,
    count bigint not null,
    primary key (owner, day, activity_type)
) without rowid;

-- The entry that the next view of a home may fold into, by its time and place in the log of activity; also a hidden one.
create table if not exists last_views (
    owner bigint not null,
    home bigint not null,
    timestamp bigint not null,
    position bigint not null,
    last_at bigint not null,
    primary key (owner, home)
) without rowid;

-- Entries people took out of sight, also those that are still to come from the other log.
create table if not exists hidden_entries (
    event_id text not null,
    owner bigint not null,
    primary key (event_id, owner)
) without rowid;
