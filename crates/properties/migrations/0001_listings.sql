-- The read model of listings. Every row follows from the journal alone.
create table if not exists properties (
    tenant text not null,
    id text not null,
    owner_id text not null,
    status text not null,
    listing_type text not null,
    property_type text not null,
    price bigint not null,
    area_sqft double precision not null,
    featured bigint not null,
    verified bigint not null,
    source_reference text,
    -- 1 while it is a draft that waits until its owner has confirmed their e-mail address.
    awaits_confirmation bigint not null,
    -- JSON; what its owner wrote is marked as theirs.
    content text not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_properties_newest on properties (tenant, status, created_at, id);
create index if not exists idx_properties_price on properties (tenant, status, price, id);
create index if not exists idx_properties_owner on properties (owner_id, created_at);

create table if not exists favourites (
    tenant text not null,
    user_id text not null,
    property_id text not null,
    saved_at bigint not null,
    primary key (user_id, property_id, tenant)
);

create table if not exists property_counts (
    tenant text not null,
    property_id text not null,
    views bigint not null,
    visitors bigint not null,
    favourites bigint not null,
    primary key (property_id, tenant)
);

-- The photos of a listing as they are in its event.
create table if not exists property_images (
    tenant text not null,
    property_id text not null,
    images text not null,
    primary key (property_id, tenant)
);

-- Which files are photos of which listings that were not removed.
create table if not exists photos (
    tenant text not null,
    file_id text not null,
    property_id text not null,
    primary key (file_id, property_id, tenant)
);
create index if not exists idx_photos_property on photos (property_id, tenant);

-- Files that were deleted, by ids alone. The photos of a listing may name one that its owner deleted at that moment.
create table if not exists deleted_files (
    tenant text not null,
    file_id text not null,
    primary key (file_id, tenant)
);

create table if not exists property_views_daily (
    tenant text not null,
    property_id text not null,
    day bigint not null,
    views bigint not null,
    visitors bigint not null,
    primary key (property_id, day, tenant)
);

-- When a signed-in person's view of a listing was last counted: one view per 30 minutes.
create table if not exists counted_viewers (
    tenant text not null,
    property_id text not null,
    user_id text not null,
    counted_at bigint not null,
    primary key (property_id, user_id, tenant)
);

-- People who closed their account, and those whose account is suspended or switched off: their listings are not on show until that ends.
create table if not exists absent_owners (
    tenant text not null,
    user_id text not null,
    primary key (user_id, tenant)
);

-- Somebody's interest in a listing. `title`, `seeker`, `words` and `note` are values that leave with a person, or the
-- marker of an erased one.
create table if not exists leads (
    tenant text not null,
    id text not null,
    property_id text not null,
    title text not null,
    owner_id text not null,
    seeker_id text not null,
    purpose text not null,
    status text not null,
    seeker text not null,
    words text,
    note text,
    visit_at bigint,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_leads_owner on leads (owner_id, created_at, id);
create index if not exists idx_leads_seeker on leads (seeker_id, created_at, id);

-- Who was shown the contact of a home, by ids alone.
create table if not exists contact_looks (
    tenant text not null,
    id text not null,
    property_id text not null,
    owner_id text not null,
    person_id text not null,
    looked_at bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_contact_looks_owner on contact_looks (owner_id, looked_at, id);
create index if not exists idx_contact_looks_property on contact_looks (property_id, looked_at, id);

-- What people say is wrong with a listing. It is open until a moderator decides at a later position.
create table if not exists reports (
    tenant text not null,
    id text not null,
    property_id text not null,
    reporter_id text not null,
    cause text not null,
    details text,
    position bigint not null,
    reported_at bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_reports_property on reports (property_id, position);
create index if not exists idx_reports_reporter on reports (reporter_id);

-- The last decision of a moderator on a listing.
create table if not exists moderated (
    tenant text not null,
    property_id text not null,
    position bigint not null,
    primary key (property_id, tenant)
);
