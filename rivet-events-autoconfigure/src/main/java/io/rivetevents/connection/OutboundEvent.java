package io.rivetevents.connection;

import io.rivetevents.protocol.Args;

/**
 * An event on its way to one connection.
 *
 * @param connection whom it is for; tells the actor, too
 * @param name name of the event
 * @param args its arguments
 */
public record OutboundEvent(Connection<?> connection, String name, Args args) {

	/**
	 * Return the event with other arguments.
	 * @param args the arguments
	 */
	public OutboundEvent withArgs(Args args) {
		return new OutboundEvent(this.connection, this.name, args);
	}

}
