-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds connections of instances that sleep to the tables of version 3.

create table if not exists rivet_connection (
	actor_id varbinary(64) not null,
	connection_id varbinary(255) not null,
	body longblob not null,
	primary key (actor_id, connection_id)
);

update rivet_meta set content = '4'
	where name = 'schema.version' and content = '3';
