/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.pending;

import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.turn.Turn;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.Guarded;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.ErrorCode;

/**
 * A pending result of a turn. Nothing is done if the subscriber cancels before the turn
 * starts; after that the work runs, and its result may be dropped.
 *
 * @param <T> type of the result
 */
public final class TurnRequest<T> {

	private final MonoSink<T> sink;

	private volatile boolean cancelled;

	private TurnRequest(MonoSink<T> sink) {
		this.sink = sink;
		sink.onCancel(() -> this.cancelled = true);
	}

	/**
	 * Runs work in a turn.
	 * @param submission submits the turn to an instance
	 * @param interleave whether the next turn may run before the result is complete
	 * @param work the work
	 */
	public static <T> Mono<T> ask(Consumer<Turn<ActorInstance>> submission, boolean interleave,
			Function<ActorInstance, Mono<T>> work) {
		return of((request) -> request.submit(submission,
				Turn.ofClient((instance) -> request.answer(() -> work.apply(instance)), interleave)));
	}

	/**
	 * Runs work that a client waits for, in a turn.
	 * @param submission submits the turn to an instance
	 * @param interleave whether the next turn may run before the result is complete
	 * @param counting creates the pending call of the turn, from the function that
	 * rejects it
	 * @param work the work
	 */
	public static <T> Mono<T> ask(Consumer<Turn<ActorInstance>> submission, boolean interleave,
			Function<Consumer<ErrorCode>, PendingCall> counting, BiFunction<ActorInstance, PendingCall, Mono<T>> work) {
		return of((request) -> {
			PendingCall call = counting.apply((why) -> request.sink.error(new RivetException(why)));
			request.submit(submission, Turn.ofCall(call, (instance) -> request.answer(() -> work.apply(instance, call)),
					interleave, true));
		});
	}

	private static <T> Mono<T> of(Consumer<TurnRequest<T>> begin) {
		return Mono.create((sink) -> begin.accept(new TurnRequest<>(sink)));
	}

	private void submit(Consumer<Turn<ActorInstance>> submission, Turn<ActorInstance> turn) {
		try {
			submission.accept(turn.within(CallContext.capture(this.sink.contextView())));
		}
		catch (RivetException ex) {
			this.sink.error(ex);
		}
	}

	private @Nullable Mono<Void> answer(Supplier<Mono<T>> work) {
		return this.cancelled ? null
				: Guarded.defer(work)
					.doOnSuccess(this.sink::success)
					.onErrorResume((ex) -> Mono.fromRunnable(() -> this.sink.error(ex)))
					.then();
	}

}
