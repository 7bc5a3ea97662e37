/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

import org.apache.commons.logging.LogFactory;

import io.rivetevents.actor.ActionListener;
import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Registration;
import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * The listeners that were added at run time on this node, by action name. A listener is
 * called only for instances on this node, in their turns. Safe for use by several
 * threads.
 */
public final class ActionListeners {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ActionListeners.class));

	private final Map<String, List<Entry>> byAction = new ConcurrentHashMap<>();

	private final CallerScope callers;

	/**
	 * Creates an empty set of listeners.
	 * @param callers scopes of callers
	 */
	public ActionListeners(CallerScope callers) {
		this.callers = callers;
	}

	private record Entry(Predicate<CalledInstance> at, ActionListener listener) {
	}

	/**
	 * Adds a listener to the calls of clients of one instance.
	 * @param target the instance, which need not exist and is not created
	 * @param action name of the action
	 * @param listener called after the action of that name, if there is one
	 * @return a registration; close it to stop listening
	 */
	public Registration add(ActorTarget target, String action, ActionListener listener) {
		if (target instanceof ActorTarget.ById byId) {
			return add((instance) -> instance.hasId(byId.actorId()), action, listener);
		}
		ActorAddress address = target.address();
		return add((instance) -> instance.address().equals(address), action, listener);
	}

	/**
	 * Adds a listener to the calls of clients of all instances of an actor.
	 * @param actor name of the actor
	 * @param action name of the action
	 * @param listener called after the action of that name, if there is one
	 * @return a registration; close it to stop listening
	 */
	public Registration add(String actor, String action, ActionListener listener) {
		return add((instance) -> instance.address().name().equals(actor), action, listener);
	}

	/**
	 * Adds a listener to the calls of clients of some instances.
	 * @param at selects instances; evaluated at each call
	 * @param action name of the action
	 * @param listener called after the action of that name, if there is one
	 * @return a registration; close it to stop listening
	 */
	public Registration add(Predicate<CalledInstance> at, String action, ActionListener listener) {
		Entry entry = new Entry(at, listener);
		this.byAction.compute(action, (name, present) -> {
			List<Entry> entries = (present != null) ? present : new CopyOnWriteArrayList<>();
			entries.add(entry);
			return entries;
		});
		return () -> this.byAction.computeIfPresent(action, (name, entries) -> {
			// by identity: the same listener may have been added twice
			entries.removeIf((candidate) -> candidate == entry);
			return entries.isEmpty() ? null : entries;
		});
	}

	boolean has(CalledInstance instance, String action) {
		return this.byAction.getOrDefault(action, List.of()).stream().anyMatch((entry) -> entry.at().test(instance));
	}

	void call(CalledInstance instance, String action, Connection<?> connection, Args args) {
		for (Entry entry : this.byAction.getOrDefault(action, List.of())) {
			if (entry.at().test(instance)) {
				call(entry.listener(), instance, action, connection, args);
			}
		}
	}

	private void call(ActionListener listener, CalledInstance instance, String action, Connection<?> connection,
			Args args) {
		try {
			this.callers.run(CallerScope.client(connection.principal()), () -> listener.onAction(connection, args));
		}
		catch (Throwable ex) { // also an Error, which would otherwise prevent the answer
			failures.error(ex, () -> "A listener to %s of %s failed for a call of connection %s"
				.formatted(SafeText.of(action), instance.address(), connection.id()));
		}
	}

}
