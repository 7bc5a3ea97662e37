/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;

/**
 * What a {@link StoreWriter} writes: it follows from id and version of an instance, so
 * that parts of different changes can be distinguished.
 */
final class WrittenContent {

	static final int THREADS = 8;

	static final int INSTANCES_OF_A_THREAD = 4;

	/** An instance is deleted after this version. */
	static final long LAST_VERSION = 40;

	/** Number of events that the history keeps. */
	static final long EVENTS = 10;

	/** Number of versions after which a schedule is cancelled. */
	private static final long SCHEDULES = 5;

	private static final Instant PAST = Instant.parse("2001-01-01T00:00:00Z");

	/** Until then all schedules are due. */
	static final Instant DUE = PAST.plusSeconds(LAST_VERSION);

	private static final Instant FUTURE = Instant.parse("2199-01-01T00:00:00Z");

	private WrittenContent() {
	}

	static ActorAddress address(int thread, int instance) {
		return ActorAddress.of("durable", "t" + thread, "i" + instance);
	}

	/** Returns the change to the next version, with all that the store keeps. */
	static Change changeOf(StoredActor actor, ActorStateStore store) {
		long version = actor.version() + 1;
		String id = actor.actorId();
		Change change = Change.of(actor.toBuilder()
			.version(version)
			.savedAt(Instant.now())
			.reserved(version)
			.state(state(id, version))
			.build(), version - 1);
		if (store.keepsHistory()) {
			List<Long> trimmed = (version > EVENTS) ? List.of(version - EVENTS) : List.of();
			change = change.withEvents(List.of(event(id, version)), trimmed)
				.withAnswers(List.of(new StoredAnswer(answerKey(version), FUTURE, bytes(id, version))));
		}
		if (store.keepsSchedules()) {
			List<String> cancelled = (version > SCHEDULES) ? List.of(String.valueOf(version - SCHEDULES)) : List.of();
			change = change.withSchedules(List.of(schedule(id, version), repeated(id, version)), cancelled);
		}
		return change;
	}

	/** Returns the schedules that a version of an instance has. */
	static List<StoredSchedule> schedules(String actorId, long version) {
		return Stream
			.concat(Stream.of(repeated(actorId, version)),
					LongStream.rangeClosed(Math.max(1, version - SCHEDULES + 1), version)
						.mapToObj((each) -> schedule(actorId, each)))
			.toList();
	}

	private static StoredSchedule schedule(String actorId, long version) {
		return new StoredSchedule(String.valueOf(version), PAST, 0, "once", bytes(actorId, version));
	}

	/** Returns a schedule that each version replaces. */
	private static StoredSchedule repeated(String actorId, long version) {
		return new StoredSchedule("repeated", PAST.plusSeconds(version), 0, "again", bytes(actorId, version));
	}

	static byte[] state(String actorId, long version) {
		String filling = "x".repeat((int) (version * 100));
		return "{\"id\":\"%s\",\"version\":%d,\"filling\":\"%s\"}".formatted(actorId, version, filling)
			.getBytes(StandardCharsets.UTF_8);
	}

	static StoredEvent event(String actorId, long position) {
		return new StoredEvent(position, position - 1, Instant.EPOCH, FUTURE, "event", "all", bytes(actorId, position));
	}

	static String answerKey(long version) {
		return "answer-" + version;
	}

	static byte[] bytes(String actorId, long version) {
		return (actorId + " " + version).getBytes(StandardCharsets.US_ASCII);
	}

}
