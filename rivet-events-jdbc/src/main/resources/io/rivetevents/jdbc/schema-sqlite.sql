-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Times are nanoseconds since 1970 in UTC.

create table if not exists rivet_meta (
	name text not null,
	content text not null,
	primary key (name)
);

create table if not exists rivet_actor (
	namespace text not null,
	name text not null,
	actor_key text not null,
	actor_id text not null,
	version integer not null,
	generation integer not null,
	format integer not null,
	owner text,
	epoch text,
	reserved integer not null,
	marks text,
	created_at integer not null,
	saved_at integer not null,
	state blob,
	input blob,
	primary key (namespace, name, actor_key),
	unique (actor_id)
);

create table if not exists rivet_event (
	actor_id text not null,
	position integer not null,
	previous integer not null,
	sent_at integer not null,
	expires_at integer not null,
	name text not null,
	target text not null,
	body blob,
	primary key (actor_id, position)
);

create index if not exists rivet_event_expires_at on rivet_event (expires_at);

create table if not exists rivet_answer (
	actor_id text not null,
	idem_key text not null,
	expires_at integer not null,
	body blob not null,
	primary key (actor_id, idem_key)
);

create index if not exists rivet_answer_expires_at on rivet_answer (expires_at);

insert into rivet_meta (name, content)
	select 'schema.version', '1' from (select 1 as one) as required
	where not exists (select name from rivet_meta where name = 'schema.version');

create table if not exists rivet_schedule (
	actor_id text not null,
	schedule_id text not null,
	run_at integer,
	slot integer not null,
	action text not null,
	body blob not null,
	primary key (actor_id, schedule_id)
);

create index if not exists rivet_schedule_run_at on rivet_schedule (run_at, actor_id, schedule_id, slot);

update rivet_meta set content = '2'
	where name = 'schema.version' and content = '1';

create table if not exists rivet_outbox (
	id text not null,
	kind text not null,
	target text not null,
	name text not null,
	body blob not null,
	created_at integer not null,
	lease_until integer not null,
	attempts integer not null,
	sent_at integer,
	primary key (id)
);

create index if not exists rivet_outbox_lease_until on rivet_outbox (lease_until, id);

update rivet_meta set content = '3'
	where name = 'schema.version' and content = '2';

create table if not exists rivet_connection (
	actor_id text not null,
	connection_id text not null,
	body blob not null,
	primary key (actor_id, connection_id)
);

update rivet_meta set content = '4'
	where name = 'schema.version' and content = '3';
