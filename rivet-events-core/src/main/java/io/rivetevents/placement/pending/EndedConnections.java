/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.pending;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.springframework.util.function.SingletonSupplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;

/**
 * Connections that have ended while their instances sleep, each of which is woken for it.
 * A limited number wakes at the same time: if many connections end at once, the turns of
 * other instances do not wait for all of these. No more can wait than there were
 * connections. Safe for use by several threads.
 */
public final class EndedConnections {

	/** Most instances that are woken at the same time. */
	static final int MAX_AT_ONCE = 64;

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(EndedConnections.class));

	private final Function<Ended, Mono<Void>> wake;

	/**
	 * Serializes the threads without a lock, which one of them could hold in a turn.
	 * Created when it is needed, because to load its classes takes time in each start.
	 */
	private final Supplier<FluxSink<Ended>> waiting = SingletonSupplier.of(this::start);

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
	 * the end
	 */
	public EndedConnections(Function<Ended, Mono<Void>> wake) {
		this.wake = wake;
	}

	private FluxSink<Ended> start() {
		AtomicReference<FluxSink<Ended>> started = new AtomicReference<>();
		Flux.<Ended>create(started::set).flatMap(this::wake, MAX_AT_ONCE).subscribe();
		return Objects.requireNonNull(started.get(), "started");
	}

	private Mono<Void> wake(Ended ended) {
		return this.wake.apply(ended).onErrorResume((ex) -> {
			failures.error(ex, () -> "%s could not be woken for a connection that has ended"
				.formatted(SafeText.of(ended.address())));
			return Mono.empty();
		});
	}

	/** Adds the end of a connection. Does not block. */
	public void add(Ended ended) {
		this.waiting.get().next(ended);
	}

}
