package io.rivetevents.security;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.util.StringUtils;

import io.rivetevents.actor.Invocation;
import io.rivetevents.invocation.ActionArgumentResolver;

/**
 * Supplies parameters with {@link AuthenticationPrincipal}: the principal inside the
 * caller's {@link Authentication}, {@code null} if nobody signed in or the type is
 * another.
 */
public final class AuthenticationPrincipalResolver implements ActionArgumentResolver {

	private final SpelExpressionParser parser = new SpelExpressionParser();

	@Override
	public boolean supportsParameter(MethodParameter parameter) {
		return annotation(parameter) != null;
	}

	@Override
	public @Nullable Object resolveArgument(MethodParameter parameter, Invocation invocation) {
		AuthenticationPrincipal annotation = annotation(parameter);
		if (annotation == null || !(invocation.principal() instanceof Authentication authentication)) {
			return null;
		}
		Object principal = authentication.getPrincipal();
		if (StringUtils.hasText(annotation.expression())) {
			Expression expression = this.parser.parseExpression(annotation.expression());
			principal = expression.getValue(new StandardEvaluationContext(principal));
		}
		if (principal != null && !parameter.getParameterType().isInstance(principal)) {
			if (annotation.errorOnInvalidType()) {
				throw new ClassCastException(
						"%s is no %s".formatted(principal.getClass(), parameter.getParameterType()));
			}
			return null;
		}
		return principal;
	}

	private static @Nullable AuthenticationPrincipal annotation(MethodParameter parameter) {
		return AnnotatedElementUtils.findMergedAnnotation(parameter.getParameter(), AuthenticationPrincipal.class);
	}

}
