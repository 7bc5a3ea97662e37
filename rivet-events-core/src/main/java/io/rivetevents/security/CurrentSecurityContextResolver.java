package io.rivetevents.security;

import org.springframework.expression.BeanResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.CurrentSecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;

/**
 * Supplies parameters with {@link CurrentSecurityContext}: the security context of the
 * caller, or what its expression makes of it; {@code null} if nobody signed in or the
 * type is another.
 */
public final class CurrentSecurityContextResolver extends ExpressionArgumentResolver {

	/**
	 * Creates the resolver.
	 * @param beans finds beans that expressions name
	 */
	public CurrentSecurityContextResolver(BeanResolver beans) {
		super(CurrentSecurityContext.class, beans);
	}

	@Override
	Object rootOf(Authentication authentication) {
		return new SecurityContextImpl(authentication);
	}

}
