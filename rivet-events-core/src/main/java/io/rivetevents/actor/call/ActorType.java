/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.lang.reflect.Method;
import java.security.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.persistence.StateFormat;
import io.rivetevents.actor.schedule.DeclaredSchedule;
import io.rivetevents.actor.stream.TurnCommits;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Invocation;

/**
 * The behavior of the instances of one actor. The runtime decides when to call it.
 */
public interface ActorType {

	/**
	 * Returns the name that clients use.
	 */
	String name();

	/**
	 * Returns the class of the actor as declared by the application.
	 */
	Class<?> actorClass();

	/**
	 * Returns the limits and timeouts of its instances.
	 */
	ActorSettings settings();

	/**
	 * Returns the hooks that the actor has.
	 */
	Set<Hook> hooks();

	/**
	 * Returns whether the method of a hook has a context parameter.
	 * @param hook one of its hooks
	 */
	boolean usesContext(Hook hook);

	/**
	 * Returns whether the method of a hook decides by its result whether to continue.
	 * Only {@code true} continues; {@code null} and an empty {@code Mono} do not. A
	 * method without a result continues when it returns.
	 * @param hook one of its hooks
	 */
	boolean returnsDecision(Hook hook);

	/**
	 * Returns whether any method can read the input of an instance. Otherwise the input
	 * is not stored.
	 */
	default boolean takesInput() {
		return true;
	}

	/**
	 * Returns whether a hook uses the head of the HTTP request of a connecting client.
	 * Otherwise the head is not read.
	 */
	default boolean takesRequestHead() {
		return false;
	}

	/**
	 * Returns the type of its state, {@code null} if it has none.
	 */
	@Nullable DeclaredType stateType();

	/**
	 * Returns the type of its connection states, {@code null} if they have none.
	 */
	default @Nullable DeclaredType connectionStateType() {
		return null;
	}

	/**
	 * Returns the stored form of its state.
	 */
	default StateFormat stateFormat() {
		return StateFormat.initial(stateType());
	}

	/**
	 * Returns an action.
	 * @param name its name
	 * @return settings of the action, or {@code null} if there is no action of that name
	 */
	@Nullable ActionSettings action(String name);

	/**
	 * Returns an action for a caller.
	 * @param name name that is called
	 * @param byClient whether a client calls it; internal actions do not exist for
	 * clients
	 * @return settings of the action, or {@code null} if there is no action of that name
	 */
	default @Nullable ActionSettings action(String name, boolean byClient) {
		ActionSettings action = action(name);
		return (action != null && byClient && action.internal()) ? null : action;
	}

	/**
	 * Returns the action that a method of an interface declares.
	 * @param declared method of an interface that the class of the actor implements
	 * @return the action, {@code null} if the method is not an action
	 */
	@Nullable DeclaredAction declaredAction(Method declared);

	/**
	 * Returns whether other turns may run while the result of an action is pending.
	 * @param name name that is called; the action need not exist
	 * @param byClient whether a client calls it
	 */
	default boolean isInterleaved(String name, boolean byClient) {
		ActionSettings action = action(name, byClient);
		return action != null && action.interleave();
	}

	/**
	 * Returns the schedules that each instance has, sorted by name.
	 */
	default List<DeclaredSchedule> schedules() {
		return List.of();
	}

	/**
	 * Returns an event.
	 * @param name its name
	 * @return settings of the event, or {@code null} if an event of that name is not
	 * allowed
	 */
	@Nullable EventSettings event(String name);

	/**
	 * Returns the settings of the declared events by their names.
	 */
	default Map<String, EventSettings> declaredEvents() {
		return Map.of();
	}

	/**
	 * Returns whether any of its events is stored before it is sent.
	 */
	default boolean hasDurableEvents() {
		HistoryLimits limits = settings().history();
		return limits.isDurable() || declaredEvents().values().stream().anyMatch((event) -> event.isDurable(limits));
	}

