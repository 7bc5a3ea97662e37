/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.Locale;

/**
 * What a client should do after its connection was closed.
 */
public enum ReconnectAdvice {

	/** Reconnect at once, then with growing delays. */
	RETRY,

	/** Reconnect after a delay. */
	LATER,

	/** Get new credentials, then reconnect. */
	CREDENTIALS,

	/** Stay closed until the application connects again. */
	NEVER;

	private final String wireName = name().toLowerCase(Locale.ROOT);

	/**
	 * Returns the name on the wire.
	 */
	public String wireName() {
		return this.wireName;
	}

}
