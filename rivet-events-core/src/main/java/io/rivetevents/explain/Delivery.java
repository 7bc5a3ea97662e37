/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.Position;

/**
 * What has happened to one event on its way to one connection.
 *
 * @param actor instance that has sent the event, {@code null} if it was sent to the
 * connections of all actors
 * @param event name of the event
 * @param position position of the event among all events of the instance, {@code null} if
 * it has none because it was not sent, or not by an instance
 * @param sentAt when the actor has sent it
 * @param connectionId id of the connection, {@code null} for steps that concern all
 * connections
 * @param user name of the user of the connection, {@code null} if it is anonymous
 * @param steps the steps in the order of {@link Kind}; never empty
 * @since 0.1.0
 */
public record Delivery(@Nullable ActorAddress actor, String event, @Nullable Position position, Instant sentAt,
		@Nullable String connectionId, @Nullable String user, List<Step> steps) {

	/** Kinds of steps, in the order in which they happen. */
	public enum Kind {

		/** It was held back until a commit of the state or of a transaction. */
		HELD,

		/** It was sent to no connection: it is too long, or its commit has failed. */
		FAILED,

		/** The connection is one of its recipients. */
		TARGETED,

		/** The connection is excluded by {@code to}, {@code except} or {@code where}. */
		NOT_SELECTED,

		/** The connection has no subscription to the event, or one with other tags. */
		NOT_SUBSCRIBED,

		/** The subscription of the connection was refused by a rule or a limit. */
		REFUSED,

		/** An interceptor has skipped the connection, or has failed. */
		SKIPPED,

		/** An interceptor has changed the event for this connection. */
		CHANGED,

		/** It was sent while the client was away, and is not sent again. */
		MISSED,

		/** It was sent again to a client that has resumed. */
		REPLAYED,

		/** It waits until the connection is accepted. */
		EARLY,

		/**
		 * It was added to the queue of the connection, or sent to the node that has it.
		 */
		QUEUED,

		/** It was dropped before it was written. */
		DROPPED,

		/** It has left the queue for the socket. */
		WRITTEN,

		/** The client has reported that it has handled the event. */
		HANDLED;

		/** Returns the name in words. */
		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT).replace('_', ' ');
		}

	}

	/**
	 * One step.
	 *
	 * @param kind what has happened
	 * @param reason the cause, {@code null} if there is none besides the kind
	 */
	public record Step(Kind kind, @Nullable String reason) {

		@Override
		public String toString() {
			return (this.reason != null) ? "%s (%s)".formatted(this.kind, this.reason) : this.kind.toString();
		}

	}

	public Delivery {
		steps = List.copyOf(steps);
	}

	/**
	 * Returns whether it has a step of a kind.
	 */
	public boolean has(Kind kind) {
		return reasonOrEmpty(kind) != null;
	}

	/**
	 * Returns the reason of a step, {@code null} if there is no such step or if it has
	 * none.
	 */
	public @Nullable String reason(Kind kind) {
		String reason = reasonOrEmpty(kind);
		return (reason == null || reason.isEmpty()) ? null : reason;
	}

	private @Nullable String reasonOrEmpty(Kind kind) {
		for (Step step : this.steps) {
			if (step.kind() == kind) {
				return (step.reason() != null) ? step.reason() : "";
			}
		}
		return null;
	}

	/** Returns the steps in words. */
	String outcome() {
		return this.steps.stream().map(Step::toString).collect(Collectors.joining(", "));
	}

}
