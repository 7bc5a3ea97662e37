/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Values in the MDC while a method of an actor runs.
 *
 * @param enabled Whether log lines of actions and hooks have the actor, its key, the
 * connection and the action in the MDC.
 * @param user How the MDC has the user of the connection: "none", "hashed" as twelve
 * digits, which are the same for the same name, or "plain".
 */
@ConfigurationProperties("rivet.events.mdc")
public record RivetEventsMdcProperties(@DefaultValue("true") boolean enabled, @DefaultValue("none") User user) {

	/** How the MDC has a user. */
	public enum User {

		/** Not at all. */
		NONE,

		/** The first digits of the SHA-256 hash of the name. */
		HASHED,

		/** The name. */
		PLAIN

	}

}
