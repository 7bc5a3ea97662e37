/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.rivetevents.contract.reflect.EventMethod;

/**
 * The events of all actors with restricted subscriptions, by name. Each actor adds its
 * own at start-up. Safe for use by several threads.
 */
final class GuardedEvents {

	private final Map<String, Set<EventMethod>> byName = new ConcurrentHashMap<>();

	void add(EventMethod event) {
		this.byName.compute(event.name(), (name, present) -> {
			Set<EventMethod> events = (present != null) ? new LinkedHashSet<>(present) : new LinkedHashSet<>();
			events.add(event);
			return Set.copyOf(events);
		});
	}

	Set<EventMethod> of(String name) {
		return this.byName.getOrDefault(name, Set.of());
	}

}
