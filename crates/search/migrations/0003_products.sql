-- The read model of searching products: one row a product. The index of products is made from these rows.
create table if not exists products (
    tenant text not null,
    id bigint not null,
    seller_id text not null,
    -- The seller closed their account: content is gone for good.
    seller_gone bigint not null,
    -- The seller's account is suspended or switched off: it is not on sale until that ends.
    seller_absent bigint not null,
    status text not null,
    -- It has left the catalogue.
    deleted bigint not null,
    -- JSON; what its seller wrote is marked as theirs. Gone with the product, and with its seller.
    content text,
    stock bigint,
    purchases bigint not null,
    -- See domain::product::Trend.
    purchase_trend double precision,
    created_at bigint not null,
    updated_at bigint not null,
    version bigint not null,
    -- Larger than any other row's when the row was written: the index reads on from the last one it has.
    changed bigint not null,
    primary key (tenant, id)
);
create unique index if not exists idx_products_changed on products (changed);
create index if not exists idx_products_seller on products (tenant, seller_id, id);

-- How often a product was opened. It comes from another log than the rest of its row, and may come before it.
create table if not exists product_clicks (
    tenant text not null,
    id bigint not null,
    clicks bigint not null,
    click_trend double precision,
    primary key (tenant, id)
);

-- People whose account is suspended or switched off.
create table if not exists absent_sellers (
    tenant text not null,
    user_id text not null,
    primary key (tenant, user_id)
);
