/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.userdetails.UserDetails;

import io.rivetevents.extension.Identity;

/**
 * A user as its service has returned it now.
 *
 * @param name name of the user
 * @param details the user, {@code null} if the service does not have it
 */
record PresentUser(String name, @Nullable UserDetails details) {

	/** Returns whether nothing has changed since the user has signed in. */
	boolean isAsBefore(UserDetails signedIn) {
		UserDetails present = usable();
		return present != null && names(present.getAuthorities()).equals(names(signedIn.getAuthorities()));
	}

	/**
	 * Returns the present identity of a client: the same one if nothing has changed or it
	 * is another user, one with the present authorities, or {@code null} if the client
	 * must sign in again.
	 */
	@Nullable Identity update(Identity identity) {
		if (!(identity.principal() instanceof Authentication authentication)
				|| !(authentication.getPrincipal() instanceof UserDetails signedIn)
				|| !signedIn.getUsername().equals(this.name) || isAsBefore(signedIn)) {
			return identity;
		}
		UserDetails present = usable();
		Authentication updated = (present != null) ? update(authentication, signedIn, present) : null;
		return (updated != null) ? new Identity(updated, identity.owner(), identity.sessionId(), identity.address())
			.withExpiry(identity.expiresAt()) : null;
	}

	/**
	 * Returns {@code null} if the authorities are not those of the user alone, such as
	 * the scopes of a token, and for a class of the application that cannot be rebuilt.
	 */
	private static @Nullable Authentication update(Authentication authentication, UserDetails signedIn,
			UserDetails present) {
		List<? extends GrantedAuthority> factors = authentication.getAuthorities()
			.stream()
			.filter(FactorGrantedAuthority.class::isInstance)
			.toList();
		Set<String> ofUser = names(authentication.getAuthorities());
		ofUser.removeAll(names(factors));
		Authentication updated = rebuild(authentication, present, factors);
		return (updated != null && ofUser.equals(names(signedIn.getAuthorities()))
				&& updated.getClass() == authentication.getClass()) ? updated : null;
	}

	private static @Nullable Authentication rebuild(Authentication authentication, UserDetails present,
			List<? extends GrantedAuthority> factors) {
		try {
			return authentication.toBuilder().principal(present).authorities((authorities) -> {
				authorities.retainAll(factors);
				authorities.addAll(present.getAuthorities());
			}).build();
		}
		catch (IllegalArgumentException ex) {
			return null; // for example, it requires the user of an OAuth 2 provider
		}
	}

	/** Returns the user, {@code null} if it may not sign in. */
	private @Nullable UserDetails usable() {
		UserDetails user = this.details;
		return (user != null && user.getUsername().equals(this.name) && user.isEnabled() && user.isAccountNonLocked()
				&& user.isAccountNonExpired() && user.isCredentialsNonExpired()) ? user : null;
	}

	private static Set<String> names(Collection<? extends GrantedAuthority> authorities) {
		return authorities.stream().map(String::valueOf).collect(Collectors.toCollection(HashSet::new));
	}

}
