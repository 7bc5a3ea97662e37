package io.rivetevents.transport;

import java.time.Duration;

/**
 * Limits and times of connections, whatever their transport.
 *
 * @param maxIncomingSize most bytes of a message; a longer one closes the connection with
 * {@code message.incoming_too_long}
 * @param keepAlive time from one sign of life to the next
 * @param rejectionDelay time for which a refused client of the plain protocol waits for
 * the refusal
 * @param authenticationTimeout time for the first message of a client of the extended
 * mode
 */
public record LinkSettings(int maxIncomingSize, Duration keepAlive, Duration rejectionDelay,
		Duration authenticationTimeout) {
}
