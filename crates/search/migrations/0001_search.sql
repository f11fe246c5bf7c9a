-- The read model of searching: one row a listing, nothing personal in it. The search index is made from these rows.
create table if not exists homes (
    tenant text not null,
    id text not null,
    owner_id text not null,
    status text not null,
    -- The owner closed their account: content is gone for good.
    owner_gone bigint not null,
    -- The owner's account is suspended or switched off: it is not on the market until that ends.
    owner_absent bigint not null,
    featured bigint not null,
    verified bigint not null,
    favourites bigint not null,
    -- JSON; what its owner wrote is marked as theirs.
    content text,
    images text not null,
    -- In paise, what it cost before its last change, and when that was; both, or neither.
    previous_price bigint,
    price_changed_at bigint,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    -- Larger than any other row's when the row was written: the index reads on from the last one it has.
    changed bigint not null,
    primary key (id, tenant)
);
create unique index if not exists idx_homes_changed on homes (changed);
create index if not exists idx_homes_owner on homes (owner_id, tenant, id);

-- How many people saved a listing, also before its own events came.
create table if not exists saves (
    tenant text not null,
    id text not null,
    favourites bigint not null,
    primary key (id, tenant)
);

-- People whose account is suspended or switched off.
create table if not exists absent_owners (
    tenant text not null,
    user_id text not null,
    primary key (user_id, tenant)
);
