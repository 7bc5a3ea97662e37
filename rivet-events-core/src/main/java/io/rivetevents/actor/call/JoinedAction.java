/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.util.Arrays;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.answer.KeyedCall;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.schedule.DueRun;
import io.rivetevents.actor.state.ActionTransaction;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.stream.JoinedCommit;
import io.rivetevents.actor.stream.TurnCommits;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * One run of an action whose method may be in a transaction of the application. The
 * transaction that surrounds the method commits the action; transactions that begin
 * inside the method do not.
 */
final class JoinedAction implements ActionTransaction {

	private final TurnCommits commits;

	private final MethodInvoker calls;

	private final ActorState.@Nullable Mark before;

	private final @Nullable KeyedCall keyed;

	private final Function<@Nullable Object, JsonNode> converter;

	private final @Nullable DueRun due;

	private volatile boolean running;

	private boolean taken;

	/** Whether the transaction around the method has ended. */
	private boolean completed;

	private volatile @Nullable JoinedCommit commit;

	private boolean written;

	private @Nullable StoredAnswer answer;

	private @Nullable Converted converted;

	/**
	 * The result of the method as JSON.
	 *
	 * @param result the result, {@code null} if there is none
	 * @param output its converted form
	 */
	private record Converted(@Nullable Object result, JsonNode output) {
	}

	/**
	 * Creates a run.
	 * @param commits commits of the instance
	 * @param calls runs the method
	 * @param before the state before the method, {@code null} if it is not known
	 * @param keyed the call with an idempotency key, {@code null} if it has none
	 * @param converter converts the result of the method
	 * @param due the run of a schedule, {@code null} for another call
	 */
	JoinedAction(TurnCommits commits, MethodInvoker calls, ActorState.@Nullable Mark before, @Nullable KeyedCall keyed,
			Function<@Nullable Object, JsonNode> converter, @Nullable DueRun due) {
		this.due = due;
		this.commits = commits;
		this.calls = calls;
		this.before = before;
		this.keyed = keyed;
		this.converter = converter;
	}

	/** Notes that the method begins. */
	void open() {
		this.running = true;
	}

	/**
	 * Returns whether this is the first call since the method has begun. It is made for
	 * the method itself, if its class has a proxy for transactions; later calls are made
	 * for methods that this one calls.
	 */
	boolean take() {
		Assert.state(!(this.running && this.completed),
				"An action was called again after its transaction, such as for a retry: its state cannot be committed twice. Retry within the transaction, or in the caller");
		boolean first = this.running && !this.taken;
		this.taken = true;
		return first;
	}

	/** Notes that the method has ended, and with it each transaction around it. */
	void close() {
		this.running = false;
		JoinedCommit commit = this.commit;
		if (commit != null) {
			if (this.written && !commit.isCommitted() && this.keyed != null) {
				this.keyed.undo();
			}
			commit.end();
		}
	}

	/** Returns whether the method runs in a transaction that commits it. */
	boolean isJoined() {
		return this.running && this.commit != null;
	}

	/** Returns whether a transaction has stored what the action has changed and sent. */
	boolean isCommitted() {
		JoinedCommit commit = this.commit;
		return commit != null && commit.isCommitted();
	}

	/** Returns whether the transaction has stored the same answer. */
	boolean hasStored(StoredAnswer answer) {
		StoredAnswer stored = this.answer;
		return isCommitted() && stored != null && Arrays.equals(stored.body(), answer.body());
	}

	/**
	 * Returns the converted form of a result that the transaction has committed,
	 * {@code null} for another value, such as one that an interceptor has returned.
	 */
	@Nullable JsonNode output(@Nullable Object value) {
		Converted converted = this.converted;
		return (isCommitted() && converted != null && converted.result() == value) ? converted.output() : null;
	}

	@Override
	public void begin() {
		this.commit = this.commits.join(this.before);
	}

	@Override
	public void write(@Nullable Object result, @Nullable Throwable failure) {
		JoinedCommit commit = this.commit;
		if (commit == null || !this.calls.endTimeLimit()) {
			throw new RivetException(ErrorCode.ACTION_TIMED_OUT);
		}
		Assert.state(ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result) == null,
				"An action in a transaction must not return an asynchronous result, which the transaction does not include");
		// not later: the conversion may need the transaction, and must not fail after it
		JsonNode output = (failure == null) ? this.converter.apply(result) : null;
		this.converted = (output != null) ? new Converted(result, output) : null;
		this.answer = (this.keyed != null && output != null) ? this.keyed.answer(output) : null;
		this.written = true;
		if (this.due != null) {
			Assert.state(failure == null, "A scheduled action has failed, so its transaction is rolled back");
			this.due.succeed();
		}
		commit.write(this.answer);
	}

	@Override
	public void complete(Outcome outcome) {
		this.completed = true;
		JoinedCommit commit = this.commit;
		if (commit != null) {
			commit.complete(outcome);
		}
		if (this.due != null && outcome == Outcome.COMMITTED) {
			this.due.noteCommitted();
		}
	}

}
