/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.pending;

import java.util.function.Function;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.ActorAddress;

/**
 * Connections that have ended while their instances sleep, each of which is woken for it.
 * A limited number wakes at the same time: if many connections end at once, the turns of
 * other instances do not wait for all of these. No more can wait than there were
 * connections. Safe for use by several threads.
 */
public final class EndedConnections {

	/** Most instances that are woken at the same time. */
	static final int MAX_AT_ONCE = 64;

	private final Sinks.Many<Ended> waiting = Sinks.many().unicast().onBackpressureBuffer();

	/**
	 * The end of a connection.
	 *
	 * @param address address of its instance
	 * @param connectionId its id
	 */
	public record Ended(ActorAddress address, String connectionId) {
	}

	/**
	 * Creates it.
	 * @param wake wakes the instance of a connection, and completes when it has handled
	 * the end; never fails
	 */
	public EndedConnections(Function<Ended, Mono<Void>> wake) {
		this.waiting.asFlux().flatMap(wake, MAX_AT_ONCE).subscribe();
	}

	/** Adds the end of a connection. Does not block. */
	public synchronized void add(Ended ended) {
		this.waiting.emitNext(ended, Sinks.EmitFailureHandler.FAIL_FAST);
	}

}
