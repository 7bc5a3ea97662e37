/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

/**
 * A method that the runtime calls on an actor, besides its actions.
 *
 * @since 0.1.0
 */
public enum Hook {

	/** A client requests a new instance. */
	CAN_CREATE,

	/** Creates the state of a new instance. */
	CREATE_STATE,

	/**
	 * Creates the variables of an instance that is loaded into memory and has its state.
	 */
	CREATE_VARS,

	/** A new instance has its state. */
	CREATE,

	/** An instance was loaded into memory. */
	WAKE,

	/** An instance is about to leave memory. */
	SLEEP,

	/** An instance is about to be deleted. */
	DESTROY,

	/** A client requests a connection. */
	BEFORE_CONNECT,

	/** Creates the connection state. */
	CREATE_CONN_STATE,

	/** A connection was added to the list of the actor. */
	CONNECT,

	/** A connected client has authenticated again. */
	REAUTHENTICATE,

	/** A connection is about to be removed from the list of the actor. */
	DISCONNECT,

	/** A client requests a subscription; the payload is the name of the event. */
	CAN_SUBSCRIBE,

	/** An action has succeeded; the payload is its name and its result. */
	BEFORE_ACTION_RESPONSE,

	/** The state has changed; the payload is the state. */
	STATE_CHANGE

}
