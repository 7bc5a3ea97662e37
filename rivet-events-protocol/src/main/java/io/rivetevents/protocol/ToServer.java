/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A message from a client: section 5.3 of the protocol document, and the messages of the
 * extended mode in {@code docs/protocol.md}.
 */
public sealed interface ToServer {

	/** The value of {@link #handled()} in a message that does not report a position. */
	long UNREPORTED = -1;

	/**
	 * Returns the kind of the message.
	 */
	Kind kind();

	/**
	 * Returns the heap memory of the message and its waiting turn, in bytes; see
	 * {@link MessageWeight}.
	 */
	long weight();

	/**
	 * Returns the position of the last message that the client had handled when it sent
	 * this one, in the epoch of its connection. The client may report any number that is
	 * not negative. Extended mode only.
	 * @return the position, {@link #UNREPORTED} if the message has none
	 */
	default long handled() {
		return UNREPORTED;
	}

	/**
	 * Calls the method of a visitor for this kind of message.
	 * @param visitor handles the message
	 * @param context passed to the visitor, so that one visitor can handle all messages
	 */
	<C> void accept(Visitor<C> visitor, C context);

	/**
	 * Handles each kind of message. The code does not compile if a visitor does not
	 * handle a new kind.
	 *
	 * @param <C> the context
	 */
	interface Visitor<C> {

		void actionRequest(ActionRequest request, C context);

		void subscriptionRequest(SubscriptionRequest request, C context);

		void cancel(Cancel cancel, C context);

		void hello(Hello hello, C context);

		void authenticate(Authenticate authenticate, C context);

	}

	/**
	 * Kinds of messages, named by their tags. Readers switch over the kinds, so that the
	 * code does not compile if a reader does not handle a new kind.
	 */
	enum Kind {

		ACTION_REQUEST("ActionRequest"), SUBSCRIPTION_REQUEST("SubscriptionRequest"), CANCEL("Cancel"), HELLO("Hello"),
		AUTHENTICATE("Authenticate");

		private static final Map<String, Kind> BY_TAG = Stream.of(values())
			.collect(Collectors.toUnmodifiableMap(Kind::tag, Function.identity()));

		private final String tag;

		Kind(String tag) {
			this.tag = tag;
		}

		/**
		 * Returns the name of the kind on the wire.
		 */
		public String tag() {
			return this.tag;
		}

		/**
		 * Returns the kind of a tag.
		 * @return the kind, {@code null} if the tag is unknown
		 */
		public static @Nullable Kind of(String tag) {
			return BY_TAG.get(tag);
		}

	}

	/**
	 * Calls an action.
	 *
	 * @param id id of the answer, chosen by the client, not negative
	 * @param name name of the action
	 * @param args arguments of the action, copied
	 * @param options options of the call
	 * @param handled position of the last message that the client has handled
	 */
	record ActionRequest(long id, String name, List<JsonNode> args, CallOptions options,
			long handled) implements ToServer {

		public ActionRequest {
			args = List.copyOf(args);
		}

		public ActionRequest(long id, String name, List<JsonNode> args) {
			this(id, name, args, CallOptions.NONE);
		}

		public ActionRequest(long id, String name, List<JsonNode> args, CallOptions options) {
			this(id, name, args, options, UNREPORTED);
		}

		@Override
		public Kind kind() {
			return Kind.ACTION_REQUEST;
		}

		@Override
		public long weight() {
			return MessageWeight.MESSAGE + MessageWeight.of(this.name) + MessageWeight.of(this.args)
					+ MessageWeight.of(this.options.idempotencyKey()) + MessageWeight.of(this.options.traceparent());
		}

		@Override
		public <C> void accept(Visitor<C> visitor, C context) {
			visitor.actionRequest(this, context);
		}

	}

	/**
	 * Options of a call in the extended mode.
	 *
	 * @param oneWay whether the call is not answered
	 * @param deadline time from the arrival of the call after which the client no longer
	 * needs the answer, {@code null} for none
	 * @param idempotencyKey a repeated call with the same key is answered with the first
	 * answer; {@code null} for none
	 * @param traceparent parent of the trace of the call, as in the W3C recommendation
	 * Trace Context; {@code null} for none
	 */
	record CallOptions(boolean oneWay, @Nullable Duration deadline, @Nullable String idempotencyKey,
			@Nullable String traceparent) {

		/** As in the plain protocol. */
		public static final CallOptions NONE = new CallOptions(false, null, null);

		public CallOptions(boolean oneWay, @Nullable Duration deadline, @Nullable String idempotencyKey) {
			this(oneWay, deadline, idempotencyKey, null);
		}

	}

	/**
	 * Cancels an action whose answer the client no longer needs. Extended mode only.
	 *
	 * @param id id of the action
	 * @param handled position of the last message that the client has handled
	 */
	record Cancel(long id, long handled) implements ToServer {

