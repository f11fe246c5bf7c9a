-- activity.db as format 1 made it, with three events: for ever, as files of it may be anywhere.
pragma journal_mode = wal;
create table event_store (
    position integer primary key,
    event_id blob not null,
    tenant_id text not null,
    aggregate_type text not null,
    aggregate_id text not null,
    version integer not null,
    user_id blob,
    event_type text not null,
    schema_version integer not null,
    event_data text not null,
    event_metadata text not null,
    timestamp integer not null
) strict;
create index idx_aggregate_id on event_store (aggregate_id, version);
create index idx_user_id on event_store (user_id, timestamp, event_id) where user_id is not null;
create index idx_event_type on event_store (event_type, position);
create table streams (
    tenant text not null, type text not null, id text not null,
    version integer not null, first_position integer not null, last_position integer not null,
    primary key (id, type, tenant)
) strict, without rowid;
create table claims (
    tenant text not null, kind text not null, digest blob not null,
    stream_type text not null, stream_id text not null,
    primary key (digest, kind, tenant)
) strict, without rowid;
create index idx_claims_stream on claims (stream_id, stream_type, tenant);
create table idempotency (
    scope text not null, key text not null, fingerprint blob not null, answer text not null,
    version integer not null, position integer not null, created_at integer not null,
    primary key (scope, key)
) strict, without rowid;
create index idx_idempotency_age on idempotency (created_at);
create table history (epoch integer not null) strict;
insert into history values (1);
insert into event_store values
    (1, x'0190000000007000800000000000000a', 't', 'activity', '01900000-0000-7000-8000-00000000000b', 1,
     x'0190000000007000800000000000000b', 'PROPERTY_VIEWED', 1, '{"views":1}', '{}', 1768000000000000),
    (2, x'0190000000007000800000000000000c', 't', 'counts', '2026-01-20', 1,
     null, 'VIEWS_COUNTED', 1, '{"views":[]}', '{}', 1768900000000000),
    (3, x'0190000000007000800000000000000d', 't', 'activity', '01900000-0000-7000-8000-00000000000b', 2,
     x'0190000000007000800000000000000b', 'PROPERTY_SHARED', 1, '{"views":2}', '{}', 1771000000000000);
insert into streams values
    ('t', 'activity', '01900000-0000-7000-8000-00000000000b', 2, 1, 3),
    ('t', 'counts', '2026-01-20', 1, 2, 2);
pragma user_version = 1;
