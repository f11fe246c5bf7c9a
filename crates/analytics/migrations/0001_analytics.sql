-- Counts, and what each of them is made of. People are keyed digests of eight bytes, days are numbers from 1970-01-01 in
-- the reporting time zone. The answers are read from hour_counts, topic_days, topic_people and topic_words;
-- person_hours and person_days say what a person added, so that it can be taken away when they leave.

-- Events by type and hour, and how many people caused them; no people for events of the system itself.
create table if not exists hour_counts (
    tenant text not null,
    day bigint not null,
    hour bigint not null,
    event_type text not null,
    people bigint not null,
    events bigint not null,
    primary key (tenant, day, hour, event_type)
) without rowid;

create table if not exists person_hours (
    person bigint not null,
    tenant text not null,
    day bigint not null,
    hour bigint not null,
    event_type text not null,
    events bigint not null,
    primary key (person, tenant, day, hour, event_type)
) without rowid;

-- API keys, by their id: the programs of partners, who act and are no people.
create table if not exists programs (
    tenant text not null,
    id text not null,
    primary key (id, tenant)
) without rowid;

-- How often a topic (a locality, a product, a step of a funnel) occurred on a day.
create table if not exists topic_days (
    tenant text not null,
    kind text not null,
    day bigint not null,
    topic text not null,
    events bigint not null,
    primary key (tenant, kind, day, topic)
) without rowid;

-- The people of a topic on a day, by the last day before on which they had it. The people of a range of days are the sum
-- over its days of those whose `previous` lies before the range: nobody is counted twice, and nobody is looked at.
create table if not exists topic_people (
    tenant text not null,
    kind text not null,
    day bigint not null,
    topic text not null,
    previous bigint not null,
    people bigint not null,
    primary key (tenant, kind, day, topic, previous)
) without rowid;

-- `owner` is whose text the topic is, such as the owner of a listing; 0 for nobody's. It goes with the person and with
-- the owner.
create table if not exists person_days (
    person bigint not null,
    tenant text not null,
    kind text not null,
    topic text not null,
    day bigint not null,
    owner bigint not null,
    events bigint not null,
    primary key (person, tenant, kind, topic, day, owner)
) without rowid;
create index if not exists idx_person_days_owner on person_days (owner, tenant) where owner <> 0;

-- What people wrote is a keyed digest as a topic. Its words are here once enough people had the topic.
create table if not exists topic_words (
    tenant text not null,
    kind text not null,
    topic text not null,
    people bigint not null,
    words text,
    primary key (tenant, kind, topic)
) without rowid;
