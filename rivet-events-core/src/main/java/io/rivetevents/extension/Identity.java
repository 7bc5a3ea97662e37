package io.rivetevents.extension;

import java.net.InetAddress;
import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Who is behind a connection, fixed at its handshake.
 *
 * @param user the principal that signed in, {@code null} if none did
 * @param owner what tells the user apart from all others, over all ways to sign in: its
 * name, with the issuer where several issue names; {@code null} if nobody signed in
 * @param sessionId what tells the web session apart that the handshake belonged to,
 * however often its id changes; {@code null} if there was none
 * @param address remote address, {@code null} if unknown
 * @since 0.1.0
 */
public record Identity(@Nullable PortablePrincipal user, @Nullable String owner, @Nullable String sessionId,
		@Nullable InetAddress address) {

	private static final char BAR = '|';

	/** Attribute of a web session that holds what tells it apart. */
	public static final String SESSION_ATTRIBUTE = "io.rivetevents.session";

	/** Nobody signed in, no web session. */
	public static final Identity ANONYMOUS = new Identity((Principal) null, null, null, null);

	/**
	 * Creates an identity on the node of the handshake.
	 * @param principal the principal that signed in, of any class; {@code null} if none
	 * did
	 * @param owner what tells the user apart from all others; {@code null} if none signed
	 * in
	 * @param sessionId what tells the web session apart, {@code null} if there was none
	 * @param address remote address, {@code null} if unknown
	 */
	public Identity(@Nullable Principal principal, @Nullable String owner, @Nullable String sessionId,
			@Nullable InetAddress address) {
		this((principal != null) ? new PortablePrincipal(principal) : null, owner, sessionId, address);
	}

	/**
	 * Creates an identity whose owner is the name of the principal.
	 * @param principal who signed in, {@code null} if nobody did
	 * @param sessionId id of the web session, {@code null} if there was none
	 */
	public Identity(@Nullable Principal principal, @Nullable String sessionId) {
		this(principal, (principal != null) ? principal.getName() : null, sessionId, null);
	}

	/**
	 * Returns the principal that signed in, {@code null} if none did.
	 * @throws PrincipalCodecException if the identity has arrived from another node, and
	 * its principal cannot be read here
	 */
	public @Nullable Principal principal() {
		return (this.user != null) ? this.user.principal() : null;
	}

	/**
	 * Returns the owner for a name.
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
