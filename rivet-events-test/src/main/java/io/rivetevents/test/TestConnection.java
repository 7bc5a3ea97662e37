/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.node.ClientTransport;
import io.rivetevents.test.node.Inbox;

/**
 * A client of a test that is connected to an instance of an actor. It calls actions, and
 * expects what the server sends. Each expectation takes what it has found, so that the
 * next one finds what follows. An expectation waits until the message has arrived, or
 * until all turns and deliveries are done without it. It then fails with a list of what
 * has arrived.
 * <p>
 * Used by one thread.
 *
 * @since 0.1.0
 */
public final class TestConnection {

	/** Id of no call: those of calls begin at 1. */
	private static final long NO_CALL = 0;

	private final ConnectSpec spec;

	private final Inbox inbox = new Inbox();

	private final Set<String> subscriptions = new LinkedHashSet<>();

	private final List<ActionResult> calls = new ArrayList<>();

	private ClientTransport transport;

	private long lastId;

	private boolean reading = true;

	/** The handled position that the server has. */
	private long reported = ToServer.UNREPORTED;

	/** Number of messages sent to see that nothing else is on its way. */
	private long barriers;

	/**
	 * Creates a client that connects at once.
	 * @param spec its options
	 * @param events its first subscriptions
	 */
	TestConnection(ConnectSpec spec, List<String> events) {
		this.spec = spec;
		this.subscriptions.addAll(events);
		this.transport = open(null);
	}

	private ClientTransport open(ToServer.@Nullable Resume resume) {
		ClientTransport transport = this.spec.transport(this.inbox);
		this.transport = transport;
		this.reported = ToServer.UNREPORTED;
		transport.open();
		List<ToServer.SubscriptionRequest> requests = this.subscriptions.stream()
			.map((event) -> new ToServer.SubscriptionRequest(event, true))
			.toList();
		if (this.spec.isExtended()) {
			transport.send(this.spec.hello(requests, resume));
		}
		else {
			requests.forEach(transport::send);
		}
		this.spec.progress().await(() -> this.inbox.isDecided() ? this : null);
		this.spec.progress().handle();
		return transport;
	}

	ValueMapper mapper() {
		return this.spec.mapper();
	}

	ClientTransport transport() {
		return this.transport;
	}

	// Sending

	/**
	 * Subscribes to events.
	 * @param events names of the events
	 */
	public TestConnection subscribe(String... events) {
		this.subscriptions.addAll(List.of(events));
		return send(events, true);
	}

	/**
	 * Ends subscriptions to events.
	 * @param events names of the events
	 */
	public TestConnection unsubscribe(String... events) {
		List.of(events).forEach(this.subscriptions::remove);
		return send(events, false);
	}

	private TestConnection send(String[] events, boolean subscribe) {
		requireOpen();
		Arrays.stream(events)
			.forEach((event) -> this.transport
				.send(new ToServer.SubscriptionRequest(event, subscribe, Set.of(), newlyHandled())));
		this.spec.progress().handle();
		return this;
	}

	/**
	 * Calls an action. Returns when the server has handled the call as far as it can
	 * without waiting: for a time that a test must let pass, for example.
	 * @param action name of the action
	 * @param args its arguments, in order
	 * @return the call, which has the expectations about its result
	 */
	public ActionResult call(String action, @Nullable Object... args) {
		return call(action, Values.received(mapper(), args), ToServer.CallOptions.NONE);
	}

	/**
	 * Calls an action and expects a reply, whatever its value.
	 * @param action name of the action
	 * @param args its arguments, in order
	 * @return this client, for what the action causes
	 * @throws AssertionError if the action is refused or not answered
	 */
	public TestConnection perform(String action, @Nullable Object... args) {
		call(action, args).expectReply();
		return this;
	}

	ActionResult call(String action, List<JsonNode> args, ToServer.CallOptions options) {
		requireOpen();
		long id = ++this.lastId;
		boolean oneWay = options.oneWay() || this.spec.isOneWay(action);
		ActionResult result = new ActionResult(this, action, id, oneWay);
		if (!oneWay) {
			this.calls.add(result);
		}
		this.transport.send(new ToServer.ActionRequest(id, action, args, options, newlyHandled()));
		this.spec.progress().handle();
		return result;
	}

	/**
	 * Returns the position of the last message, which the client handles when it arrives.
	 * @return {@link ToServer#UNREPORTED} if the server has it
	 */
	private long newlyHandled() {
		Position position = this.inbox.position();
		if (!this.spec.isExtended() || position == null || position.sequence() == this.reported) {
			return ToServer.UNREPORTED;
		}
		this.reported = position.sequence();
		return this.reported;
	}

