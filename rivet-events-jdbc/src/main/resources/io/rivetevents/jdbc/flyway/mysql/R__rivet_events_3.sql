-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds the outbox to the tables of version 2.

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
