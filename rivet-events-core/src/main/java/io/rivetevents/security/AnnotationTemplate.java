/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.security.core.annotation.AnnotationTemplateExpressionDefaults;
import org.springframework.security.core.annotation.ExpressionTemplateValueProvider;
import org.springframework.util.PropertyPlaceholderHelper;

/**
 * Replaces the placeholders in an expression on a meta-annotation, such as
 * {@code hasRole('{value}')}, with the attributes of the annotation. It does for classes
 * what Spring Security's {@code ExpressionTemplateSecurityAnnotationScanner} does only
 * for methods.
 */
final class AnnotationTemplate {

	/** Does not match a valid expression of another kind, or a list of one property. */
	private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\s*[A-Za-z_$][\\w$.-]*\\s*}");

	private static final DefaultConversionService CONVERSIONS = new DefaultConversionService();

	static {
		CONVERSIONS.addConverter(Class.class, String.class, Class::toString);
		CONVERSIONS.addConverter(ExpressionTemplateValueProvider.class, String.class,
				ExpressionTemplateValueProvider::getExpressionTemplateValue);
	}

	private AnnotationTemplate() {
	}

	/**
	 * Returns the expression of an annotation.
	 * @param annotation the annotation, which may be a meta-annotation
	 * @param attribute its attribute with the expression
	 * @param ignoresUnknown whether a placeholder without an attribute is kept; otherwise
	 * it is an error
	 */
	static String fill(MergedAnnotation<?> annotation, String attribute, boolean ignoresUnknown) {
		String expression = annotation.getString(attribute);
		if (annotation.getMetaSource() == null) {
			return expression;
		}
		Map<String, @Nullable String> values = new HashMap<>();
		for (MergedAnnotation<?> meta = annotation.getMetaSource(); meta != null; meta = meta.getMetaSource()) {
			meta.asMap()
				.forEach((name, value) -> values.put(name,
						(value instanceof String text) ? text : CONVERSIONS.convert(value, String.class)));
		}
		return new PropertyPlaceholderHelper("{", "}", null, null, ignoresUnknown).replacePlaceholders(expression,
				values::get);
	}

	/**
	 * Like {@link #fill(MergedAnnotation, String, boolean)}, with the defaults of Spring
	 * Security.
	 */
	static String fill(MergedAnnotation<?> annotation, String attribute,
			@Nullable AnnotationTemplateExpressionDefaults defaults) {
		return fill(annotation, attribute, defaults == null || defaults.isIgnoreUnknown());
	}

	/**
	 * Returns whether an expression has a placeholder that was not replaced.
	 * @param expression the expression
	 */
	static boolean isIn(String expression) {
		return PLACEHOLDER.matcher(expression).find();
	}

}
