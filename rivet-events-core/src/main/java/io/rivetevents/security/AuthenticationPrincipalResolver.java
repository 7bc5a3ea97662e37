/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.jspecify.annotations.Nullable;
import org.springframework.expression.BeanResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;

/**
 * Supplies parameters with {@link AuthenticationPrincipal}: the principal inside the
 * caller's {@link Authentication}, {@code null} if the caller is anonymous or the type
 * does not match.
 */
public final class AuthenticationPrincipalResolver extends ExpressionArgumentResolver {

	/**
	 * Creates the resolver.
	 * @param beans finds beans that are named in expressions
	 */
	public AuthenticationPrincipalResolver(BeanResolver beans) {
		super(AuthenticationPrincipal.class, beans);
	}

	@Override
	@Nullable Object rootOf(Authentication authentication) {
		return authentication.getPrincipal();
	}

}
