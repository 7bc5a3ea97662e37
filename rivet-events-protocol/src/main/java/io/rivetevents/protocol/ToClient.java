package io.rivetevents.protocol;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * A message from the server: section 5.2 of the protocol document, and those that
 * {@code docs/protocol.md} adds. The nodes in it are not copied: whoever makes a message
 * must not change them afterwards.
 */
public sealed interface ToClient {

	/**
	 * Returns the name of its kind on the wire.
	 */
	String tag();

	/**
	 * Calls the method of a visitor for this kind of message.
	 * @param visitor handles it
	 * @param context passed on to the visitor, so that one visitor serves all messages
	 * @return what the visitor returns
	 */
	<C, R> R accept(Visitor<C, R> visitor, C context);

	/**
	 * Handles each kind of message. A new kind does not compile before each visitor
	 * handles it.
	 *
	 * @param <C> what is passed on to it
	 * @param <R> what it returns
	 */
	interface Visitor<C, R> {

		R init(Init init, C context);

		R error(Error error, C context);

		R actionResponse(ActionResponse response, C context);

		R event(Event event, C context);

		/** See {@link Extended#acceptExtended} for each kind of them. */
		R extended(Extended message, C context);

	}

	/**
	 * Handles each kind of message of the extended mode.
	 *
	 * @param <C> what is passed on to it
	 * @param <R> what it returns
	 */
	interface ExtendedVisitor<C, R> {

		R welcome(Welcome welcome, C context);

		R subscriptionResponse(SubscriptionResponse response, C context);

		R gap(Gap gap, C context);

		R keepAlive(KeepAlive alive, C context);

		R goingAway(GoingAway away, C context);

		R close(Close close, C context);

	}

	/**
	 * The client is connected. The first message, but for events that were sent while it
	 * connected.
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
	 * Something is wrong with an action, or with the connection.
	 *
	 * @param group group of the error
	 * @param code code of the error
	 * @param message text for people
	 * @param metadata value for programs, {@code null} for none; a null node is none too
	 * @param actionId which action, {@code null} if it is the connection
	 * @param actor which instance, {@code null} if unknown
	 */
	record Error(String group, String code, String message, @Nullable JsonNode metadata, @Nullable Long actionId,
			@Nullable ActorSpecifier actor) implements ToClient {

		public Error {
			metadata = (metadata != null && !metadata.isNull() && !metadata.isMissingNode()) ? metadata : null;
		}

		/**
		 * Returns an error of the connection.
		 * @param code what is wrong
		 * @param message text for people
		 */
		public static Error of(ErrorCode code, String message) {
			return new Error(code.group(), code.code(), message, null, null, null);
		}

		/**
		 * Returns an error of an action, with the text that the code has of itself.
		 * @param code what is wrong
		 * @param actionId which action
		 */
		public static Error ofAction(ErrorCode code, long actionId) {
			return new Error(code.group(), code.code(), code.message(), null, actionId, null);
		}

		/**
		 * Returns the error without its metadata, and with no more than so many
		 * characters of its text.
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
	 * @param id which action
	 * @param output its result; {@code null} for none, which a client sees as
	 * {@code undefined}
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
	 * Something that the actor tells.
	 *
	 * @param name name of the event
	 * @param args its arguments, copied; {@code null} in it becomes a null node
	 * @param position where it stands, {@code null} if it does not come from an instance;
	 * told in the extended mode alone
	 * @param tags tags that it carries, empty for none; told in the extended mode alone,
	 * whose clients divide events between their listeners
	 */
	record Event(String name, List<JsonNode> args, @Nullable Position position, Set<String> tags) implements ToClient {

		public Event {
			args = args.stream().map(Event::present).toList();
			tags = Set.copyOf(tags);
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
		 * @param visitor handles it
		 * @param context passed on to the visitor
		 * @return what the visitor returns
		 */
		<C, R> R acceptExtended(ExtendedVisitor<C, R> visitor, C context);

	}

	/**
	 * The client is connected. The first message in the extended mode.
	 *
	 * @param actorId id of the instance
	 * @param connectionId id of the connection
	 * @param position where the stream goes on: what follows has a higher one
	 * @param stream id of the stream
	 * @param secret what proves the stream
	 * @param outcome what became of the wish to resume
	 * @param keepAlive milliseconds from one {@code KeepAlive} to the next
	 * @param snapshot what the client wanted to have with it, {@code null} for nothing
	 * @param refused errors by the name of the event that was refused
	 * @param contractChanged whether the client was built against another contract
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
	 * What became of the wish to resume.
	 *
	 * @param kind one of three
	 * @param replayed how many events follow; of {@code resumed} alone
	 * @param reason why not; of {@code resynced} alone
	 */
	record ResumeOutcome(Kind kind, int replayed, @Nullable String reason) {

		/** Nothing was to be resumed. */
		public static final ResumeOutcome FRESH = new ResumeOutcome(Kind.FRESH, 0, null);

		/** One of three. */
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
	 * What came of the action that a client wanted to have answered with its welcome.
	 *
	 * @param output its result, {@code null} for none
	 * @param error why it failed, {@code null} if it did not
	 */
	record SnapshotResult(@Nullable JsonNode output, @Nullable Error error) {
	}

	/**
	 * The answer to a subscription.
	 *
	 * @param eventName name of the event
	 * @param subscribe what the client wanted
	 * @param position from where on it holds
	 * @param error why it was refused, {@code null} if it was not
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
	 * Something that the client would have got will not come.
	 *
	 * @param reason {@code dropped} or {@code volatile}
	 * @param events names of the events, or some of them
	 * @param position where it stands
	 */
	record Gap(String reason, Set<String> events, Position position) implements Extended {

		/** The client was slow. */
		public static final String DROPPED = "dropped";

		/** The client was away. */
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
	 * A sign of life.
	 *
	 * @param position position of all that has been sent before
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
	 * @param delay milliseconds to wait after the end before coming back
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
	 * The last message.
	 *
	 * @param reason why the server closes
	 * @param retryAfter milliseconds to wait before coming back, {@code null} if the
	 * client may choose
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
