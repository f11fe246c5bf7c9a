-- The read model of market figures: one row a listing, with what figures are made from, and nobody's contact.
create table if not exists listings (
    tenant text not null,
    id text not null,
    owner_id text not null,
    status text not null,
    -- The owner closed their account: their words are gone for good.
    owner_gone bigint not null,
    -- The owner's account is suspended or switched off.
    owner_absent bigint not null,
    -- LISTED: on the market. ENDED: sold, rented or expired, so it was on the market until then. HIDDEN: all others,
    -- which are in no figure.
    presence text not null,
    -- The slug of its area; empty when there is none.
    area text not null,
    property_type text not null,
    listing_type text not null,
    -- In halves.
    bedrooms bigint,
    price bigint not null,
    -- 0 when it is not stated.
    area_sqft double precision not null,
    age bigint,
    -- Millionths of a degree: their sums are exact in any order.
    latitude bigint,
    longitude bigint,
    title text not null,
    -- When it was first on the market, and when that ended.
    listed_at bigint,
    ended_at bigint,
    -- Whether its price changed while it was listed.
    repriced bigint not null,
    version bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_listings_of_area on listings (tenant, area) where presence <> 'HIDDEN';
create index if not exists idx_listings_of_area_and_kind
    on listings (tenant, area, property_type, listing_type, listed_at, id) where presence = 'LISTED';
create index if not exists idx_listings_of_kind on listings (tenant, property_type, listing_type, listed_at, id)
    where presence = 'LISTED';
create index if not exists idx_listings_owner on listings (owner_id, tenant, id);

-- The price at which a listing came on the market, and each change since.
create table if not exists prices (
    tenant text not null,
    property_id text not null,
    version bigint not null,
    changed_at bigint not null,
    price bigint not null,
    primary key (property_id, version, tenant)
);

-- The areas with homes on the market, and the sums that their middle is computed from.
create table if not exists areas (
    tenant text not null,
    slug text not null,
    homes bigint not null,
    -- How many of them have coordinates.
    placed bigint not null,
    latitude_sum bigint not null,
    longitude_sum bigint not null,
    primary key (slug, tenant)
);
create index if not exists idx_areas_most_homes on areas (tenant, homes, slug);

-- People whose account is suspended or switched off.
create table if not exists absent_owners (
    tenant text not null,
    user_id text not null,
    primary key (user_id, tenant)
);
