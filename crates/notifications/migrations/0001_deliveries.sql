-- What was sent, without whom it went to: the letters themselves lie in the mailbox.
create table if not exists deliveries (
    tenant text not null,
    delivery_id text not null,
    user_id text not null,
    sent_at bigint not null,
    primary key (tenant, delivery_id)
) without rowid;
create index if not exists idx_deliveries_sent_at on deliveries (tenant, sent_at);
create index if not exists idx_deliveries_user on deliveries (tenant, user_id);
