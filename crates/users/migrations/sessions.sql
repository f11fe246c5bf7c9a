-- The truth about sessions: not made from the journal, so its commits wait for the disk. What is shown to people is
-- of the clock; what ends (expires_at, ended_at, and the tokens) is of a time that is never set back.
create table if not exists sessions (
  id text primary key,
  tenant text not null,
  user_id text not null,
  created_at integer not null,
  last_used_at integer not null,
  expires_at integer not null,
  user_agent text,
  ip_address text,
  ended_at integer,
  credentials integer -- what it began under; null is 0
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

-- Where that time was, and how far ahead of the clock: microseconds.
create table if not exists steady_time (
  one integer primary key check (one = 1),
  at integer not null,
  ahead integer not null
) strict;

-- Changes of credentials up to this place in the facts have ended the sessions they had to.
create table if not exists credentials_read (
  one integer primary key check (one = 1),
  epoch integer not null,
  seq integer not null
) strict;
