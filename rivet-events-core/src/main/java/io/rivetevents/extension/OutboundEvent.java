package io.rivetevents.extension;

import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;
import io.rivetevents.protocol.SafeText;

/**
 * An event on its way to one connection.
 *
 * @param connection whom it is for; tells the actor, too
 * @param name name of the event
 * @param args its arguments
 * @since 0.1.0
 */
public record OutboundEvent(Connection<?> connection, String name, Args args) {

	/** Returns it on one line, of bounded length, for the log. */
	@Override
	public String toString() {
		return "event %s%s for %s".formatted(SafeText.of(this.name), this.args, this.connection);
	}

	/**
	 * Returns the event with other arguments.
	 * @param args the arguments
	 */
	public OutboundEvent withArgs(Args args) {
		return new OutboundEvent(this.connection, this.name, args);
	}

}
