package io.rivetevents.security;

import org.jspecify.annotations.Nullable;
import org.springframework.expression.BeanResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;

/**
 * Supplies parameters with {@link AuthenticationPrincipal}: the principal inside the
 * caller's {@link Authentication}, {@code null} if nobody signed in or the type is
 * another.
 */
public final class AuthenticationPrincipalResolver extends ExpressionArgumentResolver {

	/**
	 * Creates the resolver.
	 * @param beans finds beans that expressions name
	 */
	public AuthenticationPrincipalResolver(BeanResolver beans) {
		super(AuthenticationPrincipal.class, beans);
	}

	@Override
	@Nullable Object rootOf(Authentication authentication) {
		return authentication.getPrincipal();
	}

}
