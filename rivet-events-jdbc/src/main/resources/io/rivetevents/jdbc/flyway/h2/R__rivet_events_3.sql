-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds the outbox to the tables of version 2.

create table if not exists rivet_outbox (
	id varbinary(64) not null,
	kind varbinary(16) not null,
	target binary large object not null,
	name binary large object not null,
	body binary large object not null,
	created_at bigint not null,
	lease_until bigint not null,
	attempts integer not null,
	sent_at bigint,
	primary key (id)
);

create index if not exists rivet_outbox_lease_until on rivet_outbox (lease_until, id);

update rivet_meta set content = cast('3' as varbinary(64))
	where name = cast('schema.version' as varbinary(64)) and content = cast('2' as varbinary(64));
