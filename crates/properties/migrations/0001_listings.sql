-- The read model of listings. Every row follows from the journal alone.
create table if not exists properties (
    tenant text not null,
    id text not null,
    owner_id text not null,
    status text not null,
    listing_type text not null,
    property_type text not null,
    price bigint not null,
    -- In paise, before its last change, and when that was; both, or neither.
    previous_price bigint,
    price_changed_at bigint,
    area_sqft double precision not null,
    featured bigint not null,
    verified bigint not null,
    -- Whether its owner left, or their account is suspended or switched off: it is not on show until that ends.
    owner_absent bigint not null,
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
-- Every order of every list has an index that holds just that list (ADR 48): a page reads its own entries, however many
-- homes there are.
create index if not exists idx_listed_newest on properties (tenant, created_at, id)
    where status = 'ACTIVE' and owner_absent = 0;
create index if not exists idx_listed_price on properties (tenant, price, id)
    where status = 'ACTIVE' and owner_absent = 0;
create index if not exists idx_listed_area on properties (tenant, area_sqft, id)
    where status = 'ACTIVE' and owner_absent = 0;
create index if not exists idx_featured_newest on properties (tenant, created_at, id)
    where status = 'ACTIVE' and owner_absent = 0 and featured = 1;
create index if not exists idx_featured_price on properties (tenant, price, id)
    where status = 'ACTIVE' and owner_absent = 0 and featured = 1;
create index if not exists idx_featured_area on properties (tenant, area_sqft, id)
    where status = 'ACTIVE' and owner_absent = 0 and featured = 1;
-- These serve a person's own list and, among their entries, those on the market: a quota bounds what a person keeps.
create index if not exists idx_owned_newest on properties (owner_id, tenant, created_at, id, status, owner_absent)
    where status <> 'REMOVED';
create index if not exists idx_owned_price on properties (owner_id, tenant, price, id, status, owner_absent)
    where status <> 'REMOVED';
create index if not exists idx_owned_area on properties (owner_id, tenant, area_sqft, id, status, owner_absent)
    where status <> 'REMOVED';
-- Also those that were removed.
create index if not exists idx_properties_owner on properties (owner_id, tenant, created_at, id);

create table if not exists favourites (
    tenant text not null,
    user_id text not null,
    property_id text not null,
    saved_at bigint not null,
    -- In paise, at that time.
    saved_price bigint not null,
    primary key (user_id, property_id, tenant)
);
create index if not exists idx_favourites_newest on favourites (user_id, tenant, saved_at, property_id);
create index if not exists idx_favourites_property on favourites (property_id, tenant, saved_at);

-- When the price of a listing changed, or whether it is on the market: what people who saved it are told (ADR 62).
create table if not exists listing_changes (
    tenant text not null,
    property_id text not null,
    at bigint not null,
    seq bigint not null,
    -- In paise; both, or neither.
    previous_price bigint,
    price bigint,
    availability text,
    primary key (property_id, tenant, at, seq)
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
    -- When its status changed last; null while nobody answered.
    answered_at bigint,
    primary key (id, tenant)
);
create index if not exists idx_leads_answered on leads (seeker_id, tenant, answered_at, id);
create index if not exists idx_leads_owner on leads (owner_id, tenant, created_at, id);
create index if not exists idx_leads_owner_status on leads (owner_id, tenant, status, created_at, id);
create index if not exists idx_leads_owner_property on leads (owner_id, tenant, property_id, created_at, id, status);
create index if not exists idx_leads_seeker on leads (seeker_id, tenant, created_at, id);
create index if not exists idx_leads_seeker_status on leads (seeker_id, tenant, status, created_at, id);
create index if not exists idx_leads_seeker_property on leads (seeker_id, tenant, property_id, created_at, id, status);

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
create index if not exists idx_contact_looks_owner on contact_looks (owner_id, tenant, looked_at, id);
create index if not exists idx_contact_looks_property on contact_looks (owner_id, tenant, property_id, looked_at, id);

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
create index if not exists idx_reports_property on reports (property_id, tenant, position, reported_at);
create index if not exists idx_reports_reporter on reports (reporter_id);

-- The last decision of a moderator on a listing.
create table if not exists moderated (
    tenant text not null,
    property_id text not null,
    position bigint not null,
    primary key (property_id, tenant)
);

-- Homes that wait for a moderator: for approval, or because of reports made since a moderator's last decision. Not those
-- that were removed, or whose owner left.
create table if not exists waiting (
    tenant text not null,
    property_id text not null,
    since bigint not null,
    pending bigint not null,
    reports bigint not null,
    primary key (property_id, tenant)
);
create index if not exists idx_waiting_longest on waiting (tenant, since, property_id);
