package io.rivetevents.delivery;

import java.security.Principal;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PrincipalIssuer;

/**
 * Decides whether somebody has signed in, and what tells one user from all others: the
 * issuer and the name. All transports and routes ask here.
 * <p>
 * The owner of a user without an issuer is its name. With a home issuer that holds for
 * the users of that one, and those without an issuer belong to {@value #LOCAL}. The owner
 * of any other is {@code issuer|name}. A bar is escaped where an owner would otherwise be
 * that of somebody else. An issuer whose own name means something here has a {@code %}
 * before it: the empty one, and {@value #LOCAL} where there is a home issuer.
 */
public final class Users {

	/** Counts every principal as signed in, by its name alone. */
	public static final Users PLAIN = new Users((principal) -> true, PrincipalIssuer.NONE, null);

	/**
	 * Issuer of users whom the application itself names, where there is a home issuer.
	 */
	public static final String LOCAL = "local";

	private static final char QUOTE = '%';

	private final Predicate<Principal> signedIn;

	private final PrincipalIssuer issuers;

	private final @Nullable String homeIssuer;

	/**
	 * Create the rules.
	 * @param signedIn whether a principal stands for somebody who has signed in
	 * @param issuers finds issuers
	 * @param homeIssuer issuer whose users are known by their names alone, {@code null}
	 * if there is none
	 */
	public Users(Predicate<Principal> signedIn, PrincipalIssuer issuers, @Nullable String homeIssuer) {
		this.signedIn = signedIn;
		this.issuers = issuers;
		this.homeIssuer = homeIssuer;
	}

	/**
	 * Return whether a principal stands for somebody who has signed in: not an anonymous
	 * or unauthenticated one; a remembered one does.
	 * @param principal the principal
	 */
	public boolean isSignedIn(Principal principal) {
		return this.signedIn.test(principal);
	}

	/**
	 * Returns the issuer by which users of an issuer are found.
	 * @param issuer the issuer, as a token names it
	 * @return {@code null} for the home issuer, whose users are known by their names
	 * alone
	 */
	public @Nullable String known(String issuer) {
		return issuer.equals(this.homeIssuer) ? null : issuer;
	}

	/**
	 * Return what tells a user apart from all others.
	 * @param principal who signed in, {@code null} if nobody did
	 * @return its owner, {@code null} if nobody signed in
	 */
	public @Nullable String ownerOf(@Nullable Principal principal) {
		if (principal == null) {
			return null;
		}
		String issuer = this.issuers.issuerOf(principal);
		if (this.homeIssuer != null) {
			issuer = (issuer == null) ? LOCAL : issuer.equals(this.homeIssuer) ? null : quoted(issuer);
		}
		else if (issuer != null) {
			issuer = quoted(issuer);
		}
		return Identity.owner(principal.getName(), issuer);
	}

	/**
	 * An issuer chooses its name. Those that are quoted already are quoted once more, so
	 * that no two become one.
	 */
	private String quoted(String issuer) {
		int end = 0;
		while (end < issuer.length() && issuer.charAt(end) == QUOTE) {
			end++;
		}
		boolean reserved = end == issuer.length() || (this.homeIssuer != null && issuer.startsWith(LOCAL, end)
				&& issuer.length() == end + LOCAL.length());
		return reserved ? QUOTE + issuer : issuer;
	}

}
