/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;

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

	private static final Instant FUTURE = Instant.parse("2199-01-01T00:00:00Z");

	private WrittenContent() {
	}

	static ActorAddress address(int thread, int instance) {
		return ActorAddress.of("durable", "t" + thread, "i" + instance);
	}

	/** Returns the change to the next version. */
	static Change changeOf(StoredActor actor, boolean history) {
		long version = actor.version() + 1;
		String id = actor.actorId();
		Change change = Change.of(actor.toBuilder()
			.version(version)
			.savedAt(Instant.now())
			.reserved(version)
			.state(state(id, version))
			.build(), version - 1);
		if (!history) {
			return change;
		}
		List<Long> trimmed = (version > EVENTS) ? List.of(version - EVENTS) : List.of();
		return change.withEvents(List.of(event(id, version)), trimmed)
			.withAnswers(List.of(new StoredAnswer(answerKey(version), FUTURE, bytes(id, version))));
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
