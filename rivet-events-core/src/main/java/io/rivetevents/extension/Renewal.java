/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ToServer;

/**
 * A new identity of a connected client: the result of credentials that the client has
 * sent, or of a check of its user, on the node of its socket.
 *
 * @param identity the new identity, of the same user
 * @param remaining time until the credentials expire, in milliseconds; {@code null} if
 * they do not expire
 * @param answered whether the client receives an answer: it has sent credentials
 * @since 0.1.0
 */
public record Renewal(Identity identity, @Nullable Long remaining, boolean answered) implements ToServer.Right {
}
