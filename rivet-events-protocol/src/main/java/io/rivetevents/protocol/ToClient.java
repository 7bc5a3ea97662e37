/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * A message from the server: section 5.2 of the protocol document, and the messages of
 * the extended mode in {@code docs/protocol.md}. Its JSON nodes are not copied: the
 * creator of a message must not change them afterwards.
 */
public sealed interface ToClient {

	/**
	 * Returns the name of the message's kind on the wire.
	 */
	String tag();

	/**
	 * Calls the method of a visitor for this kind of message.
	 * @param visitor handles the message
	 * @param context passed to the visitor, so that one visitor can handle all messages
	 * @return the result of the visitor
	 */
	<C, R> R accept(Visitor<C, R> visitor, C context);

	/**
	 * Handles each kind of message. The code does not compile if a visitor does not
	 * handle a new kind.
	 *
	 * @param <C> the context
	 * @param <R> the result
	 */
	interface Visitor<C, R> {

		R init(Init init, C context);

		R error(Error error, C context);

		R actionResponse(ActionResponse response, C context);

		R event(Event event, C context);

		/** {@link Extended#acceptExtended} distinguishes their kinds. */
		R extended(Extended message, C context);

	}

	/**
	 * Handles each kind of message of the extended mode.
	 *
	 * @param <C> the context
	 * @param <R> the result
	 */
	interface ExtendedVisitor<C, R> {

		R welcome(Welcome welcome, C context);

		R subscriptionResponse(SubscriptionResponse response, C context);

		R gap(Gap gap, C context);

		R keepAlive(KeepAlive alive, C context);

		R goingAway(GoingAway away, C context);

		R expiring(Expiring expiring, C context);

		R authenticateResponse(AuthenticateResponse response, C context);

		R close(Close close, C context);

	}

	/**
	 * The client is connected. The first message, except for events that were sent while
	 * the client connected.
	 *
	 * @param actorId id of the instance
	 * @param connectionId id of the connection
	 */
	record Init(String actorId, String connectionId) implements ToClient {

		@Override
		public String tag() {
			return "Init";
		}

		@Override
		public <C, R> R accept(Visitor<C, R> visitor, C context) {
			return visitor.init(this, context);
		}

	}

	/**
	 * An error of an action or of the connection.
	 *
	 * @param group group of the error
	 * @param code code of the error
	 * @param message text for people
	 * @param metadata value for programs; {@code null} or a null node for none
	 * @param actionId id of the action, {@code null} for an error of the connection
	 * @param actor the instance, {@code null} if unknown
	 */
	record Error(String group, String code, String message, @Nullable JsonNode metadata, @Nullable Long actionId,
			@Nullable ActorSpecifier actor) implements ToClient {

		public Error {
			metadata = (metadata != null && !metadata.isNull() && !metadata.isMissingNode()) ? metadata : null;
		}

		/**
		 * Returns an error of the connection.
		 * @param code the error
		 * @param message text for people
		 */
		public static Error of(ErrorCode code, String message) {
			return new Error(code.group(), code.code(), message, null, null, null);
		}

		/**
		 * Returns an error of an action, with the default text of the code.
		 * @param code the error
		 * @param actionId id of the action
		 */
		public static Error ofAction(ErrorCode code, long actionId) {
			return new Error(code.group(), code.code(), code.message(), null, actionId, null);
		}

		/**
		 * Returns the error without its metadata, and with its text cut to a maximum
		 * number of characters.
		 */
		public Error shortened(int maxText) {
			String text = (this.message.length() > maxText) ? this.message.substring(0, maxText) : this.message;
			return new Error(this.group, this.code, text, null, this.actionId, this.actor);
		}

		@Override
		public String tag() {
			return "Error";
		}

		@Override
		public <C, R> R accept(Visitor<C, R> visitor, C context) {
			return visitor.error(this, context);
		}

	}

	/**
	 * The answer to an action.
	 *
	 * @param id id of the action
	 * @param output result of the action; {@code null} for none, which is
	 * {@code undefined} for a client
	 */
	record ActionResponse(long id, @Nullable JsonNode output) implements ToClient {

		@Override
		public String tag() {
			return "ActionResponse";
		}

		@Override
		public <C, R> R accept(Visitor<C, R> visitor, C context) {
			return visitor.actionResponse(this, context);
		}

	}

	/**
	 * An event.
	 *
	 * @param name name of the event
	 * @param args arguments of the event, copied; {@code null} becomes a null node
	 * @param position position of the event, {@code null} if it was not sent by an
	 * instance; part of the message in the extended mode only
	 * @param tags tags of the event, empty for none; part of the message in the extended
	 * mode only, whose clients select listeners by tag
	 * @param id id of an event of the outbox, which may be sent more than once;
	 * {@code null} for any other; part of the message in the extended mode only
	 * @param traceparent parent of the trace of its receivers, as in the W3C
	 * recommendation Trace Context; {@code null} for none; part of the message in the
	 * extended mode only
	 */
	record Event(String name, List<JsonNode> args, @Nullable Position position, Set<String> tags, @Nullable String id,
			@Nullable String traceparent) implements ToClient {

		public Event {
			args = args.stream().map(Event::present).toList();
			tags = Set.copyOf(tags);
		}

		public Event(String name, List<JsonNode> args, @Nullable Position position, Set<String> tags,
				@Nullable String id) {
			this(name, args, position, tags, id, null);
		}

		public Event(String name, List<JsonNode> args, @Nullable Position position, Set<String> tags) {
			this(name, args, position, tags, null, null);
		}

		public Event(String name, List<JsonNode> args, @Nullable Position position) {
			this(name, args, position, Set.of());
		}

		public Event(String name, List<JsonNode> args) {
			this(name, args, null);
		}

		private static JsonNode present(@Nullable JsonNode arg) {
			return (arg != null) ? arg : NullNode.getInstance();
		}

		@Override
		public String tag() {
			return "Event";
		}

		@Override
		public <C, R> R accept(Visitor<C, R> visitor, C context) {
			return visitor.event(this, context);
		}

	}

