package io.rivetevents.security;

import java.lang.reflect.AnnotatedElement;
import java.security.Principal;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.expression.EvaluationContext;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.expression.ExpressionUtils;
import org.springframework.security.access.expression.method.MethodSecurityExpressionHandler;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.util.SimpleMethodInvocation;
import org.springframework.util.function.SingletonSupplier;

import io.rivetevents.contract.EventMethod;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.invocation.SecurityAnnotations;
import io.rivetevents.invocation.SubscriptionGuard;

/**
 * Lets those subscribe to an event for whom the {@link PreAuthorize} holds that stands on
 * its method. Where none does, those on its scopes hold: on its interface and each one
 * around it.
 */
public final class PreAuthorizeSubscriptionGuard implements SubscriptionGuard {

	/** Stands for whoever has not signed in. */
	static final Authentication NOBODY = new AnonymousAuthenticationToken("rivet-events", "anonymousUser",
			AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"));

	private final Supplier<MethodSecurityExpressionHandler> expressions;

	/**
	 * Create a guard.
	 * @param expressions finds what evaluates expressions as the application has it;
	 * asked once, when there is something to guard
	 */
	public PreAuthorizeSubscriptionGuard(Supplier<MethodSecurityExpressionHandler> expressions) {
		this.expressions = SingletonSupplier.of(expressions);
	}

	@Override
	public boolean guards(EventMethod event) {
		Stream.<AnnotatedElement>concat(Stream.of(event.method()), event.scopes().stream())
			.flatMap((element) -> SecurityAnnotations.of(element).stream())
			.filter((annotation) -> annotation != PreAuthorize.class)
			.findFirst()
			.ifPresent((annotation) -> {
				throw new InvalidActorException(event.method(),
						SecurityAnnotations.noEffect(annotation, "an event takes @PreAuthorize alone"));
			});
		boolean guarded = !conditions(event).isEmpty();
		if (guarded) {
			this.expressions.get(); // fails at start-up, if at all
		}
		return guarded;
	}

	@Override
	public void check(EventMethod event, @Nullable Principal principal) {
		Authentication authentication = (principal instanceof Authentication known) ? known : NOBODY;
		MethodInvocation call = new SimpleMethodInvocation(event.scopes().get(0), event.method());
		MethodSecurityExpressionHandler handler = this.expressions.get();
		EvaluationContext context = handler.createEvaluationContext(() -> authentication, call);
		for (PreAuthorize condition : conditions(event)) {
			if (!ExpressionUtils.evaluateAsBoolean(handler.getExpressionParser().parseExpression(condition.value()),
					context)) {
				throw new AccessDeniedException("Access Denied");
			}
		}
	}

	private static List<PreAuthorize> conditions(EventMethod event) {
		PreAuthorize own = AnnotatedElementUtils.findMergedAnnotation(event.method(), PreAuthorize.class);
		return (own != null) ? List.of(own)
				: event.scopes()
					.stream()
					.map((scope) -> AnnotatedElementUtils.findMergedAnnotation(scope, PreAuthorize.class))
					.filter(Objects::nonNull)
					.toList();
	}

}
