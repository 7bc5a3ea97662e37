package io.rivetevents.protocol;

import java.util.Locale;

/**
 * What a client is to do after its connection has been closed.
 */
public enum ReconnectAdvice {

	/** Come back at once, then with growing delays. */
	RETRY,

	/** Come back after a delay. */
	LATER,

	/** Get fresh credentials, then come back. */
	CREDENTIALS,

	/** Stay away until the application asks again. */
	NEVER;

	private final String wireName = name().toLowerCase(Locale.ROOT);

	/**
	 * Return the name as clients are told it.
	 */
	public String wireName() {
		return this.wireName;
	}

}
