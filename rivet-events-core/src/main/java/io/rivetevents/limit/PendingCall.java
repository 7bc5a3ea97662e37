package io.rivetevents.limit;

import java.time.Duration;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.protocol.ErrorCode;

/**
 * A message of a client from its arrival to its answer: while it waits for its turn it
 * may time out or be cancelled, and all the while it counts in what its client and its
 * instance may take. Safe for use by several threads.
 */
public final class PendingCall {

	private static final long NO_DEADLINE = Long.MAX_VALUE;

	private final long weight;

	private final @Nullable ClientUsage client;

	private final @Nullable RequestUsage visit;

	private final long deadline;

	private final ErrorCode onTimeout;

	private @Nullable InstanceUsage instance;

	/** Where it is found by its id from its begin to its end. */
	private @Nullable PendingCalls calls;

	private long id;

	/** Whether it counts for its client; guarded by this. */
	private boolean counted;

	/** Whether the principal of the client was known when that began. */
	private boolean identified;

	/** Refuses it while it waits; {@code null} once it has been refused or begun. */
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
	 * @param weight memory that it takes, in bytes
	 * @param client what its client takes, {@code null} if that is counted elsewhere
	 * @param deadline time in nanoseconds at which it times out
	 * @param onTimeout what is told then
	 * @param refusal tells it, if the call has not begun by then; called by the thread
	 * that looks at the time
	 */
	public static PendingCall ofAction(long weight, @Nullable ClientUsage client, long deadline, ErrorCode onTimeout,
			Consumer<ErrorCode> refusal) {
		return new PendingCall(weight, client, null, deadline, onTimeout, refusal);
	}

	/**
	 * Creates a call of an action that comes without a connection.
	 * @param weight memory that it takes, in bytes
	 * @param visit what its client takes, which it holds until it has ended; {@code null}
	 * if the server itself calls
	 * @param deadline time in nanoseconds at which it times out
	 * @param onTimeout what is told then
	 * @param refusal tells it, if the call has not begun by then; called by the thread
	 * that looks at the time
	 */
	public static PendingCall ofAction(long weight, @Nullable RequestUsage visit, long deadline, ErrorCode onTimeout,
			Consumer<ErrorCode> refusal) {
		return new PendingCall(weight, null, visit, deadline, onTimeout, refusal);
	}

	/**
	 * Creates what has no time-out of its own: a subscription request, or a connect.
	 * @param weight memory that it takes, in bytes
	 * @param client what its client takes
	 */
	public static PendingCall ofRequest(long weight, @Nullable ClientUsage client) {
		return new PendingCall(weight, client, null, NO_DEADLINE, ErrorCode.ACTION_TIMED_OUT, null);
	}

	/**
	 * Creates what has no time-out of its own and comes without a connection: a request
	 * for an instance.
	 * @param visit what its client takes, which it holds until it has ended
	 */
	public static PendingCall ofRequest(RequestUsage visit) {
		return new PendingCall(visit.bytes(), null, visit, NO_DEADLINE, ErrorCode.ACTION_TIMED_OUT, null);
	}

	/**
	 * Counts it from now on.
	 * @param instance what the instance takes
	 * @return whether it counts; not if a bound was {@linkplain #met met}
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
			this.visit.release();
		}
	}

	/**
	 * Returns what its client takes, {@code null} if that is not known or counted
	 * elsewhere.
	 */
	public @Nullable ClientUsage usage() {
		return (this.visit != null) ? this.visit.usage() : this.client;
	}

	/**
	 * Returns the bound that it has met, {@code null} if none.
	 */
	public synchronized @Nullable Limit met() {
		return this.met;
	}

	/**
	 * Lets its client cancel it, from its begin to its end. To be called before it
	 * begins.
	 * @param calls those of the client
	 * @param id id by which the client knows it
	 */
	public PendingCall cancelledBy(PendingCalls calls, long id) {
		this.calls = calls;
		this.id = id;
		return this;
	}

	/** Counts it no more: it has been answered, or never will be. */
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
	 * It leaves an instance for the next at its address, and counts on for its client.
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
	 * Returns whether it has a time-out.
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
	 * Returns what is told when it times out.
	 */
	public ErrorCode onTimeout() {
		return this.onTimeout;
	}

	/**
	 * Returns the time that is left, which is not positive if it has timed out.
	 * @param now the time in nanoseconds
	 */
	public Duration left(long now) {
		return Duration.ofNanos(this.deadline - now);
	}

	/**
	 * Refuses it if it waits and has timed out.
	 * @param now the time in nanoseconds
	 * @return whether it still waits for its turn or its time-out
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
	 * Begins its turn: from now on it does not time out by itself.
	 * @return whether it is to be run; not if it has been refused
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
	 * Sets what ends it when the client cancels it; done at once if it has.
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
