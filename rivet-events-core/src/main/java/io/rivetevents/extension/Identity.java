/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.net.InetAddress;
import java.security.Principal;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The identity of a client: that of its handshake, until the client authenticates again.
 *
 * @param user the authenticated principal, {@code null} if anonymous
 * @param owner owner id, which identifies the user across all ways to authenticate: the
 * user's name, with the issuer if several issue names; {@code null} if anonymous
 * @param sessionId permanent id of the web session of the handshake, even if the session
 * id changes; {@code null} if there was none
 * @param address remote address, {@code null} if unknown
 * @param expiresAt when the credentials expire, {@code null} if they do not
 * @since 0.1.0
 */
public record Identity(@Nullable PortablePrincipal user, @Nullable String owner, @Nullable String sessionId,
		@Nullable InetAddress address, @Nullable Instant expiresAt) {

	private static final char BAR = '|';

	/** Attribute of a web session that holds its permanent id. */
	public static final String SESSION_ATTRIBUTE = "io.rivetevents.session";

	/** An anonymous client without a web session. */
	public static final Identity ANONYMOUS = new Identity((Principal) null, null, null, null);

	/**
	 * Creates an identity on the node of the handshake.
	 * @param principal the authenticated principal, of any class; {@code null} if
	 * anonymous
	 * @param owner owner id of the user; {@code null} if anonymous
	 * @param sessionId permanent id of the web session, {@code null} if there was none
	 * @param address remote address, {@code null} if unknown
	 */
	public Identity(@Nullable Principal principal, @Nullable String owner, @Nullable String sessionId,
			@Nullable InetAddress address) {
		this((principal != null) ? new PortablePrincipal(principal) : null, owner, sessionId, address, null);
	}

	/**
	 * Creates an identity whose owner id is the name of the principal.
	 * @param principal the authenticated principal, {@code null} if anonymous
	 * @param sessionId id of the web session, {@code null} if there was none
	 */
	public Identity(@Nullable Principal principal, @Nullable String sessionId) {
		this(principal, (principal != null) ? principal.getName() : null, sessionId, null);
	}

	/**
	 * Returns the same identity with another expiry.
	 * @param expiresAt when the credentials expire, {@code null} if they do not
	 */
	public Identity withExpiry(@Nullable Instant expiresAt) {
		return new Identity(this.user, this.owner, this.sessionId, this.address, expiresAt);
	}

	/**
	 * Returns the authenticated principal, {@code null} if anonymous.
	 * @throws PrincipalCodecException if the identity has arrived from another node, and
	 * its principal cannot be read here
	 */
	public @Nullable Principal principal() {
		return (this.user != null) ? this.user.principal() : null;
	}

	/**
	 * Returns the owner id for a name.
	 * @param name name of the principal
	 * @param issuer its issuer, {@code null} for none and for the home issuer
	 */
	public static String owner(@Nullable String name, @Nullable String issuer) {
		String known = (name != null) ? name : "";
		if (issuer != null && !issuer.isEmpty()) {
			return issuer.replace("%", "%25").replace("|", "%7C") + BAR + known;
		}
		return (known.indexOf(BAR) < 0) ? known : BAR + known;
	}

}