	/**
	 * Reports what the client has handled. Without this message its next one would do so.
	 */
	void reportHandled() {
		long handled = (this.inbox.isOpen() && this.reading) ? newlyHandled() : ToServer.UNREPORTED;
		if (handled != ToServer.UNREPORTED) {
			this.transport.send(new ToServer.Cancel(NO_CALL, handled));
		}
	}

	private void requireOpen() {
		if (!this.inbox.isOpen()) {
			throw failure("it is open");
		}
	}

	// Events

	/**
	 * Expects an event: the next one with its name.
	 * @param name name of the event
	 * @param args its arguments; compared in the form in which clients receive them
	 * @return the event
	 * @throws AssertionError if there is none, or if it has other arguments
	 */
	public ReceivedEvent expectEvent(String name, @Nullable Object... args) {
		List<JsonNode> expected = Values.received(mapper(), args);
		ToClient.Event event = next(name, "the event %s(%s)".formatted(name, Inbox.list(expected)));
		if (args.length > 0 && !expected.equals(event.args())) {
			throw failure("the next event %s is %s(%s), but it is %s".formatted(name, name, Inbox.list(expected),
					new ReceivedEvent(event, mapper())));
		}
		return new ReceivedEvent(event, mapper());
	}

	/**
	 * Expects an event, whatever its arguments: the next one with its name.
	 * @param name name of the event
	 * @return the event
	 * @throws AssertionError if there is none
	 */
	public ReceivedEvent expectEvent(String name) {
		return new ReceivedEvent(next(name, "the event %s".formatted(name)), mapper());
	}

	/**
	 * Expects an event with one argument: the next one with its name.
	 * @param name name of the event
	 * @param type type of its argument
	 * @return its argument
	 * @throws AssertionError if there is none, or if its argument does not fit the type
	 */
	public <T> T expectEvent(String name, Class<T> type) {
		ReceivedEvent event = expectEvent(name);
		T value = event.arg(0, type);
		if (value == null) {
			throw failure("the event %s has a %s, but its argument is null".formatted(name, type.getSimpleName()));
		}
		return value;
	}

	/**
	 * Expects an event of a contract: {@code expectEvent(ChatEvents.class).said("hi")}.
	 * @param contract interface that declares events
	 * @return an object of the interface, whose methods expect the event as
	 * {@link #expectEvent(String, Object...)} does
	 */
	public <T> T expectEvent(Class<T> contract) {
		return contract
			.cast(this.spec.contracts().of(contract).implement((event, args) -> expectArguments(event.name(), args)));
	}

	private void expectArguments(String name, @Nullable Object[] args) {
		List<JsonNode> expected = Values.received(mapper(), args);
		String text = "%s(%s)".formatted(name, Inbox.list(expected));
		ToClient.Event event = next(name, "the event %s".formatted(text));
		if (!expected.equals(event.args())) {
			throw failure(
					"the next event %s is %s, but it is %s".formatted(name, text, new ReceivedEvent(event, mapper())));
		}
	}

	private ToClient.Event next(String name, String expected) {
		ToClient.Event event = this.spec.progress()
			.await(() -> this.inbox
				.take((message) -> (message instanceof ToClient.Event arrived && arrived.name().equals(name)) ? arrived
						: null));
		if (event == null) {
			throw failure("%s arrives, but it has not.%n%s".formatted(expected, this.spec.explain(name)));
		}
		return event;
	}

	/**
	 * Expects that no further event has arrived and none is on its way: waits until all
	 * turns and deliveries are done.
	 * @throws AssertionError if there is one, or if a turn does not end
	 */
	public TestConnection expectNoEvent() {
		return expectNone("no event", (message) -> (message instanceof ToClient.Event event) ? event : null);
	}

	/**
	 * Expects that no further event with a name has arrived and none is on its way.
	 * @param name name of the event
	 * @throws AssertionError if there is one, or if a turn does not end
	 */
	public TestConnection expectNoEvent(String name) {
		return expectNone("no event %s".formatted(name),
				(message) -> (message instanceof ToClient.Event event && event.name().equals(name)) ? event : null);
	}

	private TestConnection expectNone(String expected, Function<ToClient, ToClient.@Nullable Event> wanted) {
		String busy = this.spec.progress().settle();
		ToClient.Event event = this.inbox.look(wanted);
		if (isUnread()) {
			throw failure("%s arrives, which it cannot see".formatted(expected));
		}
		if (event != null) {
			throw failure("%s arrives, but %s has arrived".formatted(expected, new ReceivedEvent(event, mapper())));
		}
		if (busy != null) {
			throw failure("%s arrives, but the server is still at work: %s".formatted(expected, busy));
		}
		return this;
	}

