-- One row an entry of somebody's visible history. Times are microseconds; `position` counts in its own `log`.
create table if not exists user_activity (
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
    last_at bigint not null
);
create index if not exists idx_user_timestamp
    on user_activity (tenant, user_id, timestamp desc, event_id desc);
create index if not exists idx_activity_type
    on user_activity (tenant, user_id, activity_type, timestamp desc, event_id desc);

-- Visible entries by Indian day and type: totals and summaries never count rows.
create table if not exists activity_days (
    tenant text not null,
    user_id text not null,
    day bigint not null,
    activity_type text not null,
    count bigint not null,
    primary key (tenant, user_id, day, activity_type)
) without rowid;

-- The entry that the next view of a home may fold into; kept when the entry is hidden.
create table if not exists last_views (
    tenant text not null,
    user_id text not null,
    property_id text not null,
    event_id text not null,
    timestamp bigint not null,
    last_at bigint not null,
    primary key (tenant, user_id, property_id)
) without rowid;

-- Entries people took out of sight, also those that are still to come from the other log.
create table if not exists hidden_entries (
    tenant text not null,
    user_id text not null,
    event_id text not null,
    primary key (tenant, user_id, event_id)
) without rowid;
