/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;

/**
 * Limits and times of connections, for all transports.
 *
 * @param maxIncomingSize most bytes of a message; a longer one closes the connection with
 * {@code message.incoming_too_long}
 * @param keepAlive keep-alive period
 * @param rejectionDelay time that a client of the plain protocol waits for its rejection
 * @param authenticationTimeout time limit for the first message of a client of the
 * extended mode
 * @param expiryNotice time before the expiry of credentials at which a client of the
 * extended mode is notified
 * @param expiryGrace time after the expiry at which a client of the extended mode that
 * has not authenticated again is closed
 */
public record LinkSettings(int maxIncomingSize, Duration keepAlive, Duration rejectionDelay,
		Duration authenticationTimeout, Duration expiryNotice, Duration expiryGrace) {
}
