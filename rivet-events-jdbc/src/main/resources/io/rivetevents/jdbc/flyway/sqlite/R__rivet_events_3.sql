-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds the outbox to the tables of version 2.

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
