/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.StoredInstance;
import io.rivetevents.actor.state.ActionTransaction.Outcome;
import io.rivetevents.actor.state.StoredAnswer;

/**
 * Commits a method of an instance in a transaction of the application. Its methods are
 * called by the thread of the method; until the end no other thread saves the instance.
 */
public final class JoinedCommit {

	private final TurnCommits commits;

	private final EventStream stream;

	private final ActorState state;

	private final StoredInstance stored;

	private final ActorState.Mark before;

	private final TurnCommits.Point start;

	private EventStream.@Nullable Batch batch;

	private @Nullable StoredAnswer answer;

	private Outcome outcome = Outcome.ROLLED_BACK;

	/**
	 * Begins a commit.
	 * @param before the state before the method
	 */
	JoinedCommit(TurnCommits commits, EventStream stream, ActorState state, StoredInstance stored,
			ActorState.Mark before) {
		this.commits = commits;
		this.stream = stream;
		this.state = state;
		this.stored = stored;
		this.before = before;
		this.start = commits.point();
		stream.hold();
	}

	/**
	 * Writes state, events and answer in the transaction.
	 * @param answer the answer to keep, {@code null} if there is none
	 * @throws RuntimeException if they cannot be written
	 */
	public void write(@Nullable StoredAnswer answer) {
		this.answer = answer;
		this.batch = this.stream.take(false);
		this.commits.store(this.batch, answer);
	}

	/** Notes the outcome of the transaction. */
	public void complete(Outcome outcome) {
		this.outcome = outcome;
	}

	/** Returns whether everything that was written is stored. */
	public boolean isCommitted() {
		return this.outcome == Outcome.COMMITTED;
	}

	/**
	 * Sends the events of a transaction that was committed; otherwise discards them and
	 * restores the state. Blocks if the outcome is uncertain. Called when the transaction
	 * has released its connection.
	 */
	public void end() {
		try {
			this.state.endTransaction(isCommitted());
			if (!isCommitted()) {
				undo();
			}
		}
		finally {
			this.state.leaveTransaction(); // others may save from now on
		}
		if (isCommitted()) {
			this.commits.committed();
			if (this.batch != null) {
				this.stream.release(this.batch);
			}
		}
	}

	private void undo() {
		IllegalStateException cause = new IllegalStateException(
				"The event was not sent: the transaction of its action was not committed");
		refuse(this.batch, cause);
		refuse(this.stream.take(false), cause);
		if (this.answer != null) {
			this.state.discard(this.answer);
		}
		this.commits.reset(this.start);
		this.stored.undo(this.before);
		if (this.outcome == Outcome.UNCERTAIN) {
			this.commits.settle();
		}
	}

	private void refuse(EventStream.@Nullable Batch batch, IllegalStateException cause) {
		if (batch != null) {
			this.stream.refuseTurn(batch, cause);
		}
	}

}
