/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.protocol.ActorKey;

/**
 * Shared by all connections of one instance.
 *
 * @param actor name of the actor
 * @param key key of the instance
 * @param stateful whether the actor keeps a connection state
 * @param dispatcher sends events to connections of the instance
 * @param support shared by all connections of the node
 */
public record ConnectionScope(String actor, ActorKey key, boolean stateful, Dispatcher dispatcher,
		ConnectionServices support) {

	/** Returns the same scope with another dispatcher. */
	public ConnectionScope withDispatcher(Dispatcher other) {
		return new ConnectionScope(this.actor, this.key, this.stateful, other, this.support);
	}

}
