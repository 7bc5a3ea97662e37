/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.protocol.Position;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.WireValues;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.simulation.check.Coverage;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.Trace;
import io.rivetevents.test.time.VirtualTime;

/**
 * One client of a simulation, which uses the extended mode as the client of this project
 * does: it resumes where it was, and keeps its subscriptions.
 */
final class SimulatedClient {

	/** Time after which it tries again to connect. */
	static final Duration RETRY = Duration.ofSeconds(1);

	private static final Duration REPEATED = Duration.ofMinutes(2);

	/** The server keeps answers longer, even if its clock is set meanwhile. */
	private static final Duration KEPT = Duration.ofMinutes(3);

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final int number;

	private final SimulatedClients group;

	private final Run run;

	private final Coverage coverage;

	private final Set<String> subscribed = new LinkedHashSet<>();

	/** Subscriptions of the first message, and those that were answered since. */
	private Set<String> requested = Set.of();

	/** Calls that are not answered, by their ids. */
	private final Map<Long, Call> pending = new LinkedHashMap<>();

	private @Nullable SimulatedSession session;

	private boolean welcome;

	/** Id of the instance that its session is connected to. */
	private String instance = "";

	private @Nullable String stream;

	private @Nullable String secret;

	private long calls;

	private String lastEnd = "it never was connected";

	/** When it connects again if it is refused. */
	private Instant due = Instant.MIN;

	/** Idempotent calls to send again. */
	private final List<Call> lost = new ArrayList<>();

	/** The last idempotent call that was answered. */
	private @Nullable Call answered;

	/**
	 * A call.
	 *
	 * @param options its idempotency key
	 * @param begun when it was sent first
	 * @param answer its first answer, {@code null} if there is none
	 */
	private record Call(String action, List<JsonNode> args, ToServer.CallOptions options, Instant begun,
			@Nullable JsonNode answer) {

		boolean isIdempotent() {
			return this.options.idempotencyKey() != null;
		}

		Call answered(JsonNode answer) {
			return new Call(this.action, this.args, this.options, this.begun, answer);
		}

	}

	/** What a client needs from the run. */
	record Run(Trace trace, Violations violations, SimulatedActors actors, VirtualTime time) {
	}

	SimulatedClient(int number, SimulatedClients group, Run run, Coverage.Known known) {
		this.number = number;
		this.group = group;
		this.run = run;
		this.coverage = new Coverage(number, known, run.violations());
	}

	/** Begins with the subscriptions of its group. */
	void begin() {
		this.subscribed.addAll(this.group.events());
	}

	// Steps

	boolean isConnected() {
		return this.session != null;
	}

	/** Returns whether it connects now, if it is to connect as soon as it can. */
	boolean isDue() {
		return !isConnected() && !this.run.time().now().isBefore(this.due);
	}

	/** Returns whether it is connected and accepted, and all its calls are answered. */
	boolean isQuiet() {
		return this.welcome && this.pending.isEmpty();
	}

	boolean isWelcome() {
		return this.welcome;
	}

	@Nullable SimulatedSession session() {
		return this.session;
	}

	void connect(SimulatedNode node) {
		trace("connects to " + node);
		this.due = this.run.time().now().plus(RETRY);
		Object input = this.group.input();
		ValueMapper mapper = this.run.actors().mapper();
		ActorTarget target = new ActorTarget.GetOrCreate(this.group.address(),
				(input != null) ? WireValues.encodeJson(mapper.toTree(input)) : null);
		SimulatedSession session = new SimulatedSession(this, node, target, this.group.userOf(this.number));
		this.session = session;
		this.requested = new LinkedHashSet<>(this.subscribed);
		Object params = this.group.paramsOf(this.number);
		session.send(new ToServer.Hello(
				this.requested.stream().map((event) -> new ToServer.SubscriptionRequest(event, true)).toList(),
				resume(), null, (params != null) ? mapper.toTree(params) : null, null, null));
	}

	private ToServer.@Nullable Resume resume() {
		String epoch = this.coverage.epoch();
		return (epoch != null)
				? new ToServer.Resume(new Position(epoch, this.coverage.last()), this.stream, this.secret) : null;
	}

	void cut() {
		trace("loses its connection");
		SimulatedSession session = Objects.requireNonNull(this.session);
		session.lose();
		disconnected(session, "cut");
	}

	void setReading(boolean reading) {
		trace(reading ? "reads again" : "stops reading");
		Objects.requireNonNull(this.session).setReading(reading);
	}

