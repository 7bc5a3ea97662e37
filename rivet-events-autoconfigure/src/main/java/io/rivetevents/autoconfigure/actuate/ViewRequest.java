/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Parameters of a view of the endpoint, {@code null} if they are not given. Public for
 * the inspector alone.
 *
 * @param view name of the view
 * @param actor name of an actor
 * @param key serialized key of an instance
 * @param namespace namespace of instances
 * @param after where a page begins
 * @param limit most entries of a page
 * @param user name of a user
 * @param issuer issuer of that name
 * @param connection id of a connection
 * @param event name of an event
 * @param position position of an event
 */
public record ViewRequest(String view, @Nullable String actor, @Nullable String key, @Nullable String namespace,
		@Nullable String after, @Nullable Integer limit, @Nullable String user, @Nullable String issuer,
		@Nullable String connection, @Nullable String event, @Nullable Long position) {

	/** Returns the address of the instance. */
	public ActorAddress address() {
		return Parameters.address(this.namespace, this.actor, this.key);
	}

}
