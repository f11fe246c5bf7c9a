-- The truth about sessions: not made from the journal, so its commits wait for the disk.
create table if not exists sessions (
  id text primary key,
  tenant text not null,
  user_id text not null,
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null,
  user_agent text,
  ip_address text,
  ended_at integer
) strict;
create index if not exists sessions_by_person on sessions (tenant, user_id);
create index if not exists sessions_by_expiry on sessions (expires_at);
create index if not exists sessions_by_end on sessions (ended_at) where ended_at is not null;

-- One family per session. Only the SHA-256 of a token is here.
create table if not exists refresh_tokens (
  hash blob primary key,
  session_id text not null references sessions (id) on delete cascade,
  issued_at integer not null,
  spent_at integer
) strict, without rowid;
create index if not exists refresh_tokens_by_session on refresh_tokens (session_id);
