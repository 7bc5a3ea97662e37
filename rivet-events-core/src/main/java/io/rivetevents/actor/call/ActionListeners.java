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
 * The listeners that were added at run time on this node, by the name that they listen
 * to. A listener is code, which stays on its node: it is called for the instances of this
 * node alone, in their turns. Safe for use by several threads.
 */
public final class ActionListeners {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ActionListeners.class));

	private final Map<String, List<Entry>> byAction = new ConcurrentHashMap<>();

	private final CallerScope callers;

	/**
	 * Creates listeners.
	 * @param callers the scopes of those who call
	 */
	public ActionListeners(CallerScope callers) {
		this.callers = callers;
	}

	private record Entry(Predicate<CalledInstance> at, ActionListener listener) {
	}

	/**
	 * Adds a listener to what connections of one instance call.
	 * @param target which instance, whether it exists or not; nothing is created
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
	 * Adds a listener to what connections of all instances of an actor call.
	 * @param actor name of the actor
	 * @param action name of the action
	 * @param listener called after the action of that name, if there is one
	 * @return a registration; close it to stop listening
	 */
	public Registration add(String actor, String action, ActionListener listener) {
		return add((instance) -> instance.address().name().equals(actor), action, listener);
	}

	/**
	 * Adds a listener to what connections of some instances call.
	 * @param at chooses instances; asked at each call
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
		catch (Throwable ex) { // an Error as well, which would end nothing but the answer
			failures.error(ex,
					() -> "A listener to %s of %s failed".formatted(SafeText.of(action), instance.address()));
		}
	}

}
