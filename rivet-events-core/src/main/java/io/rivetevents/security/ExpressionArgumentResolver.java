/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.expression.BeanResolver;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.security.core.Authentication;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.Invocation;
import io.rivetevents.invocation.InvalidActorException;

/**
 * Supplies parameters with an annotation of Spring Security whose expression selects a
 * part of the caller. The annotation may be a meta-annotation, and may be on the
 * parameter of an interface. The value is {@code null} if the caller is anonymous, or if
 * its type does not match and that is not an error.
 */
abstract class ExpressionArgumentResolver implements ActionArgumentResolver {

	private final Class<? extends Annotation> annotation;

	private final BeanResolver beans;

	private final SpelExpressionParser parser = new SpelExpressionParser();

	private final Map<MethodParameter, Source> sources = new ConcurrentHashMap<>();

	/** The attributes of an annotation. */
	private record Source(@Nullable Expression expression, boolean errorOnInvalidType) {
	}

	/**
	 * Creates a resolver.
	 * @param annotation the annotation, with {@code expression} and {@code
	 * errorOnInvalidType}
	 * @param beans finds beans that are named in expressions
	 */
	ExpressionArgumentResolver(Class<? extends Annotation> annotation, BeanResolver beans) {
		this.annotation = annotation;
		this.beans = beans;
	}

	/**
	 * Returns the root object of expressions, which is the value without an expression.
	 */
	abstract @Nullable Object rootOf(Authentication authentication);

	@Override
	public final boolean supportsParameter(MethodParameter parameter) {
		MergedAnnotation<?> found = find(parameter);
		if (!found.isPresent()) {
			return false;
		}
		if (Publisher.class.isAssignableFrom(parameter.getParameterType())) {
			throw new InvalidActorException(parameter, "a publisher is not supported",
					"Declare the type of the value itself");
		}
		this.sources.put(parameter, source(parameter, found));
		return true;
	}

	private MergedAnnotation<?> find(MethodParameter parameter) {
		return MergedAnnotations.from(parameter.getParameterAnnotations()).get(this.annotation);
	}

	private Source source(MethodParameter parameter, MergedAnnotation<?> annotation) {
		String expression = AnnotationTemplate.fill(annotation, "expression", true);
		try {
			return new Source(StringUtils.hasText(expression) ? this.parser.parseExpression(expression) : null,
					annotation.getBoolean("errorOnInvalidType"));
		}
		catch (ParseException ex) {
			throw new InvalidActorException(parameter, "its expression is invalid: " + ex.getMessage(),
					"Correct the expression of @%s".formatted(annotation.getType().getSimpleName()));
		}
	}

	@Override
	public final @Nullable Object resolveArgument(MethodParameter parameter, Invocation invocation) {
		Source source = this.sources.computeIfAbsent(parameter, (unread) -> source(unread, find(unread)));
		Object value = (invocation.principal() instanceof Authentication authentication) ? rootOf(authentication)
				: null;
		if (value != null && source.expression() != null) {
			StandardEvaluationContext context = new StandardEvaluationContext(value);
			context.setVariable("this", value);
			context.setBeanResolver(this.beans);
			value = source.expression().getValue(context);
		}
		if (value != null && !ClassUtils.isAssignableValue(parameter.getParameterType(), value)) {
			if (source.errorOnInvalidType()) {
				throw new ClassCastException(
						"%s cannot be converted to %s".formatted(value.getClass(), parameter.getParameterType()));
			}
			return null;
		}
		return value;
	}

}
