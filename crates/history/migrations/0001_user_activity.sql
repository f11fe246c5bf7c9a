-- Writes are many and small: the log is copied back seldom, so that a page changed often is copied once.
pragma wal_autocheckpoint = 16384;
pragma cache_size = -8192;

-- One row an entry of somebody's visible history. Times are microseconds; `position` counts in its own `log`.
-- `owner` is the person in eight bytes. Rows lie in the order of a page of history: one page is read from a few blocks
-- of the file however many events there are, and not from one block a row. That is the order of the ids of events, which
-- is that in which things happened, also when the clock was set back meanwhile.
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
    primary key (owner, event_id)
) without rowid;

-- Visible entries by Indian day and type: totals and summaries never count rows. `place` is the day in their ids, by which
-- rows lie together; only when the clock was set back it is later than the day itself.
create table if not exists activity_days (
    owner bigint not null,
    place bigint not null,
    day bigint not null,
    activity_type text not null,
    count bigint not null,
    primary key (owner, place, day, activity_type)
) without rowid;

-- The entry that the next view of a home may fold into; also a hidden one.
create table if not exists last_views (
    owner bigint not null,
    home bigint not null,
    event_id text not null,
    last_at bigint not null,
    primary key (owner, home)
) without rowid;

-- Entries people took out of sight, also those that are still to come from the other log.
create table if not exists hidden_entries (
    event_id text not null,
    owner bigint not null,
    primary key (event_id, owner)
) without rowid;
