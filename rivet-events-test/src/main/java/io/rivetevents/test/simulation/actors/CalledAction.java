/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.Invocation;

/**
 * A running call of an action: a connection has one of an action at a time.
 *
 * @param actor address of the instance
 * @param action name of the action
 * @param connection id of the connection, {@code null} for a call of server code
 */
record CalledAction(ActorAddress actor, String action, @Nullable String connection) {

	static CalledAction of(ActionCall call) {
		return new CalledAction(call.actor(), call.action(), id(call.connection()));
	}

	static CalledAction of(Invocation invocation) {
		ActorContext<?, ?> context = invocation.context();
		return new CalledAction(new ActorAddress(context.namespace(), context.name(), context.key()), invocation.name(),
				id(invocation.connection()));
	}

	private static @Nullable String id(@Nullable Connection<?> connection) {
		return (connection != null) ? connection.id() : null;
	}

}