	/** Calls one of the actions that it may call, or repeats a call. */
	void call(RandomGenerator random) {
		Call before = this.answered;
		if (before != null && isRecent(before) && random.nextInt(4) == 0) {
			send(before);
			return;
		}
		List<SimulatedClients.Call> possible = this.group.calls();
		SimulatedClients.Call next = possible.get(random.nextInt(possible.size()));
		List<JsonNode> args = Stream.of(next.args().next(random)).map(this.run.actors().mapper()::toTree).toList();
		String key = this.group.isIdempotent(next.action()) ? "%d-%d".formatted(this.number, this.calls) : null;
		send(new Call(next.action(), args, new ToServer.CallOptions(false, null, key), this.run.time().now(), null));
	}

	private boolean isRecent(Call call) {
		return isWithin(REPEATED, call);
	}

	private boolean isWithin(Duration limit, Call call) {
		return this.run.time().now().isBefore(call.begun().plus(limit));
	}

	private void send(Call call) {
		long id = ++this.calls;
		String key = call.options().idempotencyKey();
		trace("calls %s%s%s".formatted(call.action(), call.args(), (key != null) ? " with the key " + key : ""));
		this.pending.put(id, call);
		Objects.requireNonNull(this.session)
			.send(new ToServer.ActionRequest(id, call.action(), call.args(), call.options()));
	}

	/** Changes one of the subscriptions that may change. */
	void changeSubscription(RandomGenerator random) {
		List<String> varying = this.group.varying();
		String event = varying.get(random.nextInt(varying.size()));
		boolean subscribe = this.subscribed.add(event);
		if (!subscribe) {
			this.subscribed.remove(event);
		}
		trace((subscribe ? "subscribes to " : "unsubscribes from ") + event);
		Objects.requireNonNull(this.session).send(new ToServer.SubscriptionRequest(event, subscribe));
	}

	boolean mayCall() {
		return !this.group.calls().isEmpty();
	}

	boolean maySubscribe() {
		return !this.group.varying().isEmpty();
	}

	/** Ends permanently. */
	void leave() {
		SimulatedSession session = this.session;
		if (session != null) {
			cut();
		}
	}

	// Messages

	void disconnected(SimulatedSession session, String how) {
		if (session != this.session) {
			return;
		}
		if (!how.equals("cut")) {
			trace("is " + how);
		}
		this.session = null;
		this.welcome = false;
		this.lastEnd = how;
		this.pending.values().stream().filter(Call::isIdempotent).forEach(this.lost::add);
		this.pending.clear(); // whether the others were made is unknown
	}

	void receive(SimulatedSession session, byte[] message) {
		if (session != this.session) {
			return;
		}
		JsonNode body = JSON.readTree(message).path("body");
		JsonNode val = body.path("val");
		try {
			receive(body.path("tag").asString(), val);
		}
		catch (AssertionError ex) {
			this.run.violations().add(ex);
		}
	}

	private void receive(String tag, JsonNode val) {
		switch (tag) {
			case "Init" -> onWelcome(val);
			case "Event" -> onEvent(val);
			case "ActionResponse" -> onAnswer(val);
			case "Error" -> onError(val);
			case "SubscriptionResponse" -> onSubscription(val);
			case "Gap" -> onGap(val);
			case "KeepAlive" -> this.coverage.caughtUp(val.path("position").asLong());
			default -> {
			}
		}
	}

	private void onWelcome(JsonNode val) {
		String outcome = val.path("outcome").asString();
		long position = val.path("position").asLong();
		String reason = val.path("reason").asString("");
		trace("is connected, %s at %d%s".formatted(outcome, position, reason.isEmpty() ? "" : " because of " + reason));
		connected(val.path("actorId").asString());
		this.stream = val.path("stream").asString();
		this.secret = val.path("secret").asString();
		val.path("refused").forEach((refused) -> {
			this.requested.remove(refused.path("eventName").asString());
			this.subscribed.remove(refused.path("eventName").asString());
		});
		Set<String> accepted = new LinkedHashSet<>(this.requested);
		String epoch = val.path("epoch").asString();
		if (outcome.equals("resumed")) {
			this.coverage.resume(epoch, position, accepted);
		}
		else {
			this.coverage.begin(epoch, position, accepted);
		}
		List<Call> again = this.lost.stream().filter(this::isRecent).toList();
		this.lost.clear();
		again.forEach(this::send);
	}