	/**
	 * Expects the notice that events were dropped or missed: the next one that names the
	 * event.
	 * @param event name of the event
	 * @throws AssertionError if there is none
	 */
	public TestConnection expectGap(String event) {
		expect("a gap of the event %s".formatted(event),
				(message) -> (message instanceof ToClient.Gap gap && gap.events().contains(event)) ? gap : null);
		return this;
	}

	// Refusals

	/**
	 * Expects that a subscription or a call of the client is refused.
	 * @param name name of the event or action
	 * @return the error
	 * @throws AssertionError if nothing with that name is refused
	 */
	public Refusal expectRefused(String name) {
		return expect("%s is refused".formatted(name), (message) -> refusal(name, message));
	}

	private @Nullable Refusal refusal(String name, ToClient message) {
		if (message instanceof ToClient.SubscriptionResponse response && response.error() != null) {
			return response.eventName().equals(name)
					? new Refusal("the subscription to %s".formatted(name), response.error()) : null;
		}
		if (!(message instanceof ToClient.Error error)) {
			return null;
		}
		if (error.actionId() == null) {
			boolean plain = !this.spec.isExtended() && this.subscriptions.contains(name);
			return plain ? new Refusal("the subscription to %s".formatted(name), error) : null;
		}
		return this.calls.stream()
			.filter((call) -> call.action().equals(name) && call.answerIn(message) != null)
			.findFirst()
			.map((call) -> new Refusal("the action %s".formatted(name), error))
			.orElse(null);
	}

	/**
	 * Expects that the client is refused: it is rejected, or its connection is closed
	 * because of an error.
	 * @return the error
	 * @throws AssertionError if there is none
	 */
	public Refusal expectRefused() {
		return expect("the client is refused",
				(message) -> (message instanceof ToClient.Error error && error.actionId() == null)
						? new Refusal(toString(), error) : null);
	}

	/**
	 * Expects that the connection has ended.
	 * @return the end, which has the reason
	 * @throws AssertionError if it is open when all turns and deliveries are done
	 */
	public Closing expectClosed() {
		this.spec.progress().await(() -> this.inbox.isOpen() ? null : this);
		if (this.inbox.isOpen()) {
			throw failure("it is closed");
		}
		return new Closing(toString(), this.inbox.closeReason());
	}

	/**
	 * Expects that the connection is open, and accepted by the server, when all turns and
	 * deliveries are done.
	 */
	public TestConnection expectOpen() {
		this.spec.progress().settle();
		requireOpen();
		if (!this.inbox.isDecided()) {
			throw failure("it is open, but the server has not accepted it yet");
		}
		return this;
	}

	// Actions

	/**
	 * Returns the actions of the actor, typed by an interface that it implements:
	 * {@code connection.actions(ChatApi.class).say("hi")}. Methods call the action as
	 * this client. A method that returns a value waits for the reply.
	 * @param api the interface
	 * @see io.rivetevents.actor.ActorApi
	 */
	public <T> T actions(Class<T> api) {
		return this.spec.actions(api, this);
	}

	// Credentials

	/**
	 * Lets the credentials of the client expire now, also those without an expiry. In the
	 * extended mode the connection closes after {@code
	 * rivet.events.security.expiry-grace} unless the client {@linkplain #authenticate
	 * authenticates again}. Not with clients over real sockets.
	 */
	public TestConnection expireToken() {
		requireOpen();
		this.transport.expire();
		this.spec.progress().handle();
		return this;
	}

	/**
	 * Sends new credentials, which the application authenticates. In the extended mode
	 * only.
	 * @param credentials an object that is written as JSON
	 */
	public TestConnection authenticate(Object credentials) {
		requireOpen();
		this.transport.send(new ToServer.Authenticate(Values.received(mapper(), credentials)));
		this.spec.progress().handle();
		return this;
	}

	/**
	 * Closes the connection as a client that leaves: over a WebSocket with the code 1000.
	 * The server may cancel calls that it has not answered, and what it sends meanwhile
	 * does not arrive. No effect if the connection has ended.
	 */
	public TestConnection close() {
		if (this.inbox.isOpen()) {
			this.inbox.leave();
			this.transport.close();
			this.spec.progress().handle();
		}
		return this;
	}

	// Faults

	/**
	 * Cuts the connection without a word to the server, which notices it at once. No
	 * effect if it has ended.
	 */
	public TestConnection cut() {
		this.transport.cut();
		this.spec.progress().handle();
		return this;
	}

