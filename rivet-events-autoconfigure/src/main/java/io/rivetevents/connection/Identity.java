package io.rivetevents.connection;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Who is behind a connection, fixed at its handshake.
 *
 * @param principal who signed in, {@code null} if nobody did
 * @param sessionId id of the web session that the handshake belonged to, {@code null} if
 * there was none
 */
public record Identity(@Nullable Principal principal, @Nullable String sessionId) {

	/** Nobody signed in, no web session. */
	public static final Identity ANONYMOUS = new Identity(null, null);

}
