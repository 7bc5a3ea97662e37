/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.expression.AccessException;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.PropertyAccessor;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;

/**
 * Finds references in an expression that do not exist, without evaluating it: methods and
 * properties of the root object, and beans. References on other objects can be checked
 * only when the expression is evaluated.
 */
final class ExpressionReferences {

	private final EvaluationContext context;

	private final Object root;

	private final Predicate<String> beans;

	/**
	 * Creates the search.
	 * @param context evaluation context of the expression
	 * @param beans whether a bean with a name exists
	 */
	ExpressionReferences(EvaluationContext context, Predicate<String> beans) {
		this.context = context;
		this.root = Objects.requireNonNull(context.getRootObject().getValue());
		this.beans = beans;
	}

	/**
	 * Returns the error of the first reference that does not exist.
	 * @param node root of the parsed expression
	 * @return the error, {@code null} if there is none
	 */
	@Nullable String problem(SpelNode node) {
		return problem(node, true);
	}

	private @Nullable String problem(SpelNode node, boolean onRoot) {
		if (node instanceof Projection || node instanceof Selection) {
			return null; // its names refer to the elements
		}
		String own = onRoot ? ownProblem(node) : null;
		return (own != null) ? own : IntStream.range(0, node.getChildCount())
			.filter((index) -> !isKey(node, index))
			.mapToObj((index) -> problem(node.getChild(index), index == 0 || !(node instanceof CompoundExpression)))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
	}

	private @Nullable String ownProblem(SpelNode node) {
		if (node instanceof MethodReference method && !hasMethod(method)) {
			return "uses the method %s with %d arguments, which does not exist; available methods are %s"
				.formatted(method.getName(), method.getChildCount(), methods());
		}
		if (node instanceof PropertyOrFieldReference property && !hasProperty(property.getName())) {
			return "uses the property %s, which does not exist; available properties are authentication, principal,"
				.formatted(property.getName()) + " permitAll and denyAll. Put text in quotes";
		}
		if (node instanceof BeanReference bean && !this.beans.test(nameOf(bean))) {
			return "uses the bean %s, which does not exist".formatted(nameOf(bean));
		}
		return null;
	}

	/** Returns whether a child is a literal name. */
	private static boolean isKey(SpelNode node, int index) {
		return node.getChild(index) instanceof PropertyOrFieldReference
				&& (node instanceof Indexer || (node instanceof InlineMap && index % 2 == 0));
	}

	private boolean hasMethod(MethodReference reference) {
		return Arrays.stream(this.root.getClass().getMethods())
			.anyMatch((method) -> method.getName().equals(reference.getName())
					&& takes(method, reference.getChildCount()));
	}

	private static boolean takes(Method method, int arguments) {
		return method.getParameterCount() == arguments
				|| (method.isVarArgs() && method.getParameterCount() - 1 <= arguments);
	}

	private boolean hasProperty(String name) {
		for (PropertyAccessor accessor : this.context.getPropertyAccessors()) {
			try {
				if (accessor.canRead(this.context, this.root, name)) {
					return true;
				}
			}
			catch (AccessException ex) {
				return true; // unknown until it is evaluated
			}
		}
		return false;
	}

	private static String nameOf(BeanReference bean) {
		String text = bean.toStringAST().replace("'", "");
		return text.startsWith("@") ? text.substring(1) : text;
	}

	private String methods() {
		return Arrays.stream(this.root.getClass().getMethods())
			.map(Method::getName)
			.filter((name) -> name.startsWith("is") || name.startsWith("has") && !name.equals("hashCode"))
			.distinct()
			.sorted()
			.collect(Collectors.joining(", "));
	}

}
