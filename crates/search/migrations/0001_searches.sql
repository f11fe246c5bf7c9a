-- What people searched for, one row a search. Its words are theirs and are read from the journal, where they are sealed.
create table if not exists search_history (
    tenant text not null,
    user_id text not null,
    at bigint not null,
    event_id text not null,
    -- The place of its event in the log of activity.
    seq bigint not null,
    results_count bigint not null,
    -- The first listing they opened within half an hour and before their next search.
    selected_property_id text,
    primary key (tenant, user_id, at, event_id)
) without rowid;

-- What was searched for, known by a digest only, and by how many people; the words once enough of them had used them.
create table if not exists queries (
    tenant text not null,
    query text not null,
    people bigint not null,
    text text,
    primary key (tenant, query)
) without rowid;
create index if not exists idx_popular on queries (tenant, people desc, text) where text is not null;

-- Who is counted already: a digest of person and query together, so that no two rows of a person are alike.
create table if not exists query_people (
    tenant text not null,
    query text not null,
    person text not null,
    primary key (tenant, query, person)
) without rowid;