	/**
	 * A message of the extended mode: {@code docs/protocol.md}.
	 */
	sealed interface Extended extends ToClient {

		@Override
		default <C, R> R accept(Visitor<C, R> visitor, C context) {
			return visitor.extended(this, context);
		}

		/**
		 * Calls the method of a visitor for this kind of message.
		 * @param visitor handles the message
		 * @param context passed to the visitor
		 * @return the result of the visitor
		 */
		<C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context);

	}

	/**
	 * The client is connected. The first message in the extended mode.
	 *
	 * @param actorId id of the instance
	 * @param connectionId id of the connection
	 * @param position start of the stream: following messages have higher positions
	 * @param stream id of the stream
	 * @param secret proof of the stream
	 * @param outcome outcome of the request to resume
	 * @param keepAlive interval of {@code KeepAlive} messages, in milliseconds
	 * @param snapshot result of the requested snapshot, {@code null} for none
	 * @param refused errors of rejected subscriptions, by the name of the event
	 * @param contractChanged whether the client was built with a different contract
	 */
	record Welcome(String actorId, String connectionId, Position position, String stream, String secret,
			ResumeOutcome outcome, long keepAlive, @Nullable SnapshotResult snapshot, Map<String, Error> refused,
			boolean contractChanged) implements Extended {

		@Override
		public String tag() {
			return "Init";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.welcome(this, context);
		}

	}

	/**
	 * Outcome of a request to resume.
	 *
	 * @param kind kind of the outcome
	 * @param replayed number of events that follow; for {@code resumed} only
	 * @param reason why the stream was not resumed; for {@code resynced} only
	 */
	record ResumeOutcome(Kind kind, int replayed, @Nullable String reason) {

		/** A new stream: the client did not request to resume. */
		public static final ResumeOutcome FRESH = new ResumeOutcome(Kind.FRESH, 0, null);

		/** Kind of an outcome. */
		public enum Kind {

			FRESH, RESUMED, RESYNCED

		}

		public static ResumeOutcome resumed(int replayed) {
			return new ResumeOutcome(Kind.RESUMED, replayed, null);
		}

		public static ResumeOutcome resynced(String reason) {
			return new ResumeOutcome(Kind.RESYNCED, 0, reason);
		}

	}

	/**
	 * Result of the snapshot action of a client.
	 *
	 * @param output result of the action, {@code null} for none
	 * @param error error of the action, {@code null} if it succeeded
	 */
	record SnapshotResult(@Nullable JsonNode output, @Nullable Error error) {
	}

	/**
	 * The answer to a subscription.
	 *
	 * @param eventName name of the event
	 * @param subscribe the client's request
	 * @param position position after which the answer holds
	 * @param error why it was rejected, {@code null} if it was accepted
	 */
	record SubscriptionResponse(String eventName, boolean subscribe, Position position,
			@Nullable Error error) implements Extended {

		@Override
		public String tag() {
			return "SubscriptionResponse";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.subscriptionResponse(this, context);
		}

	}

	/**
	 * Reports events that the client missed and will not receive.
	 *
	 * @param reason {@code dropped} or {@code volatile}
	 * @param events names of the events, or some of them
	 * @param position position of the message
	 */
	record Gap(String reason, Set<String> events, Position position) implements Extended {

		/** The client was slow. */
		public static final String DROPPED = "dropped";

		/** The client was disconnected. */
		public static final String VOLATILE = "volatile";

		public Gap {
			events = Set.copyOf(events);
		}

		@Override
		public String tag() {
			return "Gap";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.gap(this, context);
		}

	}

	/**
	 * Keeps the connection open, and sends its position.
	 *
	 * @param position position of the last message before this one
	 */
	record KeepAlive(Position position) implements Extended {

		@Override
		public String tag() {
			return "KeepAlive";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.keepAlive(this, context);
		}

	}

	/**
	 * The server is about to stop.
	 *
	 * @param delay time to wait after the close before reconnecting, in milliseconds
	 */
	record GoingAway(long delay) implements Extended {

		@Override
		public String tag() {
			return "GoingAway";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.goingAway(this, context);
		}

	}

	/**
	 * The credentials of the client expire, so that it should send new ones.
	 *
	 * @param remaining time until they expire, in milliseconds; 0 if they have expired
	 */
	record Expiring(long remaining) implements Extended {

		@Override
		public String tag() {
			return "Expiring";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.expiring(this, context);
		}

	}

	/**
	 * The answer to new credentials. Credentials that are wrong close the connection
	 * instead.
	 *
	 * @param remaining time until they expire, in milliseconds; {@code null} if they do
	 * not expire, or were not checked
	 * @param error why they could not be checked now, {@code null} if they were accepted
	 */
	record AuthenticateResponse(@Nullable Long remaining, @Nullable Error error) implements Extended {

		@Override
		public String tag() {
			return "AuthenticateResponse";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.authenticateResponse(this, context);
		}

	}

	/**
	 * The last message.
	 *
	 * @param reason reason of the close
	 * @param retryAfter time to wait before reconnecting, in milliseconds; {@code null}
	 * if the client can choose it
	 */
	record Close(CloseReason reason, @Nullable Long retryAfter) implements Extended {

		@Override
		public String tag() {
			return "Close";
		}

		@Override
		public <C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context) {
			return visitor.close(this, context);
		}

	}

}
