/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ToServer;

/**
 * The result of credentials that a connected client has sent, as the node of its socket
 * has checked them.
 *
 * @param identity the new identity, of the same user
 * @param remaining time until the credentials expire, in milliseconds; {@code null} if
 * they do not expire
 * @since 0.1.0
 */
public record Renewal(Identity identity, @Nullable Long remaining) implements ToServer.Right {
}
