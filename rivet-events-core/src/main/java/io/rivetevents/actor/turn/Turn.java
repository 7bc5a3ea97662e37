/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.util.function.Function;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.ObservedTurn;

/**
 * A unit of work of an instance. It does not refer to an instance, so that a turn for an
 * instance that has just gone to sleep can be passed to its successor.
 *
 * @param <I> type of the instance
 * @param work the work; never begun while another turn of the instance runs. Returns the
 * remaining work, {@code null} if it is over. It must not throw: it answers the caller
 * itself
 * @param interleave whether the next turn may run before the work has ended
 * @param client whether a client has caused it, so that it counts against the capacity of
 * the mailbox
 * @param blocking whether it may block its thread
 * @param call its call, which may time out while it waits; {@code null} if there is none
 * @param context context of the caller for traces and logs, in which the work runs
 * @param connectionId id of the connection whose message the work handles, {@code null}
 * if it handles none
 */
public record Turn<I>(Function<I, @Nullable Mono<Void>> work, boolean interleave, boolean client, boolean blocking,
		@Nullable PendingCall call, CallContext context, @Nullable String connectionId) {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Turn.class));

	public static <I> Turn<I> ofClient(Function<I, @Nullable Mono<Void>> work, boolean interleave) {
		return new Turn<>(work, interleave, true, true, null, CallContext.NONE, null);
	}

	/** The call ends with the work, whatever its outcome. */
	public static <I> Turn<I> ofCall(PendingCall call, Function<I, @Nullable Mono<Void>> work, boolean interleave,
			boolean blocking) {
		return new Turn<>((instance) -> run(call, work, instance), interleave, true, blocking, call, CallContext.NONE,
				null);
	}

	/** Returns the same turn, which handles a message of a connection. */
	public Turn<I> ofMessage(String connectionId) {
		return new Turn<>(this.work, this.interleave, this.client, this.blocking, this.call, this.context,
				connectionId);
	}

	private static <I> @Nullable Mono<Void> run(PendingCall call, Function<I, @Nullable Mono<Void>> work, I instance) {
		Mono<Void> rest = null;
		try {
			rest = call.start() ? work.apply(instance) : null;
		}
		finally {
			if (rest == null) {
				call.end();
			}
		}
		return (rest != null) ? rest.doFinally((signal) -> call.end()) : null;
	}

	public static <I> Turn<I> ofRuntime(Function<I, @Nullable Mono<Void>> work) {
		return new Turn<>(work, false, false, true, null, CallContext.NONE, null);
	}

	/**
	 * Returns the same turn in the context of a caller.
	 * @param context context of the caller for traces and logs
	 */
	public Turn<I> within(CallContext context) {
		return (context == this.context) ? this : new Turn<>(this.work, this.interleave, this.client, this.blocking,
				this.call, context, this.connectionId);
	}

	/**
	 * Returns the same turn, which reports its start and its end once only, even if it is
	 * passed on to a second mailbox.
	 * @param observed receives the start and the end
	 */
	public Turn<I> observed(ObservedTurn observed) {
		return (this.work instanceof ObservedWork) ? this : new Turn<>(new ObservedWork<>(observed, this.work),
				this.interleave, this.client, this.blocking, this.call, this.context, this.connectionId);
	}

	private record ObservedWork<I>(ObservedTurn observed,
			Function<I, @Nullable Mono<Void>> work) implements Function<I, @Nullable Mono<Void>> {

		@Override
		public @Nullable Mono<Void> apply(I instance) {
			this.observed.start();
			Mono<Void> rest = this.work.apply(instance);
			if (rest == null) {
				this.observed.end();
				return null;
			}
			return rest.doFinally((signal) -> this.observed.end());
		}

	}

	/**
	 * Returns the same turn as one that does not interleave, and that ends when its
	 * method has returned. What the mailbox does before the work is thus complete before
	 * the next turn begins.
	 */
	public Turn<I> notHeldByRest() {
		return new Turn<>((instance) -> {
			doNow(instance);
			return null;
		}, false, this.client, this.blocking, this.call, this.context, this.connectionId);
	}

	/** Runs the turn immediately, outside of any mailbox. */
	public void doNow(I instance) {
		Mono<Void> rest = this.work.apply(instance);
		if (rest != null) {
			this.context.around(rest)
				.subscribe(null, (ex) -> failures.error(ex, () -> "A turn of %s failed".formatted(instance)));
		}
	}

}
