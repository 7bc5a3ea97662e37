/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit.call;

import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.RequestUsage;
import io.rivetevents.protocol.ErrorCode;

/**
 * A message of a client from its arrival to its answer. While it waits for its turn it
 * can time out or be cancelled; until its end it counts towards the limits of its client
 * and its instance. Safe for use by several threads.
 */
public final class PendingCall {

	private static final long NO_DEADLINE = Long.MAX_VALUE;

	private final long weight;

	private final @Nullable ClientUsage client;

	private final @Nullable RequestUsage visit;

	private final long deadline;

	private final ErrorCode onTimeout;

	private @Nullable InstanceUsage instance;

	/** Has it under its id from its begin to its end. */
	private @Nullable PendingCalls calls;

	private long id;

	/** Whether it counts for its client; guarded by this. */
	private boolean counted;

	/** Whether the principal of the client was authenticated when the call began. */
	private boolean identified;

	/** Rejects it while it waits; {@code null} once it is rejected or started. */
	private @Nullable Consumer<ErrorCode> refusal;

	private boolean refused;

	private boolean cancelled;

	private @Nullable Limit met;

	private @Nullable Runnable onCancel;

	private PendingCall(long weight, @Nullable ClientUsage client, @Nullable RequestUsage visit, long deadline,
			ErrorCode onTimeout, @Nullable Consumer<ErrorCode> refusal) {
		this.weight = weight;
		this.client = client;
		this.visit = visit;
		this.deadline = deadline;
		this.onTimeout = onTimeout;
		this.refusal = refusal;
	}

	/**
	 * Creates a call of an action.
	 * @param weight memory that it uses, in bytes
	 * @param client usage of its client, {@code null} if it is counted elsewhere
	 * @param deadline time in nanoseconds at which it times out
	 * @param onTimeout error for the timeout
	 * @param refusal receives that error if the call has not started by then; called by
	 * the thread that checks the time
	 */
	public static PendingCall ofAction(long weight, @Nullable ClientUsage client, long deadline, ErrorCode onTimeout,
			Consumer<ErrorCode> refusal) {
		return new PendingCall(weight, client, null, deadline, onTimeout, refusal);
	}

	/**
	 * Creates a call of an action without a connection.
	 * @param weight memory that it uses, in bytes
	 * @param visit usage of its client, held until the call has ended; {@code null} if
	 * the server itself calls
	 * @param deadline time in nanoseconds at which it times out
	 * @param onTimeout error for the timeout
	 * @param refusal receives that error if the call has not started by then; called by
	 * the thread that checks the time
	 */
	public static PendingCall ofAction(long weight, @Nullable RequestUsage visit, long deadline, ErrorCode onTimeout,
			Consumer<ErrorCode> refusal) {
		return new PendingCall(weight, null, visit, deadline, onTimeout, refusal);
	}

	/**
	 * Creates a request without a timeout: a subscription request, or a connect.
	 * @param weight memory that it uses, in bytes
	 * @param client usage of its client
	 */
	public static PendingCall ofRequest(long weight, @Nullable ClientUsage client) {
		return new PendingCall(weight, client, null, NO_DEADLINE, ErrorCode.ACTION_TIMED_OUT, null);
	}

	/**
	 * Creates a request without a timeout and without a connection: a request for an
	 * instance.
	 * @param visit usage of its client, held until the request has ended
	 */
	public static PendingCall ofRequest(RequestUsage visit) {
		return new PendingCall(visit.bytes(), null, visit, NO_DEADLINE, ErrorCode.ACTION_TIMED_OUT, null);
	}

	/**
	 * Starts counting it.
	 * @param instance usage of the instance
	 * @return whether it counts; {@code false} if a limit was {@linkplain #met reached}
	 */
	public boolean begin(InstanceUsage instance) {
		boolean begun = count(instance);
		if (begun && this.calls != null) {
			this.calls.begin(this.id, this);
		}
		return begun;
	}

	private synchronized boolean count(InstanceUsage instance) {
		this.met = this.counted ? null : beginForClient();
		if (this.met == null) {
			this.met = instance.begin(this.weight);
			if (this.met != null) {
				endForClient();
			}
		}
		this.instance = (this.met == null) ? instance : null;
		return this.met == null;
	}

