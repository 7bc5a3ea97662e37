-- Copyright 2026 the rivet-events authors
-- SPDX-License-Identifier: Apache-2.0

-- Adds schedules to the tables of version 1.

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