		public Cancel(long id) {
			this(id, UNREPORTED);
		}

		@Override
		public Kind kind() {
			return Kind.CANCEL;
		}

		@Override
		public long weight() {
			return MessageWeight.MESSAGE;
		}

		@Override
		public <C> void accept(Visitor<C> visitor, C context) {
			visitor.cancel(this, context);
		}

	}

	/**
	 * The first message in the extended mode.
	 *
	 * @param subscriptions initial subscriptions, each with {@code subscribe} set
	 * @param resume the stream to resume, {@code null} for a new one
	 * @param snapshot an action whose result is part of the welcome, {@code null} for
	 * none
	 * @param params connection params, {@code null} for those of the handshake
	 * @param credentials for the application's authentication, {@code null} for none
	 * @param contract fingerprint of the contract that the client was built with,
	 * {@code null} if unknown
	 */
	record Hello(List<SubscriptionRequest> subscriptions, @Nullable Resume resume, @Nullable Snapshot snapshot,
			@Nullable JsonNode params, @Nullable JsonNode credentials, @Nullable String contract) implements ToServer {

		public Hello {
			subscriptions = List.copyOf(subscriptions);
		}

		@Override
		public Kind kind() {
			return Kind.HELLO;
		}

		@Override
		public long weight() {
			long subscribed = this.subscriptions.stream().mapToLong(ToServer::weight).sum();
			long asked = (this.snapshot != null)
					? MessageWeight.of(this.snapshot.name()) + MessageWeight.of(this.snapshot.args()) : 0;
			return MessageWeight.MESSAGE + subscribed + asked + MessageWeight.of(this.resume)
					+ MessageWeight.of(this.contract) + MessageWeight.ofNullable(this.params)
					+ MessageWeight.ofNullable(this.credentials);
		}

		@Override
		public <C> void accept(Visitor<C> visitor, C context) {
			visitor.hello(this, context);
		}

	}

	/**
	 * New credentials of a connected client. Extended mode only.
	 *
	 * @param credentials for the application's authentication; {@code null} once they are
	 * checked, since the actor does not receive them
	 * @param right the right that they prove; {@code null} until they are checked
	 */
	record Authenticate(@Nullable JsonNode credentials, @Nullable Right right) implements ToServer {

		public Authenticate(JsonNode credentials) {
			this(credentials, null);
		}

		@Override
		public Kind kind() {
			return Kind.AUTHENTICATE;
		}

		@Override
		public long weight() {
			return MessageWeight.MESSAGE + MessageWeight.ofNullable(this.credentials);
		}

		@Override
		public <C> void accept(Visitor<C> visitor, C context) {
			visitor.authenticate(this, context);
		}

	}

	/**
	 * The right of a client that has authenticated again. Its content is not part of the
	 * protocol.
	 */
	interface Right {

	}

	/**
	 * The stream that a client resumes.
	 *
	 * @param position position of the last message that the client handled
	 * @param stream id of the stream, {@code null} if the client cannot prove it
	 * @param secret proof of the stream
	 */
	record Resume(Position position, @Nullable String stream, @Nullable String secret) {
	}

	/**
	 * An action whose result is part of the welcome.
	 *
	 * @param name name of the action
	 * @param args arguments of the action, copied
	 */
	record Snapshot(String name, List<JsonNode> args) {

		public Snapshot {
			args = List.copyOf(args);
		}

	}

	/**
	 * Subscribes to an event, or unsubscribes.
	 *
	 * @param eventName name of the event
	 * @param subscribe whether to subscribe
	 * @param tags the subscription receives events with one of these tags, and events
	 * without tags; empty for all events. The RivetKit protocol has no tags
	 * @param handled position of the last message that the client has handled
	 */
	record SubscriptionRequest(String eventName, boolean subscribe, Set<String> tags,
			long handled) implements ToServer {

		private static final int FEW = 64;

		public SubscriptionRequest {
			tags = distinct(tags);
		}

		/** The immutable sets of the JDK are slow for texts with equal hash codes. */
		private static Set<String> distinct(Set<String> tags) {
			return (tags.size() <= FEW) ? Set.copyOf(tags) : Collections.unmodifiableSet(new HashSet<>(tags));
		}

		public SubscriptionRequest(String eventName, boolean subscribe) {
			this(eventName, subscribe, Set.of());
		}

		public SubscriptionRequest(String eventName, boolean subscribe, Set<String> tags) {
			this(eventName, subscribe, tags, UNREPORTED);
		}

		@Override
		public Kind kind() {
			return Kind.SUBSCRIPTION_REQUEST;
		}

		@Override
		public long weight() {
			return MessageWeight.MESSAGE + MessageWeight.of(this.eventName) + MessageWeight.of(this.tags);
		}

		@Override
		public <C> void accept(Visitor<C> visitor, C context) {
			visitor.subscriptionRequest(this, context);
		}

	}

}
