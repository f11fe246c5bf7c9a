-- The read model of files. Every row follows from the journal alone.
create table if not exists files (
    tenant text not null,
    id text not null,
    owner_id text not null,
    name text,
    content text not null,
    gone bigint not null,
    version bigint not null,
    created_at bigint not null,
    primary key (id, tenant)
);
create index if not exists idx_files_owner on files (tenant, owner_id, id);
create index if not exists idx_files_newest on files (tenant, owner_id, created_at, id) where gone = 0;
