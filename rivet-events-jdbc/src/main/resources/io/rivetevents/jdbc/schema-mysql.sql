-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Times are nanoseconds since 1970 in UTC. Texts are UTF-8, in binary columns so that they are compared byte for byte.

create table if not exists rivet_meta (
	name varbinary(64) not null,
	content varbinary(255) not null,
	primary key (name)
);

create table if not exists rivet_actor (
	namespace varbinary(255) not null,
	name varbinary(255) not null,
	actor_key varbinary(1024) not null,
	actor_id varbinary(64) not null,
	version bigint not null,
	generation bigint not null,
	format integer not null,
	owner varbinary(255),
	epoch varbinary(64),
	reserved bigint not null,
	marks longblob,
	created_at bigint not null,
	saved_at bigint not null,
	state longblob,
	input longblob,
	primary key (namespace, name, actor_key),
	unique (actor_id)
);

create table if not exists rivet_event (
	actor_id varbinary(64) not null,
	position bigint not null,
	previous bigint not null,
	sent_at bigint not null,
	expires_at bigint not null,
	name longblob not null,
	target longblob not null,
	body longblob,
	primary key (actor_id, position),
	index rivet_event_expires_at (expires_at)
);

create table if not exists rivet_answer (
	actor_id varbinary(64) not null,
	idem_key varbinary(64) not null,
	expires_at bigint not null,
	body longblob not null,
	primary key (actor_id, idem_key),
	index rivet_answer_expires_at (expires_at)
);

insert into rivet_meta (name, content)
	select 'schema.version', '1' from (select 1 as one) as required
	where not exists (select name from rivet_meta where name = 'schema.version');

create table if not exists rivet_schedule (
	actor_id varbinary(64) not null,
	schedule_id varbinary(255) not null,
	run_at bigint,
	slot smallint not null,
	action longblob not null,
	body longblob not null,
	primary key (actor_id, schedule_id),
	index rivet_schedule_run_at (run_at, actor_id, schedule_id, slot)
);

update rivet_meta set content = '2'
	where name = 'schema.version' and content = '1';

create table if not exists rivet_outbox (
	id varbinary(64) not null,
	kind varbinary(16) not null,
	target longblob not null,
	name longblob not null,
	body longblob not null,
	created_at bigint not null,
	lease_until bigint not null,
	attempts integer not null,
	sent_at bigint,
	primary key (id),
	index rivet_outbox_lease_until (lease_until, id)
);

update rivet_meta set content = '3'
	where name = 'schema.version' and content = '2';

create table if not exists rivet_connection (
	actor_id varbinary(64) not null,
	connection_id varbinary(255) not null,
	body longblob not null,
	primary key (actor_id, connection_id)
);

update rivet_meta set content = '4'
	where name = 'schema.version' and content = '3';
