/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.security.Principal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.test.simulation.actors.SimulatedActors;

/**
 * Clients of one instance in a {@link Simulation}: what each of them may do, and what is
 * done with the messages that they receive. They are numbered from 1 over all clients of
 * the simulation. Used by one thread.
 *
 * @since 0.1.0
 */
public final class SimulatedClients {

	private final ActorAddress address;

	private final SimulatedActors actors;

	private final Set<String> events = new LinkedHashSet<>();

	private final Set<String> varying = new LinkedHashSet<>();

	private final Set<String> targeted = new LinkedHashSet<>();

	private final List<Call> calls = new ArrayList<>();

	private final List<Call> serverCalls = new ArrayList<>();

	private final Map<String, Consumer<JsonNode>> onServerAnswer = new LinkedHashMap<>();

	private final Set<String> idempotent = new HashSet<>();

	private final Map<String, BiConsumer<Integer, List<JsonNode>>> onEvent = new LinkedHashMap<>();

	private final Map<String, Answer> onAnswer = new LinkedHashMap<>();

	private IntFunction<@Nullable Principal> user = (number) -> null;

	private IntFunction<@Nullable Object> params = (number) -> null;

	private @Nullable Object input;

	/**
	 * A call that clients may make.
	 *
	 * @param action name of the action
	 * @param args returns its arguments
	 */
	record Call(String action, Arguments args) {
	}

	/**
	 * Returns the arguments of a call.
	 */
	@FunctionalInterface
	public interface Arguments {

		/**
		 * Returns the arguments of the next call.
		 * @param random source of all random choices, so that the seed decides them
		 */
		Object[] next(RandomGenerator random);

	}

	/**
	 * Receives the answers of calls.
	 */
	@FunctionalInterface
	public interface Answer {

		/**
		 * Called when a client receives the result of its call. An assertion that fails
		 * fails the run.
		 * @param client number of the client
		 * @param args the arguments of the call
		 * @param result the result
		 */
		void received(int client, List<JsonNode> args, JsonNode result);

	}

	SimulatedClients(ActorAddress address, SimulatedActors actors) {
		this.address = address;
		this.actors = actors;
	}

	/**
	 * Sets the users of the clients; without it they are anonymous.
	 * @param user returns the user of a client by its number, {@code null} for none
	 */
	public SimulatedClients as(IntFunction<@Nullable Principal> user) {
		this.user = user;
		return this;
	}

	/**
	 * Sets the connection params of the clients; without it they send none.
	 * @param params returns an object that is written as JSON by the number of a client,
	 * {@code null} for none
	 */
	public SimulatedClients params(IntFunction<@Nullable Object> params) {
		this.params = params;
		return this;
	}

	/**
	 * Sets the input of the instance, which the first client creates.
	 * @param input an object that is written as JSON
	 */
	public SimulatedClients input(Object input) {
		this.input = input;
		return this;
	}

	/**
	 * Subscribes all clients to events, from their first connection.
	 * @param events names of events that each subscriber receives
	 */
	public SimulatedClients subscribe(String... events) {
		this.events.addAll(List.of(events));
		return this;
	}

	/**
	 * Lets all clients subscribe to events and unsubscribe again at any time.
	 * @param events names of events that each subscriber receives
	 */
	public SimulatedClients maySubscribe(String... events) {
		this.varying.addAll(List.of(events));
		return this;
	}

	/**
	 * Declares that events are sent to some subscribers only. Whether one of them is lost
	 * is then not checked; their order is.
	 * @param events names of events
	 */
	public SimulatedClients targeted(String... events) {
		this.targeted.addAll(List.of(events));
		return this;
	}

	/**
	 * Lets each client call an action at any time.
	 * @param action name of the action
	 * @param args its arguments, the same in each call
	 */
	public SimulatedClients mayCall(String action, Object... args) {
		return mayCallWith(action, (random) -> args);
	}

	/**
	 * Lets each client call an action at any time.
	 * @param action name of the action
	 * @param args returns the arguments of each call
	 */
	public SimulatedClients mayCallWith(String action, Arguments args) {
		this.actors.checkAction(this.address.name(), action, true);
		this.calls.add(new Call(action, args));
		return this;
	}

	/**
	 * Gives calls of actions an idempotency key. After a lost connection they are sent
	 * again for up to two minutes, and some answered calls are repeated. If the action is
	 * durable, a repeated call of one user must receive the first answer.
	 * @param actions names of actions
	 */
	public SimulatedClients idempotent(String... actions) {
		List.of(actions).forEach((action) -> this.actors.checkAction(this.address.name(), action, true));
		this.idempotent.addAll(List.of(actions));
		return this;
	}

	/**
	 * Sets what is done with an event. An assertion that fails fails the run.
	 * @param event name of the event
	 * @param listener receives the number of the client and the arguments
	 */
	public SimulatedClients onEvent(String event, BiConsumer<Integer, List<JsonNode>> listener) {
		this.onEvent.put(event, listener);
		return this;
	}

	/**
	 * Sets what is done with the result of an action.
	 * @param action name of the action
	 * @param listener receives the results; not called for errors
	 */
	public SimulatedClients onAnswer(String action, Answer listener) {
		this.actors.checkAction(this.address.name(), action, true);
		this.onAnswer.put(action, listener);
		return this;
	}

	/**
	 * Lets server code of any node call an action of the instance at any time, in a
	 * simulation with several nodes.
	 * @param action name of the action
	 * @param onAnswer receives the results; not called for errors
	 */
	public SimulatedClients serverMayCall(String action, Consumer<JsonNode> onAnswer) {
		return serverMayCallWith(action, (random) -> new Object[0], onAnswer);
	}

	/**
	 * Lets server code of any node call an action of the instance at any time, in a
	 * simulation with several nodes.
	 * @param action name of the action
	 * @param args returns the arguments of each call
	 * @param onAnswer receives the results; not called for errors
	 */
	public SimulatedClients serverMayCallWith(String action, Arguments args, Consumer<JsonNode> onAnswer) {
		this.actors.checkAction(this.address.name(), action, false);
		this.serverCalls.add(new Call(action, args));
		this.onServerAnswer.put(action, onAnswer);
		return this;
	}

	List<Call> serverCalls() {
		return this.serverCalls;
	}

	void serverAnswer(String action, JsonNode result) {
		Objects.requireNonNull(this.onServerAnswer.get(action)).accept(result);
	}

	ActorAddress address() {
		return this.address;
	}

	Set<String> events() {
		return this.events;
	}

	List<String> varying() {
		return List.copyOf(this.varying);
	}

	Set<String> targetedEvents() {
		return this.targeted;
	}

	List<Call> calls() {
		return this.calls;
	}

	boolean isIdempotent(String action) {
		return this.idempotent.contains(action);
	}

	@Nullable Principal userOf(int number) {
		return this.user.apply(number);
	}

	@Nullable Object paramsOf(int number) {
		return this.params.apply(number);
	}

	@Nullable Object input() {
		return this.input;
	}

	void event(int client, String event, List<JsonNode> args) {
		BiConsumer<Integer, List<JsonNode>> listener = this.onEvent.get(event);
		if (listener != null) {
			listener.accept(client, args);
		}
	}

	void answer(int client, String action, List<JsonNode> args, JsonNode result) {
		Answer listener = this.onAnswer.get(action);
		if (listener != null) {
			listener.received(client, args, result);
		}
	}

}
