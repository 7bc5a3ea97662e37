/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event;

import java.net.InetSocketAddress;
import java.net.URI;

import org.jspecify.annotations.Nullable;

/**
 * Published when a client that must authenticate has connected but did not authenticate
 * in time.
 *
 * @param handshake the URI of the handshake; of its query, only the parameters that name
 * the instance, since others may be credentials
 * @param remoteAddress address of the client, {@code null} if unknown
 * @since 0.1.0
 */
public record AuthenticationTimedOutEvent(URI handshake, @Nullable InetSocketAddress remoteAddress) {
}
