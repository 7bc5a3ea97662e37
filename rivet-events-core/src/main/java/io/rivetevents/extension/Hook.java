package io.rivetevents.extension;

/**
 * What the runtime calls on an actor, beside its actions.
 *
 * @since 0.1.0
 */
public enum Hook {

	/** A client wants to create an instance. */
	CAN_CREATE,

	/** Makes the state of a new instance. */
	CREATE_STATE,

	/** Makes the variables of an instance that comes into memory and has its state. */
	CREATE_VARS,

	/** A new instance has its state. */
	CREATE,

	/** An instance has come into memory. */
	WAKE,

	/** An instance is about to leave memory. */
	SLEEP,

	/** An instance is about to be deleted. */
	DESTROY,

	/** A client wants to connect. */
	BEFORE_CONNECT,

	/** Makes the connection state. */
	CREATE_CONN_STATE,

	/** A connection is in the list. */
	CONNECT,

	/** A connection is about to leave the list. */
	DISCONNECT,

	/** A client wants to subscribe; the payload is the name of the event. */
	CAN_SUBSCRIBE,

	/** An action has succeeded; the payload is its name and its result. */
	BEFORE_ACTION_RESPONSE,

	/** The state has changed; the payload is the state. */
	STATE_CHANGE

}
