/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * The actors of this node, by name. Safe for use by several threads.
 */
public final class ActorTypes {

	private final Map<String, ActorType> types = new ConcurrentHashMap<>();

	private volatile boolean takingRequestHead;

	/**
	 * Adds an actor.
	 * @param type the type of the actor
	 * @throws IllegalStateException if the name is already used
	 */
	public synchronized void register(ActorType type) {
		Assert.state(this.types.putIfAbsent(type.name(), type) == null,
				() -> "Two actors have the name " + type.name()
						+ ". If a parent context is auto-configured too, exclude RivetEventsAutoConfiguration there:"
						+ " a child context finds the actors of its parents");
		this.takingRequestHead |= type.takesRequestHead();
	}

	/**
	 * Returns whether a hook of any actor takes the head of the connect request.
	 */
	public boolean takeRequestHead() {
		return this.takingRequestHead;
	}

	/**
	 * Returns a copy of the names of the actors, in no particular order.
	 */
	public Collection<String> names() {
		return List.copyOf(this.types.keySet());
	}

	Collection<ActorType> all() {
		return List.copyOf(this.types.values());
	}

	/**
	 * Returns the actor with a name, {@code null} if there is none.
	 * @param name name of the actor
	 */
	public @Nullable ActorType find(String name) {
		return this.types.get(name);
	}

	/**
	 * Returns the actor at an address.
	 * @throws RivetException {@code actor.not_registered} if there is none
	 */
	ActorType at(ActorAddress address) {
		ActorType type = find(address.name());
		if (type == null) {
			throw new RivetException(ErrorCode.ACTOR_NOT_REGISTERED,
					"No actor is named `%s`.".formatted(address.name()));
		}
		return type;
	}

	/**
	 * Returns the name of an actor.
	 * @param actor its class
	 * @throws IllegalArgumentException if there is no actor of that class
	 */
	public String nameOf(Class<?> actor) {
		return this.types.values()
			.stream()
			.filter((type) -> type.actorClass() == actor)
			.map(ActorType::name)
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No actor has the class " + actor.getName()));
	}

}