	/**
	 * Connects again after the end of the connection, with the same options and
	 * subscriptions. In the extended mode it resumes its stream: events that were missed
	 * arrive, if the server has them.
	 */
	public TestConnection resume() {
		Assert.state(!this.inbox.isOpen(), () -> "%s is open: call cut() first".formatted(this));
		Assert.state(!this.inbox.hasLeft(), () -> "%s was closed: connect another client".formatted(this));
		ToClient.Welcome welcome = this.inbox.welcome();
		ToServer.Resume resume = (welcome != null)
				? new ToServer.Resume(Objects.requireNonNull(this.inbox.position()), welcome.stream(), welcome.secret())
				: null;
		this.calls.clear();
		this.inbox.reopen();
		this.reading = true;
		open(resume);
		return this;
	}

	/**
	 * Expects that the last {@link #resume()} has resumed the stream: nothing is missing.
	 */
	public TestConnection expectResumed() {
		return expectOutcome(ToClient.ResumeOutcome.Kind.RESUMED);
	}

	/**
	 * Expects that the last {@link #resume()} could not resume the stream, so that the
	 * client has to load the present state.
	 */
	public TestConnection expectResynced() {
		return expectOutcome(ToClient.ResumeOutcome.Kind.RESYNCED);
	}

	private TestConnection expectOutcome(ToClient.ResumeOutcome.Kind kind) {
		ToClient.Welcome welcome = this.inbox.welcome();
		if (!this.inbox.isOpen() || welcome == null || welcome.outcome().kind() != kind) {
			throw failure("its stream is %s, but its last outcome is %s".formatted(kind,
					(welcome != null) ? welcome.outcome() : "missing"));
		}
		return this;
	}

	/**
	 * Stops reading, until {@link #readAgain()} or {@link #resume()}: what the server
	 * sends waits in its queue, and the expectations about it fail. The client does not
	 * answer pings either.
	 */
	public TestConnection slowReader() {
		this.transport.read(false);
		this.reading = false;
		this.spec.progress().handle();
		return this;
	}

	/** Reads again what the server sends. */
	public TestConnection readAgain() {
		this.transport.read(true);
		this.reading = true;
		this.spec.progress().handle();
		return this;
	}

	// Waiting

	private <T> T expect(String expected, Function<ToClient, @Nullable T> wanted) {
		T found = this.spec.progress().await(() -> this.inbox.take(wanted));
		if (found == null) {
			throw failure("%s, but %s".formatted(expected.contains(" is ") ? expected : expected + " arrives",
					"that has not happened"));
		}
		return found;
	}

	/**
	 * Sends a message whose answer follows everything that the server has sent before.
	 */
	void sendBarrier() {
		this.barriers++;
		this.transport.send(this.spec.isExtended() ? new ToServer.SubscriptionRequest(Inbox.BARRIER, false)
				: new ToServer.ActionRequest(Inbox.BARRIER_ID, Inbox.BARRIER, List.of()));
	}

	boolean hasPassedBarrier() {
		return this.inbox.barriers() >= this.barriers || !this.inbox.isOpen();
	}

	ToClient awaitAnswer(ActionResult call) {
		if (call.isOneWay()) {
			throw failure("the action %s is answered, which a one-way action never is".formatted(call.action()));
		}
		ToClient answer = this.spec.progress().await(() -> this.inbox.take(call::answerIn));
		if (answer == null) {
			throw failure("the action %s is answered, but it is not".formatted(call.action()));
		}
		this.calls.remove(call);
		return answer;
	}

	@Nullable ToClient answered(ActionResult call) {
		return this.inbox.look(call::answerIn);
	}

	/**
	 * Returns the calls without an answer, if the client can receive one: it is open, and
	 * reads.
	 */
	List<String> unanswered() {
		return (!this.inbox.isOpen() || isUnread()) ? List.of()
				: this.calls.stream()
					.filter((call) -> answered(call) == null)
					.map((call) -> "%s has no answer".formatted(call))
					.toList();
	}

	private boolean isUnread() {
		return !this.reading && this.inbox.isOpen();
	}

	/** Returns the error of a failed expectation, with what has arrived. */
	AssertionError failure(String expectation) {
		return new AssertionError("Expected for %s that %s.%s%s".formatted(this, expectation, this.inbox,
				isUnread() ? " The client does not read: call readAgain() first." : ""));
	}

	@Nullable CloseReason closeReason() {
		return this.inbox.closeReason();
	}

	boolean isOpen() {
		return this.inbox.isOpen();
	}

	/**
	 * Returns the user and the instance.
	 */
	@Override
	public String toString() {
		return this.spec.describe();
	}

}
