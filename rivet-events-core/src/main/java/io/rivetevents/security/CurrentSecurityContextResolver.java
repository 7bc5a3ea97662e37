/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.springframework.expression.BeanResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.CurrentSecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;

/**
 * Supplies parameters with {@link CurrentSecurityContext}: the security context of the
 * caller, or the result of the expression on it; {@code null} if the caller is anonymous
 * or the type does not match.
 */
public final class CurrentSecurityContextResolver extends ExpressionArgumentResolver {

	/**
	 * Creates the resolver.
	 * @param beans finds beans that are named in expressions
	 */
	public CurrentSecurityContextResolver(BeanResolver beans) {
		super(CurrentSecurityContext.class, beans);
	}

	@Override
	Object rootOf(Authentication authentication) {
		return new SecurityContextImpl(authentication);
	}

}