	/** Returns which of its events are stored before they are sent. */
	default TurnCommits.Events committedEvents() {
		if (!hasDurableEvents()) {
			return TurnCommits.Events.NONE;
		}
		Map<String, HistoryLimits> own = new HashMap<>();
		Set<String> droppable = new HashSet<>();
		declaredEvents().forEach((name, event) -> {
			if (event.droppable()) {
				droppable.add(name);
			}
			else if (event.history() != null) {
				own.put(name, event.history());
			}
		});
		return new TurnCommits.Events(true, settings().history(), own, droppable);
	}

	/**
	 * Checks whether a client may subscribe to an event according to its declaration; the
	 * hook is called afterwards.
	 * @param event name of the event
	 * @param principal the authenticated user, {@code null} if there is none
	 * @return whether the client also receives events of that name that are sent to the
	 * connections of all actors; {@code false} if only other actors declare the event
	 * @throws RivetException if the client may not subscribe
	 */
	boolean checkSubscription(String event, @Nullable Principal principal);

	/**
	 * Returns whether the actor has an access rule for its instances.
	 */
	boolean isGuarded();

	/**
	 * Checks whether a client may access an instance, for any kind of request. May block.
	 * @param principal the authenticated user, {@code null} if there is none
	 * @param address the instance, which need not exist
	 * @throws RivetException if the client may not access it
	 */
	void checkAccess(@Nullable Principal principal, ActorAddress address);

	/**
	 * Calls the method of a hook or an action on the current thread.
	 * @param invocation the call and its arguments
	 * @return its result, {@code null} for none, or a {@code Mono} of it that has not
	 * been subscribed to
	 * @throws Exception the exception that the method has thrown
	 */
	@Nullable Object invoke(Invocation invocation) throws Exception;

	/**
	 * Returns the error that a client receives for a failure. Details that the client
	 * must not see are logged here.
	 * @param failure exception of a method or an interceptor
	 * @param what the failed call, for the log
	 * @param caller caller of the failed call, {@code null} for server code
	 */
	RivetException translate(Throwable failure, Object what, @Nullable Principal caller);

	/**
	 * Settings of an action.
	 *
	 * @param name its name
	 * @param timeout its timeout
	 * @param interleave whether other turns may run while its result is pending
	 * @param durable whether the state is saved before the answer
	 * @param isVoid whether it has no result, so that a client receives {@code undefined}
	 * @param oneWay whether calls of a connection are not answered
	 * @param immediate whether its result is complete when its method returns
	 * @param blocking whether its method may block its thread
	 * @param transactional whether its method is declared to run in a transaction
	 * @param snapshot whether a client may request its result when it connects
	 * @param internal whether only schedules and server code may call it
	 * @param result type of its result, {@code Object} if it has none
	 */
	record ActionSettings(String name, Duration timeout, boolean interleave, boolean durable, boolean isVoid,
			boolean oneWay, boolean immediate, boolean blocking, boolean transactional, boolean snapshot,
			boolean internal, DeclaredType result) {
	}

	/**
	 * An action as declared by a method of an interface.
	 *
	 * @param name its name
	 * @param fromCaller whether all parameters take arguments of the caller
	 * @param varArgs whether the elements of the last parameter are arguments
	 */
	record DeclaredAction(String name, boolean fromCaller, boolean varArgs) {
	}

	/**
	 * Settings of an event.
	 *
	 * @param droppable whether it may be dropped for a slow connection
	 * @param history history limits for clients that reconnect, {@code null} for those of
	 * the instance
	 * @param arguments types of its arguments, empty if they are not declared
	 */
	record EventSettings(boolean droppable, @Nullable HistoryLimits history, List<DeclaredType> arguments) {

		/**
		 * Returns whether the event is stored before it is sent.
		 * @param defaults history limits of the instance
		 */
		public boolean isDurable(HistoryLimits defaults) {
			return !this.droppable && ((this.history != null) ? this.history : defaults).isDurable();
		}

		/** An event without declared settings. */
		public static final EventSettings PLAIN = new EventSettings(false, null, List.of());

	}

	/**
	 * Returns a result as a {@link Mono}.
	 * @param result result of {@link #invoke}
	 */
	static Mono<Object> asMono(@Nullable Object result) {
		return (result instanceof Mono<?> mono) ? mono.cast(Object.class) : Mono.justOrEmpty(result);
	}

}
