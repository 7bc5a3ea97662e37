/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.util.List;
import java.util.Map;
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

	/** What is read in the turns that wait; all readers of an instance share it. */
	private final Map<ActorInstance, CompletableFuture<@Nullable Reading>> awaited = new ConcurrentHashMap<>();

	InstanceReader(ActorRuntime runtime) {
		this.runtime = runtime;
	}

	/**
	 * What was read.
	 *
	 * @param pendingTurns number of the other turns that wait
	 * @param state the state, {@code null} if it has none
	 * @param contents the rest
	 */
	record Reading(int pendingTurns, @Nullable InstanceState state, InstanceReport.Contents contents) {
	}

	/**
	 * Reads an instance.
	 * @return received on a worker; empty if the instance has left memory. Fails with
	 * {@link TimeoutException} if its current turn does not end in time
	 */
	Mono<Reading> read(ActorInstance instance) {
		return Mono.defer(() -> Mono.fromFuture(reading(instance), true))
			.timeout(PATIENCE, this.runtime.timers())
			.publishOn(this.runtime.workers());
	}

	private CompletableFuture<@Nullable Reading> reading(ActorInstance instance) {
		CompletableFuture<@Nullable Reading> reading = new CompletableFuture<>();
		CompletableFuture<@Nullable Reading> present = this.awaited.putIfAbsent(instance, reading);
		if (present != null) {
			return present;
		}
		Turn<ActorInstance> turn = Turn.ofRuntime((current) -> {
			this.awaited.remove(instance);
			read(instance, reading);
			return null;
		});
		if (instance.offer(turn) == Mailbox.Offer.CLOSED) {
			turn.doNow(instance);
		}
		return reading;
	}

	/** Called in the turn, or when the instance has left memory without it. */
	private static void read(ActorInstance instance, CompletableFuture<@Nullable Reading> reading) {
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
		return new Reading(Math.max(0, instance.depth() - 1), InstanceState.read(instance.address(), instance.state()),
				contents);
	}

}