	private @Nullable Limit beginForClient() {
		boolean known = this.client != null && this.client.isIdentified();
		Limit met = (this.client != null) ? this.client.begin(this.weight) : null;
		if (met == null) {
			this.identified = known;
			this.counted = this.visit == null || this.visit.hold();
		}
		return met;
	}

	private void endForClient() {
		if (!this.counted) {
			return;
		}
		this.counted = false;
		if (this.client != null) {
			this.client.end(this.weight, this.identified);
		}
		if (this.visit != null) {
			this.visit.close();
		}
	}

	/**
	 * Returns the usage of its client, {@code null} if it is unknown or counted
	 * elsewhere.
	 */
	public @Nullable ClientUsage usage() {
		return (this.visit != null) ? this.visit.usage() : this.client;
	}

	/**
	 * Returns the usage in which the events that it sends count, {@code null} if none:
	 * their rate is not limited.
	 */
	public @Nullable ClientUsage payer() {
		ClientUsage usage = usage();
		return (usage != null && usage.limitsDeliveries()) ? usage : null;
	}

	/**
	 * Returns the limit that was reached, {@code null} if none.
	 */
	public synchronized @Nullable Limit met() {
		return this.met;
	}

	/**
	 * Allows its client to cancel it, from its begin to its end. Must be called before it
	 * begins.
	 * @param calls calls of the client
	 * @param id id that the client has given it
	 */
	public PendingCall cancelledBy(PendingCalls calls, long id) {
		this.calls = calls;
		this.id = id;
		return this;
	}

	/** Stops counting it: it was answered, or will never be. */
	public void end() {
		if (this.calls != null) {
			this.calls.end(this.id, this);
		}
		synchronized (this) {
			leave();
			endForClient();
			this.onCancel = null;
		}
	}

	/**
	 * Moves it to the next instance of the address: it counts on for its client.
	 */
	public synchronized void leave() {
		InstanceUsage instance = this.instance;
		if (instance != null) {
			instance.end(this.weight);
		}
		this.instance = null;
	}

	// Waiting

	/**
	 * Returns whether it has a timeout.
	 */
	public boolean hasDeadline() {
		return this.deadline != NO_DEADLINE;
	}

	/**
	 * Returns the time in nanoseconds at which it times out.
	 */
	public long deadline() {
		return this.deadline;
	}

	/**
	 * Returns the error for its timeout.
	 */
	public ErrorCode onTimeout() {
		return this.onTimeout;
	}

	/**
	 * Returns the remaining time, which is not positive if it has timed out.
	 * @param now the time in nanoseconds
	 */
	public Duration left(long now) {
		return Duration.ofNanos(this.deadline - now);
	}

	/**
	 * Rejects it if it waits and has timed out.
	 * @param now the time in nanoseconds
	 * @return whether it still waits for its turn or its timeout
	 */
	public boolean expire(long now) {
		Consumer<ErrorCode> refusal;
		synchronized (this) {
			refusal = this.refusal;
			if (refusal == null) {
				return false;
			}
			if (now - this.deadline < 0) {
				return true;
			}
			this.refusal = null;
			this.refused = true;
		}
		refusal.accept(this.onTimeout);
		return false;
	}

	/**
	 * Starts its turn: from now on {@link #expire} does not reject it.
	 * @return whether to run it; {@code false} if it was rejected
	 */
	public synchronized boolean start() {
		this.refusal = null;
		return !this.refused;
	}

	// Cancelling

	/**
	 * Returns whether the client has cancelled it.
	 */
	public synchronized boolean isCancelled() {
		return this.cancelled;
	}

	/**
	 * Sets the action that ends it when the client cancels it; runs it at once if the
	 * client already has.
	 */
	public void onCancel(Runnable end) {
		synchronized (this) {
			if (!this.cancelled) {
				this.onCancel = end;
				return;
			}
		}
		end.run();
	}

	void cancel(Scheduler workers) {
		Runnable end;
		synchronized (this) {
			this.cancelled = true;
			end = this.onCancel;
			this.onCancel = null;
		}
		if (end != null) {
			workers.schedule(end);
		}
	}

}
