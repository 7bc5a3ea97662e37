/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.Args;
import io.rivetevents.protocol.SafeText;

/**
 * An event for one connection.
 *
 * @param connection the receiving connection, which names the actor too
 * @param name name of the event
 * @param args its arguments
 * @since 0.1.0
 */
public record OutboundEvent(Connection<?> connection, String name, Args args) {

	/** Returns a text for the log: on one line, of bounded length. */
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
