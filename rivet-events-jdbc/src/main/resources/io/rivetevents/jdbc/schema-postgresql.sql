-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Times are nanoseconds since 1970 in UTC.

create table if not exists rivet_meta (
	name text collate "C" not null,
	content text collate "C" not null,
	primary key (name)
);

create table if not exists rivet_actor (
	namespace text collate "C" not null,
	name text collate "C" not null,
	actor_key text collate "C" not null,
	actor_id text collate "C" not null,
	version bigint not null,
	generation bigint not null,
	format integer not null,
	owner text collate "C",
	epoch text collate "C",
	reserved bigint not null,
	marks text,
	created_at bigint not null,
	saved_at bigint not null,
	state bytea,
	input bytea,
	primary key (namespace, name, actor_key),
	unique (actor_id)
);

create table if not exists rivet_event (
	actor_id text collate "C" not null,
	position bigint not null,
	previous bigint not null,
	sent_at bigint not null,
	expires_at bigint not null,
	name text not null,
	target text not null,
	body bytea,
	primary key (actor_id, position)
);

create index if not exists rivet_event_expires_at on rivet_event (expires_at);

create table if not exists rivet_answer (
	actor_id text collate "C" not null,
	idem_key text collate "C" not null,
	expires_at bigint not null,
	body bytea not null,
	primary key (actor_id, idem_key)
);

create index if not exists rivet_answer_expires_at on rivet_answer (expires_at);

insert into rivet_meta (name, content)
	select 'schema.version', '1' from (select 1 as one) as required
	where not exists (select name from rivet_meta where name = 'schema.version');

create table if not exists rivet_schedule (
	actor_id text collate "C" not null,
	schedule_id text collate "C" not null,
	run_at bigint,
	slot smallint not null,
	action text not null,
	body bytea not null,
	primary key (actor_id, schedule_id)
);

create index if not exists rivet_schedule_run_at on rivet_schedule (run_at, actor_id, schedule_id, slot);

update rivet_meta set content = '2'
	where name = 'schema.version' and content = '1';

create table if not exists rivet_outbox (
	id text collate "C" not null,
	kind text not null,
	target text not null,
	name text not null,
	body bytea not null,
	created_at bigint not null,
	lease_until bigint not null,
	attempts integer not null,
	sent_at bigint,
	primary key (id)
);

create index if not exists rivet_outbox_lease_until on rivet_outbox (lease_until, id);

update rivet_meta set content = '3'
	where name = 'schema.version' and content = '2';

create table if not exists rivet_connection (
	actor_id text collate "C" not null,
	connection_id text collate "C" not null,
	body bytea not null,
	primary key (actor_id, connection_id)
);

update rivet_meta set content = '4'
	where name = 'schema.version' and content = '3';
