/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.extension.ActionCall;

/**
 * Records what actors do as parts of traces. Implemented outside of the core, which
 * requires no library for traces. Each method is called on the thread where the work
 * starts, may be called on an event loop, and must not block.
 */
public interface Tracing {

	/** Records nothing. */
	Tracing NONE = new Tracing() {

		@Override
		public TracedWork action(ActionCall call, CallContext caller) {
			return TracedWork.NONE;
		}

		@Override
		public TracedWork connection(ActorAddress actor, CallContext caller) {
			return TracedWork.NONE;
		}

		@Override
		public TracedWork save(ActorAddress actor) {
			return TracedWork.NONE;
		}

		@Override
		public TracedWork broadcast(@Nullable String actor, String event) {
			return TracedWork.NONE;
		}

		@Override
		public @Nullable String traceparent(CallContext caller) {
			return null;
		}

	};

	/**
	 * Starts a call of an action.
	 * @param call the call
	 * @param caller context of the caller, with the parent
	 */
	TracedWork action(ActionCall call, CallContext caller);

	/**
	 * Starts to connect a client to an instance, until it is accepted or rejected.
	 * @param actor the instance
	 * @param caller context of the client's request, with the parent
	 */
	TracedWork connection(ActorAddress actor, CallContext caller);

	/**
	 * Starts to save an instance, as a child of the current part of the thread.
	 * @param actor the instance
	 */
	TracedWork save(ActorAddress actor);

	/**
	 * Starts to send an event, until it is in the queues of the connections of this node
	 * or waits for a commit. Its parent is the current part of the thread.
	 * @param actor name of the actor whose connections receive it, {@code null} if it is
	 * for connections of several actors
	 * @param event name of the event
	 */
	TracedWork broadcast(@Nullable String actor, String event);

	/**
	 * Returns the current part of a trace as text, for work that runs on another node.
	 * @param caller context of the caller
	 * @return the text, as in the W3C recommendation Trace Context; {@code null} if there
	 * is none
	 */
	@Nullable String traceparent(CallContext caller);

}
