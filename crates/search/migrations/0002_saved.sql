-- Searches that people keep, until they or the search leave.
create table if not exists saved_searches (
    tenant text not null,
    id text not null,
    user_id text not null,
    name text not null,
    filters text not null,
    -- Words with commas.
    channels text not null,
    frequency text not null,
    enabled bigint not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_saved_searches_user on saved_searches (user_id, tenant, created_at, id);

-- Under which words of a home an enabled search is looked at: a home that lacks them all cannot fit it.
create table if not exists saved_keys (
    tenant text not null,
    key text not null,
    id text not null,
    version bigint not null,
    min_price bigint,
    max_price bigint,
    -- A bit each; 0 for any.
    listing_types bigint not null,
    bedrooms bigint not null,
    primary key (key, tenant, id)
);
create index if not exists idx_saved_keys_id on saved_keys (id, tenant);
-- Whether a tenant has any.
create index if not exists idx_saved_keys_tenant on saved_keys (tenant);

-- Homes that wait for the next letter of a search that is told daily or weekly, or of news that is not told at once.
create table if not exists saved_matches (
    tenant text not null,
    id text not null,
    channel text not null,
    home text not null,
    -- The event that made the home fit.
    seq bigint not null,
    due bigint not null,
    primary key (id, due, channel, seq, tenant)
);

-- When news of a home was told at once last: the same within a day waits for the morning.
create table if not exists told_at_once (
    tenant text not null,
    home text not null,
    occasion text not null,
    at bigint not null,
    primary key (home, occasion, tenant)
);
