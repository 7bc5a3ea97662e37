/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.schedule.ScheduleEntry;
import io.rivetevents.actor.stream.EventStream;
import io.rivetevents.actor.turn.Mailbox;
import io.rivetevents.actor.turn.Turn;

/**
 * Reads instances in memory, each in a turn of its own, which does not count as a use of
 * the instance. At most one such turn of an instance waits. Safe for use by several
 * threads.
 */
final class InstanceReader {

	/** How long a reader waits for the current turn. */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final ActorRuntime runtime;

	/** Instances with a turn that waits to read them. */
	private final Set<ActorInstance> awaited = ConcurrentHashMap.newKeySet();

	InstanceReader(ActorRuntime runtime) {
		this.runtime = runtime;
	}

	/**
	 * What was read.
	 *
	 * @param state the state as JSON in UTF-8, {@code null} if it has none
	 * @param contents the rest
	 */
	record Reading(byte @Nullable [] state, InstanceReport.Contents contents) {
	}

	/**
	 * Reads an instance.
	 * @return received on a worker; empty if the instance has left memory. Fails with
	 * {@link TimeoutException} if its current turn does not end in time, and with what
	 * writing the state has thrown
	 */
	Mono<Reading> read(ActorInstance instance) {
		return Mono.defer(() -> {
			if (!this.awaited.add(instance)) {
				return Mono.error(new TimeoutException("Another request already waits for " + instance));
			}
			CompletableFuture<@Nullable Reading> reading = new CompletableFuture<>();
			Turn<ActorInstance> turn = Turn.ofRuntime((current) -> {
				this.awaited.remove(instance);
				read(instance, reading);
				return null;
			});
			if (instance.offer(turn) == Mailbox.Offer.CLOSED) {
				turn.doNow(instance);
			}
			return Mono.fromFuture(reading);
		}).timeout(PATIENCE, this.runtime.timers()).publishOn(this.runtime.workers());
	}

	/** Called in the turn, or when the instance has left memory without it. */
	private static void read(ActorInstance instance, CompletableFuture<@Nullable Reading> reading) {
		if (reading.isDone()) {
			return; // the request has timed out
		}
		try {
			reading.complete(instance.isRunning() ? readInTurn(instance) : null);
		}
		catch (Throwable ex) {
			reading.completeExceptionally(ex);
		}
	}

	private static Reading readInTurn(ActorInstance instance) {
		List<ScheduleEntry> schedules = List.copyOf(instance.state().schedules().all());
		EventStream stream = instance.connections().stream();
		InstanceReport.Contents contents = stream.inOrder(() -> new InstanceReport.Contents(!instance.state().isDirty(),
				stream.position(), stream.history().size(), stream.history().bytes(), schedules));
		return new Reading(instance.state().bytes(), contents);
	}

}
