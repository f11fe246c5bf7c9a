create table if not exists products (
    tenant text not null,
    id text not null,
    number bigint not null,
    seller_id text not null,
    seller_absent bigint not null,
    sku text not null,
    name text not null,
    price bigint not null,
    status text not null,
    content text not null,
    stock bigint,
    reservations text not null,
    purchases bigint not null,
    -- 10 times 0.3 * synced views + 0.7 * purchases: a whole number, so that it is the same however it was added up.
    popularity bigint not null,
    purchase_trend double precision,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (id, tenant)
);
create index if not exists products_created on products (tenant, created_at, number)
    where status = 'ACTIVE' and seller_absent = 0;
create index if not exists products_updated on products (tenant, updated_at, number)
    where status = 'ACTIVE' and seller_absent = 0;
create index if not exists products_name on products (tenant, name, number) where status = 'ACTIVE' and seller_absent = 0;
create index if not exists products_price on products (tenant, price, number) where status = 'ACTIVE' and seller_absent = 0;
create index if not exists products_popularity on products (tenant, popularity, number)
    where status = 'ACTIVE' and seller_absent = 0;
create index if not exists products_seller on products (seller_id, tenant, number);
create index if not exists products_number on products (tenant, number);

-- The greatest number that was given: a deleted product keeps its own.
create table if not exists product_numbers (tenant text not null, last bigint not null, primary key (tenant));

create table if not exists product_counts (
    tenant text not null,
    product_id text not null,
    views bigint not null,
    visitors bigint not null,
    synced bigint not null,
    click_trend double precision,
    primary key (product_id, tenant)
);
create index if not exists product_counts_pending on product_counts (tenant, product_id) where views > synced;

create table if not exists product_days (
    tenant text not null,
    product_id text not null,
    day bigint not null,
    views bigint not null,
    primary key (product_id, day, tenant)
);

create table if not exists product_viewers (
    tenant text not null,
    product_id text not null,
    user_id text not null,
    counted_at bigint not null,
    primary key (product_id, user_id, tenant)
);

-- Sellers whose products are not on sale: their accounts are suspended or closed.
create table if not exists absent_sellers (tenant text not null, user_id text not null, primary key (user_id, tenant));
