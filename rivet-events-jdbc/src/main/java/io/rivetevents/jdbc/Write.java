/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;

/**
 * A change or deletion that waits for its commit. The waiting thread sees the future, all
 * else belongs to the committer.
 */
final class Write {

	/** Size of the columns of fixed length, in bytes. */
	private static final int FIXED = 200;

	/** Size in bytes from which a failure may be due to a limit of the database. */
	private static final int LARGE = 1_000_000;

	/** These databases close the connection, and the drivers report only that. */
	private static final String HINT = ". It may exceed a limit of the database, such as max_allowed_packet of MariaDB "
			+ "and MySQL";

	/** With its new version, or as it is deleted. */
	private final StoredActor actor;

	private final long expected;

	private final @Nullable Change change;

	private final long bytes;

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private boolean uncertain;

	private int attempts;

	private Write(StoredActor actor, long expected, @Nullable Change change) {
		this.actor = actor;
		this.expected = expected;
		this.change = change;
		this.bytes = (change != null) ? bytes(change) : FIXED;
	}

	static Write of(Change change) {
		return new Write(change.actor(), change.expectedVersion(), change);
	}

	static Write deletion(StoredActor actor) {
		return new Write(actor, actor.version(), null);
	}

	private static long bytes(Change change) {
		long bytes = FIXED + length(change.actor().state()) + length(change.actor().input());
		for (StoredEvent event : change.events()) {
			bytes += FIXED + length(event.body()) + event.target().length();
		}
		for (StoredAnswer answer : change.answers()) {
			bytes += FIXED + answer.body().length;
		}
		for (StoredSchedule schedule : change.schedules()) {
			bytes += FIXED + schedule.id().length() + schedule.action().length() + schedule.body().length;
		}
		for (StoredConnection connection : change.connections()) {
			bytes += FIXED + connection.id().length() + connection.body().length;
		}
		bytes += (long) FIXED * (change.cancelled().size() + change.disconnected().size());
		return bytes;
	}

	private static long length(byte @Nullable [] bytes) {
		return (bytes != null) ? bytes.length : 0;
	}

	ActorAddress address() {
		return this.actor.address();
	}

	String actorId() {
		return this.actor.actorId();
	}

	/** Returns the version that must be stored now, 0 for none. */
	long expected() {
		return this.expected;
	}

	/** Returns the change, {@code null} for a deletion. */
	@Nullable Change change() {
		return this.change;
	}

	/** Returns whether an instance is created. */
	boolean isCreation() {
		return this.change != null && this.expected == 0;
	}

	/** Returns the approximate size in bytes. */
	long bytes() {
		return this.bytes;
	}

	/** Returns the number of rows that are written or deleted. */
	int rows() {
		Change change = this.change;
		return (change != null) ? 1 + change.events().size() + change.trimmed().size() + change.answers().size()
				+ change.schedules().size() + change.cancelled().size() + change.connections().size()
				+ change.disconnected().size() : 1;
	}

	/** Returns the future on which the calling thread waits. */
	CompletableFuture<Void> done() {
		return this.done;
	}

	/** Returns whether a commit was sent whose result was not received. */
	boolean isUncertain() {
		return this.uncertain;
	}

	void markUncertain() {
		this.uncertain = true;
	}

	void markCertain() {
		this.uncertain = false;
	}

	/** Counts an attempt to commit this alone, and returns the number of attempts. */
	int countAttempt() {
		return ++this.attempts;
	}

	/**
	 * Returns whether a stored instance is the one that this writes. No two versions have
	 * the same number and time: each is saved by one instance in memory, one at a time.
	 * @param stored the stored instance, {@code null} if there is none
	 */
	boolean isAppliedAs(@Nullable StoredActor stored) {
		if (stored == null || !stored.actorId().equals(actorId())) {
			return this.change == null;
		}
		return this.change != null && stored.version() == this.actor.version()
				&& Rows.nanos(stored.savedAt()) == Rows.nanos(this.actor.savedAt());
	}

	void succeed() {
		this.done.complete(null);
	}

	void failAsStale() {
		this.done.completeExceptionally(new StaleStateException(address(), this.expected));
	}

	void fail(Throwable cause) {
		String reason = cause.getMessage() + ((this.bytes > LARGE) ? HINT : "");
		this.done.completeExceptionally(this.uncertain
				? new UncertainCommitException(
						"The connection was lost while %s was committed; it may or may not have been stored: %s"
							.formatted(this, reason),
						cause)
				: new JdbcStateException("%s could not be stored: %s".formatted(this, reason), cause));
	}

	@Override
	public String toString() {
		return (this.change != null)
				? "%s (version %d, %,d bytes)".formatted(address(), this.actor.version(), this.bytes)
				: "The deletion of %s".formatted(address());
	}

}
