package io.rivetevents.event;

import java.net.InetSocketAddress;
import java.net.URI;

import org.jspecify.annotations.Nullable;

/**
 * Published when a client that must sign in has connected, but has not done so in time.
 *
 * @param handshake the URI that it connected to
 * @param remoteAddress where it is, {@code null} if unknown
 * @since 0.1.0
 */
public record AuthenticationTimedOutEvent(URI handshake, @Nullable InetSocketAddress remoteAddress) {
}
