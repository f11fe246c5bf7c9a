-- The users read model. Personal values are opened from the journal; a deleted person leaves no row.
create table if not exists users (
  tenant text not null,
  id text not null,
  version bigint not null,
  username text,
  email text,
  profile text,
  searchable_names text,
  searchable_account text,
  role text not null,
  status text not null,
  email_verified bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  last_login bigint,
  primary key (tenant, id)
);
create index if not exists users_by_age on users (tenant, created_at, id);

-- Who owns which listing. How many a person owns is a kept length.
create table if not exists owned_properties (
  tenant text not null,
  property_id text not null,
  user_id text not null,
  primary key (tenant, property_id)
);
