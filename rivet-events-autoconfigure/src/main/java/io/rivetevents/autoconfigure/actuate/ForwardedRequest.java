/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * A request about an instance, as it is sent to the node of the instance. Its JSON is
 * read by other versions: components may be added only. Public for the inspector alone.
 *
 * @param operation name of the view or command
 * @param parameters parameters of the view, or the address for a command
 * @param seconds duration of a recording
 * @param shown whether the operator may see the values of states and events
 * @param viewer id of the viewer whose live events are read
 */
public record ForwardedRequest(String operation, ViewRequest parameters, @Nullable Integer seconds, boolean shown,
		@Nullable String viewer) {

	/** Operation that returns a page of the history. */
	public static final String HISTORY = "history";

	/** Operation that returns live events. */
	public static final String LIVE = "live";

	static ForwardedRequest of(ViewRequest view, boolean shown) {
		return new ForwardedRequest(view.view(), view, null, shown, null);
	}

	static ForwardedRequest of(Command command, @Nullable String actor, @Nullable String key,
			@Nullable String namespace, @Nullable Integer seconds) {
		return new ForwardedRequest(command.segment(),
				new ViewRequest(command.segment(), actor, key, namespace, null, null, null, null, null, null, null),
				seconds, false, null);
	}

	/**
	 * Returns a request for a page of the history.
	 * @param before position before which the events are
	 */
	public static ForwardedRequest history(ActorAddress actor, long before, boolean shown) {
		return new ForwardedRequest(HISTORY, parameters(HISTORY, actor, before), null, shown, null);
	}

	/**
	 * Returns a request for the live events since the last request of a viewer.
	 * @param viewer its id
	 */
	public static ForwardedRequest live(ActorAddress actor, String viewer, boolean shown) {
		return new ForwardedRequest(LIVE, parameters(LIVE, actor, null), null, shown, viewer);
	}

	private static ViewRequest parameters(String operation, ActorAddress actor, @Nullable Long position) {
		return new ViewRequest(operation, actor.name(), actor.key().serialize(), actor.namespace(), null, null, null,
				null, null, null, position);
	}

	/** Returns the address of the instance. */
	public ActorAddress address() {
		return this.parameters.address();
	}

}
