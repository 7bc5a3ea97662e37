-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds schedules to the tables of version 1.

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
