-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds schedules to the tables of version 1.

create table if not exists rivet_schedule (
	actor_id varbinary(64) not null,
	schedule_id varbinary(255) not null,
	run_at bigint,
	slot smallint not null,
	action binary large object not null,
	body binary large object not null,
	primary key (actor_id, schedule_id)
);

create index if not exists rivet_schedule_run_at on rivet_schedule (run_at, actor_id, schedule_id, slot);

update rivet_meta set content = cast('2' as varbinary(64))
	where name = cast('schema.version' as varbinary(64)) and content = cast('1' as varbinary(64));
