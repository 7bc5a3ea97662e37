package io.rivetevents.security;

import java.lang.reflect.Method;
import java.security.Principal;
import java.util.List;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.method.PreAuthorizeAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.util.SimpleMethodInvocation;

import io.rivetevents.invocation.SubscriptionGuard;

/**
 * Lets those subscribe to an event for whom the {@link PreAuthorize} holds that stands on
 * the method that declares it, or on its interface.
 */
public final class PreAuthorizeSubscriptionGuard implements SubscriptionGuard {

	private static final Authentication NOBODY = new AnonymousAuthenticationToken("rivet-events", "anonymousUser",
			AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));

	private final PreAuthorizeAuthorizationManager manager = new PreAuthorizeAuthorizationManager();

	/**
	 * Create a guard.
	 * @param expressions evaluates expressions as the application has it
	 */
	public PreAuthorizeSubscriptionGuard(MethodSecurityExpressionHandler expressions) {
		this.manager.setExpressionHandler(expressions);
	}

	@Override
	public boolean guards(Method event) {
		return List.of(event, event.getDeclaringClass())
			.stream()
			.anyMatch((element) -> AnnotatedElementUtils.hasAnnotation(element, PreAuthorize.class));
	}

	@Override
	public void check(Method event, @Nullable Principal principal) {
		Authentication authentication = (principal instanceof Authentication known) ? known : NOBODY;
		MethodInvocation call = new SimpleMethodInvocation(event.getDeclaringClass(), event);
		AuthorizationResult result = this.manager.authorize(() -> authentication, call);
		if (result != null && !result.isGranted()) {
			throw new AuthorizationDeniedException("Access Denied", result);
		}
	}

}
