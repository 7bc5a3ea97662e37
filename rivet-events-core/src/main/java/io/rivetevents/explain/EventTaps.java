/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Registration;

/**
 * Passes the events of instances to listeners, for a page that shows them. An instance
 * may sleep and wake while it has listeners. Without any listener an event costs the read
 * of one field. Safe for use by several threads.
 */
public final class EventTaps {

	/** Replaced by each change: it is read for each event. */
	private volatile Map<ActorAddress, List<Consumer<SentEvent>>> listeners = Map.of();

	/**
	 * Adds a listener.
	 * @param actor the instance whose events it receives
	 * @param listener called for each event after it is queued, on the sending thread,
	 * while no other event of the instance can be sent: it must neither block nor throw
	 * @return a registration; close it to stop listening
	 */
	public Registration add(ActorAddress actor, Consumer<SentEvent> listener) {
		change(actor, listener, true);
		return () -> change(actor, listener, false);
	}

	private synchronized void change(ActorAddress actor, Consumer<SentEvent> listener, boolean add) {
		Map<ActorAddress, List<Consumer<SentEvent>>> changed = new HashMap<>(this.listeners);
		List<Consumer<SentEvent>> ofActor = new ArrayList<>(changed.getOrDefault(actor, List.of()));
		ofActor.removeIf((present) -> present == listener);
		if (add) {
			ofActor.add(listener);
		}
		if (ofActor.isEmpty()) {
			changed.remove(actor);
		}
		else {
			changed.put(actor, List.copyOf(ofActor));
		}
		this.listeners = Map.copyOf(changed);
	}

	/** Returns whether an instance has listeners. */
	public boolean hasListeners(ActorAddress actor) {
		Map<ActorAddress, List<Consumer<SentEvent>>> listeners = this.listeners;
		return !listeners.isEmpty() && listeners.containsKey(actor);
	}

	/**
	 * Passes an event to the listeners of an instance.
	 * @param actor the instance
	 * @param event the event
	 */
	public void sent(ActorAddress actor, SentEvent event) {
		this.listeners.getOrDefault(actor, List.of()).forEach((listener) -> listener.accept(event));
	}

}