	private void connected(String actorId) {
		if (this.welcome && !actorId.equals(this.instance)) {
			this.run.violations()
				.add("a session stays with its instance",
						"client %d of %s was connected to %s".formatted(this.number, this.instance, actorId));
		}
		this.welcome = true;
		this.instance = actorId;
	}

	private void onEvent(JsonNode val) {
		String name = val.path("name").asString();
		JsonNode args = val.path("args");
		trace("receives %s%s at %d".formatted(name, args, val.path("pos").asLong()));
		this.coverage.received(name, args.toString(), val.path("pos").asLong());
		this.group.event(this.number, name, elements(args));
	}

	private static List<JsonNode> elements(JsonNode array) {
		List<JsonNode> elements = new ArrayList<>(array.size());
		array.forEach(elements::add);
		return elements;
	}

	private void onAnswer(JsonNode val) {
		this.coverage.answered(val.path("id").asLong());
		Call call = answered(val.path("id").asLong());
		if (call == null) {
			return;
		}
		JsonNode output = val.has("output") ? val.path("output") : MissingNode.getInstance();
		trace("receives the result %s of %s%s".formatted(output, call.action(), call.args()));
		if (call.answer() != null) {
			checkRepeated(call, call.answer(), output);
			return;
		}
		if (call.isIdempotent()) {
			this.answered = call.answered(output);
		}
		this.group.answer(this.number, call.action(), call.args(), output);
	}

	/** The answer to another action is lost with its effect when a node is killed. */
	private void checkRepeated(Call call, JsonNode first, JsonNode output) {
		ActorType type = this.run.actors().type(this.group.address().name());
		ActorType.ActionSettings action = (type != null) ? type.action(call.action()) : null;
		boolean kept = action != null && action.durable() && this.group.userOf(this.number) != null
				&& isWithin(KEPT, call);
		if (kept && !first.equals(output)) {
			this.run.violations()
				.add("a repeated call receives the first answer",
						"%s%s of client %d was answered with %s, and then with %s".formatted(call.action(), call.args(),
								this.number, first, output));
		}
	}

	private void onError(JsonNode val) {
		JsonNode id = val.path("actionId");
		String code = val.path("group").asString() + "." + val.path("code").asString();
		if (id.isNumber()) {
			Call call = answered(id.asLong());
			trace("receives the error %s of %s".formatted(code, (call != null) ? call.action() : "?"));
		}
		else {
			trace("receives the error " + code);
		}
	}

	private @Nullable Call answered(long id) {
		Call call = this.pending.remove(id);
		if (call == null) {
			this.run.violations()
				.add("a call is answered once",
						"client %d received another answer to call %d".formatted(this.number, id));
		}
		return call;
	}

	private void onSubscription(JsonNode val) {
		String event = val.path("eventName").asString();
		long position = val.path("position").asLong();
		boolean subscribe = val.path("subscribe").asBoolean();
		trace("is %s %s at %d".formatted(subscribe ? "subscribed to" : "unsubscribed from", event, position));
		if (val.has("error")) {
			this.subscribed.remove(event);
			this.coverage.advance(position);
		}
		else if (subscribe) {
			this.requested.add(event);
			this.coverage.subscribed(event, position);
		}
		else {
			this.requested.remove(event);
			this.coverage.unsubscribed(event, position);
		}
	}

	private void onGap(JsonNode val) {
		Set<String> events = new TreeSet<>(); // the order on the wire differs between
												// processes
		val.path("events").forEach((event) -> events.add(event.asString()));
		long position = val.path("position").asLong();
		String reason = val.path("reason").asString();
		trace("is notified of a gap in %s at %d: %s".formatted(events, position, reason));
		if (reason.equals(ToClient.Gap.VOLATILE)) {
			this.coverage.gapInReplay(events);
		}
		else {
			this.coverage.gap(events, position, this.calls);
		}
	}

	// Checks

	/** Checks what it has received, when nothing is on its way. */
	void check() {
		this.coverage.check(this.group.targetedEvents());
	}

	/** Returns why it is not quiet. */
	String problem() {
		return !this.welcome ? "client %d cannot connect: %s".formatted(this.number, this.lastEnd)
				: "client %d has no answer to %s".formatted(this.number, this.pending.values());
	}

	private void trace(String what) {
		this.run.trace().add("client " + this.number + " " + what);
	}

	@Override
	public String toString() {
		return "client " + this.number;
	}

}
