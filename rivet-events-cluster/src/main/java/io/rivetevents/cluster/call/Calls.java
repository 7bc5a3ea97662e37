/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.error.RivetException;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.Tracing;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Runs operations at the node that owns their address.
 * <p>
 * An operation that has not run is repeated after the next change of owners, or after a
 * pause, as long as {@link CallSettings#patience()} lasts; then it fails with
 * {@code actor.restarting}. It has not run if no owner is known, if it could not be sent,
 * if the node does not own the address in its own view, or if the instance has rejected
 * it with {@code actor.restarting}.
 * <p>
 * An operation may have run if the session with its node ends before the answer. It is
 * repeated if that does no harm, and fails with {@code actor.outcome_unknown} otherwise.
 * <p>
 * The results of other nodes are signalled on the workers, which may block. Nothing is
 * done before the subscription, and once for each. A cancelled operation is cancelled at
 * its node. Safe for use by several threads.
 */
public final class Calls {

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

	private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

	private final Membership membership;

	private final PendingRequests requests;

	private final Function<Operation, Mono<Result>> local;

	private final CallSettings settings;

	private final PendingBudget budget;

	private final Scheduler timers;

	private final Scheduler workers;

	private final LongAdder sent = new LongAdder();

	private volatile boolean stopped;

	/**
	 * Creates calls.
	 * @param membership which node owns an address
	 * @param frames sends frames to other nodes
	 * @param local runs an operation on this node
	 * @param tracing reads the traces of the callers
	 * @param settings limits
	 * @param timers clock and timers of pauses
	 * @param workers threads that may block
	 */
	public Calls(Membership membership, FrameSender frames, Function<Operation, Mono<Result>> local, Tracing tracing,
			CallSettings settings, Scheduler timers, Scheduler workers) {
		this.membership = membership;
		this.requests = new PendingRequests(frames, tracing);
		this.local = local;
		this.settings = settings;
		this.budget = new PendingBudget(settings);
		this.timers = timers;
		this.workers = workers;
	}

	/**
	 * Runs an operation at the owner of an address: on this node, or on another one.
	 * @param address the address
	 * @param operation the operation
	 * @return its result, neither a failure nor {@code NotOwner}; a rejection is a
	 * {@code RivetException}. Fails with {@code actor.overloaded} if too many operations
	 * are pending
	 */
	public Mono<Result> ask(ActorAddress address, Operation operation) {
		return bounded(operation, () -> {
			return repeated(() -> attempt(() -> this.membership.owner(address), operation));
		});
	}

	/**
	 * Runs an operation at the node that a connection is of, which is another one.
	 * @param node finds the node, {@code null} if it is not in the view
	 * @param operation the operation
	 * @return its result, as from {@link #ask}; fails with {@code connection.not_found}
	 * if the node is not in the view, or leaves it
	 */
	public Mono<Result> askHolder(Supplier<@Nullable String> node, Operation operation) {
		return bounded(operation, () -> repeated(() -> {
			return (node.get() != null) ? attempt(node, operation)
					: Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		})).onErrorMap(RivetException.class, (ex) -> {
			return (node.get() != null) ? ex : new RivetException(ErrorCode.CONNECTION_NOT_FOUND);
		});
	}

	private Mono<Result> repeated(Supplier<Mono<Result>> attempt) {
		long begin = now();
		// a later attempt begins on another thread than the caller's
		return CallContext.captured(Mono.defer(attempt)
			.retryWhen(Retry.from((signals) -> signals.concatMap((signal) -> pause(signal, begin)))));
	}

	/**
	 * Runs an operation at a node, which need not own the address, once.
	 * @param node name of the node
	 * @param operation the operation
	 * @return its result, not a failure; a rejection is a {@code RivetException}. Fails
	 * with {@code actor.restarting} if the node cannot be reached, with
	 * {@code actor.outcome_unknown} if it is lost before it has answered, and with
	 * {@code actor.overloaded} if too many operations are pending
	 */
	public Mono<Result> askNode(String node, Operation operation) {
		return bounded(operation, () -> {
			if (node.equals(this.membership.self())) {
				return this.local.apply(operation);
			}
			return request(node, operation).flatMap((outcome) -> {
				if (outcome instanceof Outcome.Answered answered) {
					return (answered.result() instanceof Result.Failure failure)
							? Mono.error(Rejections.toException(failure)) : Mono.just(answered.result());
				}
				return Mono.error(new RivetException(
						(outcome instanceof Outcome.Lost) ? ErrorCode.OUTCOME_UNKNOWN : ErrorCode.RESTARTING));
			});
		});
	}

	private Mono<Result> bounded(Operation operation, Supplier<Mono<Result>> work) {
		return Mono.defer(() -> {
			if (this.stopped) {
				return Mono.error(new RivetException(ErrorCode.RESTARTING));
			}
			long weight = Operations.weight(operation);
			if (!this.budget.tryAcquire(weight)) {
				return Mono.error(new RivetException(ErrorCode.OVERLOADED));
			}
			return Mono.defer(work).doFinally((signal) -> this.budget.release(weight));
		});
	}

	private Mono<Result> attempt(Supplier<@Nullable String> node, Operation operation) {
		Mono<Void> changed = this.membership.changed(); // before the owner, to miss none
		String owner = node.get();
		if (owner == null) {
			return Mono.error(new TryAgain(changed));
		}
		if (owner.equals(this.membership.self())) {
			return this.local.apply(operation)
				.onErrorMap((ex) -> isRejection(ex, operation), (ex) -> new TryAgain(changed));
		}
		return request(owner, operation).flatMap((outcome) -> result(outcome, operation, changed));
	}

	private Mono<Outcome> request(String node, Operation operation) {
		return Mono.defer(() -> {
			this.sent.increment();
			return this.requests.send(node, operation);
		}).publishOn(this.workers);
	}

	private static Mono<Result> result(Outcome outcome, Operation operation, Mono<Void> changed) {
		if (outcome instanceof Outcome.NotSent) {
			return Mono.error(new TryAgain(changed));
		}
		if (outcome instanceof Outcome.Answered answered) {
			return result(answered.result(), operation, changed);
		}
		return Mono.error(Operations.mayRunTwice(operation) ? new TryAgain(changed)
				: new RivetException(ErrorCode.OUTCOME_UNKNOWN));
	}

	private static Mono<Result> result(Result result, Operation operation, Mono<Void> changed) {
		if (result instanceof Result.NotOwner) {
			return Mono.error(new TryAgain(changed));
		}
		if (result instanceof Result.Failure failure) {
			RuntimeException ex = Rejections.toException(failure);
			return Mono.error(isRejection(ex, operation) ? new TryAgain(changed) : ex);
		}
		return Mono.just(result);
	}

	/** Returns whether an error is {@code actor.restarting}. */
	public static boolean isRestarting(Throwable ex) {
		return ex instanceof RivetException rejection && rejection.closeReason().equals(RESTARTING);
	}

	/**
	 * Returns whether an error of this node means that the operation has not run: {@code
	 * actor.restarting}, except the one of an action's own code.
	 * @param ex the error
	 * @param operation the operation that has failed with it
	 */
	public static boolean isRejection(Throwable ex, Operation operation) {
		return ex instanceof NotBegun || isRestarting(ex) && Operations.isRejectedByRestarting(operation);
	}

	/** Waits before the next attempt, or ends the attempts. */
	private Mono<Long> pause(Retry.RetrySignal signal, long begin) {
		if (!(signal.failure() instanceof TryAgain again)) {
			return Mono.error(signal.failure());
		}
		long rest = this.settings.patience().toNanos() - (now() - begin);
		if (rest <= 0 || this.stopped) {
			return Mono.error(new RivetException(ErrorCode.RESTARTING));
		}
		long doubled = FIRST_PAUSE.toNanos() << Math.min(signal.totalRetries(), 10);
		long pause = Math.min(rest, Math.min(doubled, LONGEST_PAUSE.toNanos()));
		return Mono.firstWithSignal(Mono.delay(Duration.ofNanos(pause), this.timers), again.changed().thenReturn(0L))
			.publishOn(this.workers);
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

	/** Receives the answer of a node. */
	public void received(String node, Frame.Reply reply) {
		this.requests.received(node, reply);
	}

	/** Ends the requests to a node whose session has ended. */
	public void lost(String node) {
		this.requests.lost(node::equals);
	}

	/** Ends all requests, and rejects further ones with {@code actor.restarting}. */
	public void stop() {
		this.stopped = true;
		this.requests.lost((node) -> true);
	}

	/** Returns the number of pending operations. */
	public int pending() {
		return this.budget.count();
	}

	/** Returns the number of requests that were sent to other nodes. */
	public long sent() {
		return this.sent.sum();
	}

}
