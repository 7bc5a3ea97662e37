/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.call.Calls;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Instances that may still be on their way to this node. An event for the clients of an
 * instance that is not in memory has no recipients: before it is sent, such an instance
 * is woken, and its clients receive the event when they are connected to it. One that is
 * awake has arrived, so its events are sent as at any other time. The events of an
 * instance wait in their order, as long as the node that has it is busy, up to a time
 * after which they fail with {@code actor.restarting}. {@link Calls} bounds their memory.
 * Safe for use by several threads.
 */
final class ArrivingInstances {

	private static final Duration PAUSE = Duration.ofMillis(100);

	private final BooleanSupplier expected;

	private final Predicate<ActorAddress> awake;

	private final Function<ActorAddress, Mono<?>> wake;

	private final Duration longest;

	private final Scheduler timers;

	private final Map<ActorAddress, Arrival> arrivals = new ConcurrentHashMap<>();

	/**
	 * Creates it.
	 * @param expected whether other nodes may have instances that belong on this one
	 * @param awake whether an instance is awake on this node, as the newest copy
	 * @param wake wakes a stored instance of this node; fails with {@code
	 * actor.restarting} while another node has it
	 * @param longest longest time for which an event waits
	 * @param timers clock and timers
	 */
	ArrivingInstances(BooleanSupplier expected, Predicate<ActorAddress> awake, Function<ActorAddress, Mono<?>> wake,
			Duration longest, Scheduler timers) {
		this.expected = expected;
		this.awake = awake;
		this.wake = wake;
		this.longest = longest;
		this.timers = timers;
	}

	/** Returns whether an instance may be on its way, or events wait for it. */
	boolean isExpected(ActorAddress address) {
		// an instance wakes before the events that wait for it are sent
		return this.arrivals.containsKey(address) || (this.expected.getAsBoolean() && !this.awake.test(address));
	}

	/**
	 * Wakes an instance if it may be on its way; completes also if there is none.
	 * Completes in the order of the calls.
	 */
	Mono<Void> await(ActorAddress address) {
		return Mono.create((sink) -> {
			if (isExpected(address)) {
				wait(address, sink);
			}
			else {
				sink.success();
			}
		});
	}

	private void wait(ActorAddress address, MonoSink<Void> sink) {
		Arrival created = new Arrival();
		Arrival arrival = this.arrivals.compute(address, (key, present) -> {
			Arrival next = (present != null) ? present : created;
			next.waiting.add(sink);
			return next;
		});
		if (arrival == created) {
			wake(address).subscribe((none) -> {
			}, (ex) -> end(address, created, ex), () -> end(address, created, null));
		}
	}

	/** Until the node that has it releases it. An attempt that takes long ends, too. */
	private Mono<Void> wake(ActorAddress address) {
		return Mono.defer(() -> this.wake.apply(address))
			.then()
			.onErrorResume(ArrivingInstances::isNotFound, (ex) -> Mono.empty())
			.retryWhen(Retry.from((signals) -> signals.concatMap((signal) -> pause(signal.failure()))))
			.timeout(this.longest, Mono.error(() -> new RivetException(ErrorCode.RESTARTING)), this.timers);
	}

	private Mono<Long> pause(Throwable failure) {
		return Calls.isRestarting(failure) ? Mono.delay(PAUSE, this.timers) : Mono.error(failure);
	}

	/** An event that arrives meanwhile follows those that wait. */
	private void end(ActorAddress address, Arrival arrival, @Nullable Throwable failure) {
		for (MonoSink<Void> next = next(address, arrival); next != null; next = next(address, arrival)) {
			if (failure != null) {
				next.error(failure);
			}
			else {
				next.success();
			}
		}
	}

	private @Nullable MonoSink<Void> next(ActorAddress address, Arrival arrival) {
		Deque<MonoSink<Void>> next = new ArrayDeque<>(1);
		this.arrivals.computeIfPresent(address, (key, present) -> {
			MonoSink<Void> first = arrival.waiting.poll();
			if (first != null) {
				next.add(first);
			}
			return (first != null) ? arrival : null;
		});
		return next.poll();
	}

	private static boolean isNotFound(Throwable ex) {
		return ex instanceof RivetException refusal
				&& refusal.closeReason().equals(CloseReason.of(ErrorCode.ACTOR_NOT_FOUND));
	}

	/** The events that wait for an instance, used with the lock of its entry. */
	private static final class Arrival {

		private final Deque<MonoSink<Void>> waiting = new ArrayDeque<>();

	}

}
