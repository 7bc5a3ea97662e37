/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import io.rivetevents.contract.InvalidContractException;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;

/**
 * The contracts of an application. Each contract is read once.
 *
 * @since 0.1.0
 */
public final class EventContracts {

	private final Map<Class<?>, EventContract> contracts = new ConcurrentHashMap<>();

	/** Events that actors declare. */
	private final Set<EventMethod> declared = ConcurrentHashMap.newKeySet();

	/** By name of the event; empty if contracts differ. */
	private final Map<String, List<DeclaredType>> arguments = new ConcurrentHashMap<>();

	private final Map<EventMethod, Boolean> guarded = new ConcurrentHashMap<>();

	private volatile Predicate<EventMethod> guard = (event) -> false;

	private final ValueMapper mapper;

	/**
	 * Creates an empty collection.
	 * @param mapper checks whether types can be encoded
	 */
	public EventContracts(ValueMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Returns a contract.
	 * @param type its interface
	 * @throws InvalidContractException if the interface cannot declare events
	 */
	public EventContract of(Class<?> type) {
		EventContract known = this.contracts.get(type);
		return (known != null) ? known
				: this.contracts.computeIfAbsent(type, (missing) -> new EventContract(missing, this.mapper));
	}

	/**
	 * Sets the guard, which decides whether subscriptions to an event are restricted.
	 * @param guard called once for each event
	 */
	public void guardBy(Predicate<EventMethod> guard) {
		this.guard = guard;
		this.guarded.clear();
	}

	/**
	 * Notes that an actor declares an event, so that the rules of the event are checked
	 * for each subscription to its name.
	 */
	public void declare(EventMethod event) {
		this.declared.add(event);
		this.arguments.merge(event.name(), event.arguments(),
				(known, added) -> known.equals(added) ? known : List.of());
	}

	/**
	 * Returns the argument types of an event as declared by the contracts of all actors.
	 * @param name name of the event
	 * @return the types; empty if no contract declares the event, or if contracts differ
	 */
	public List<DeclaredType> argumentsOf(String name) {
		return this.arguments.getOrDefault(name, List.of());
	}

	/**
	 * Checks that an event may be sent to the connections that have subscribed to its
	 * name.
	 * @throws IllegalStateException if subscriptions to it are restricted and no actor
	 * declares it
	 */
	public void checkDeclared(EventMethod event) {
		Boolean known = this.guarded.get(event);
		boolean guarded = (known != null) ? known : this.guarded.computeIfAbsent(event, this.guard::test);
		if (guarded && !this.declared.contains(event)) {
			throw new IllegalStateException(
					"Subscriptions to %s have not been checked against its rules: add %s to @Actor(events = ...) of an actor on this node"
						.formatted(event.method(), event.scopes().get(event.scopes().size() - 1).getName()));
		}
	}

}
