-- The webhooks that are not deleted. What each one asks for is read from the journal.
create table if not exists webhooks (
    tenant text not null,
    id text not null,
    created_at bigint not null,
    enabled bigint not null,
    events text not null,
    primary key (id, tenant)
) without rowid;
create index if not exists idx_webhooks_newest on webhooks (tenant, created_at, id);

-- Who is sent an event: one row for each name of an event that an enabled webhook asks for.
create table if not exists webhook_events (
    tenant text not null,
    event_type text not null,
    webhook_id text not null,
    primary key (event_type, tenant, webhook_id)
) without rowid;
create index if not exists idx_webhook_events_webhook on webhook_events (webhook_id, tenant);

-- The API keys that are not revoked. What each one may do is read from the journal.
create table if not exists api_keys (
    tenant text not null,
    id text not null,
    created_at bigint not null,
    primary key (id, tenant)
) without rowid;
create index if not exists idx_api_keys_newest on api_keys (tenant, created_at, id);
