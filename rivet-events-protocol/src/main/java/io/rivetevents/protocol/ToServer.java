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
 * A message from a client: section 5.3 of the protocol document, and those that
 * {@code docs/protocol.md} adds for the extended mode.
 */
public sealed interface ToServer {

	/**
	 * Returns its kind.
	 */
	Kind kind();

	/**
	 * Returns the heap that it takes, with the turn that it waits in, in bytes; see
	 * {@link MessageWeight}.
	 */
	long weight();

	/**
	 * Calls the method of a visitor for this kind of message.
	 * @param visitor handles it
	 * @param context passed on to the visitor, so that one visitor serves all messages
	 */
	<C> void accept(Visitor<C> visitor, C context);

	/**
	 * Handles each kind of message. A new kind does not compile before each visitor
	 * handles it.
	 *
	 * @param <C> what is passed on to it
	 */
	interface Visitor<C> {

		void actionRequest(ActionRequest request, C context);

		void subscriptionRequest(SubscriptionRequest request, C context);

		void cancel(Cancel cancel, C context);

		void hello(Hello hello, C context);

	}

	/**
	 * Kinds of messages as their tags name them. What reads messages switches over it, so
	 * that a new kind does not compile before each reader reads or refuses it.
	 */
	enum Kind {

		ACTION_REQUEST("ActionRequest"), SUBSCRIPTION_REQUEST("SubscriptionRequest"), CANCEL("Cancel"), HELLO("Hello");

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
		 * @return the kind, {@code null} if there is none of that tag
		 */
		public static @Nullable Kind of(String tag) {
			return BY_TAG.get(tag);
		}

	}

	/**
	 * Calls an action.
	 *
	 * @param id what the answer will carry; chosen by the client, not negative
	 * @param name name of the action
	 * @param args its arguments, copied
	 * @param options how it is called
	 */
	record ActionRequest(long id, String name, List<JsonNode> args, CallOptions options) implements ToServer {

		public ActionRequest {
			args = List.copyOf(args);
		}

		public ActionRequest(long id, String name, List<JsonNode> args) {
			this(id, name, args, CallOptions.NONE);
		}

		@Override
		public Kind kind() {
			return Kind.ACTION_REQUEST;
		}

		@Override
		public long weight() {
			return MessageWeight.MESSAGE + MessageWeight.of(this.name) + MessageWeight.of(this.args)
					+ MessageWeight.of(this.options.idempotencyKey());
		}

		@Override
		public <C> void accept(Visitor<C> visitor, C context) {
			visitor.actionRequest(this, context);
		}

	}

	/**
	 * How an action is called, in the extended mode.
	 *
	 * @param oneWay whether nobody waits for an answer
	 * @param deadline time from its arrival after which nobody needs the answer,
	 * {@code null} for none
	 * @param idempotencyKey the same key again is answered with the first answer,
	 * {@code null} for none
	 */
	record CallOptions(boolean oneWay, @Nullable Duration deadline, @Nullable String idempotencyKey) {

		/** As in the plain protocol. */
		public static final CallOptions NONE = new CallOptions(false, null, null);

	}

	/**
	 * Says that the answer to an action is not needed any more; in the extended mode.
	 *
	 * @param id id of the action
	 */
	record Cancel(long id) implements ToServer {

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
	 * @param subscriptions what to subscribe to, each with {@code subscribe} set
	 * @param resume where the client was, {@code null} if it was nowhere
	 * @param snapshot an action to be answered with the welcome, {@code null} for none
	 * @param params connection params, {@code null} for those of the handshake
	 * @param credentials for the application's authentication, {@code null} for none
	 * @param contract fingerprint of the contract that the client was built against,
	 * {@code null} if it does not say
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
	 * Where a client was before it came back.
	 *
	 * @param position the last that it has handled
	 * @param stream id of its stream, {@code null} if it does not prove one
	 * @param secret what proves it
	 */
	record Resume(Position position, @Nullable String stream, @Nullable String secret) {
	}

	/**
	 * An action to be answered with the welcome.
	 *
	 * @param name name of the action
	 * @param args its arguments, copied
	 */
	record Snapshot(String name, List<JsonNode> args) {

		public Snapshot {
			args = List.copyOf(args);
		}

	}

	/**
	 * Subscribes to an event, or no longer.
	 *
	 * @param eventName name of the event
	 * @param subscribe whether the client wants it
	 * @param tags only events with one of these tags are wanted, or with none; empty for
	 * all events. The RivetKit protocol has no tags
	 */
	record SubscriptionRequest(String eventName, boolean subscribe, Set<String> tags) implements ToServer {

		private static final int FEW = 64;

		public SubscriptionRequest {
			tags = distinct(tags);
		}

		/** The immutable sets of the JDK slow down with texts that have the same hash. */
		private static Set<String> distinct(Set<String> tags) {
			return (tags.size() <= FEW) ? Set.copyOf(tags) : Collections.unmodifiableSet(new HashSet<>(tags));
		}

		public SubscriptionRequest(String eventName, boolean subscribe) {
			this(eventName, subscribe, Set.of());
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
