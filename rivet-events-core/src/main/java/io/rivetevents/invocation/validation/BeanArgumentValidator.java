/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.metadata.ContainerElementTypeDescriptor;
import jakarta.validation.metadata.MethodDescriptor;
import jakarta.validation.metadata.ParameterDescriptor;
import org.hibernate.validator.HibernateValidatorFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.util.ClassUtils;

import io.rivetevents.extension.ArgumentValidator;

/**
 * Validates the Bean Validation constraints on the parameters of actions and hooks.
 */
public final class BeanArgumentValidator implements ArgumentValidator {

	private static final boolean HIBERNATE = ClassUtils.isPresent("org.hibernate.validator.HibernateValidatorFactory",
			BeanArgumentValidator.class.getClassLoader());

	private final Validator validator;

	/** Stops at the first violation; {@code null} if the provider does not support it. */
	private final @Nullable Validator failFast;

	private final Map<Target, Boolean> constrained = new ConcurrentHashMap<>();

	/**
	 * A method of an actor class.
	 *
	 * @param type the class, which may inherit the method
	 * @param method the method
	 */
	private record Target(Class<?> type, Method method) {
	}

	/**
	 * Creates a validator.
	 * @param validator the application's validator
	 */
	public BeanArgumentValidator(Validator validator) {
		this.validator = validator;
		this.failFast = (HIBERNATE && validator instanceof ValidatorFactory factory) ? Hibernate.failFast(factory)
				: null;
	}

	@Override
	public void validate(Object actor, Method method, @Nullable Object[] args) {
		validate(this.validator, target(actor), method, args);
	}

	@Override
	public boolean checks(Object actor, Method method) {
		return isConstrained(target(actor), method);
	}

	/** Without Hibernate Validator, large arguments are rejected. */
	@Override
	public void validateFirst(Object actor, Method method, @Nullable Object[] args) {
		Object target = target(actor);
		if (this.failFast == null && isConstrained(target, method)) {
			throw Violations.of("arguments", "have too many parts to be checked").toException(-1, null);
		}
		validate((this.failFast != null) ? this.failFast : this.validator, target, method, args);
	}

	private void validate(Validator validator, Object target, Method method, @Nullable Object[] args) {
		if (!isConstrained(target, method)) {
			return;
		}
		Violations violations = new Violations();
		Set<ConstraintViolation<Object>> found = validator.forExecutables().validateParameters(target, method, args);
		found.forEach((violation) -> violations.add(() -> path(violation.getPropertyPath()), violation.getMessage()));
		if (!violations.isEmpty()) {
			throw violations.toException(parameter(found.iterator().next().getPropertyPath()), null);
		}
	}

	private static Object target(Object actor) {
		Object target = AopProxyUtils.getSingletonTarget(actor);
		return (target != null) ? target : actor;
	}

	private boolean isConstrained(Object target, Method method) {
		return this.constrained.computeIfAbsent(new Target(target.getClass(), method), this::find);
	}

	/** The descriptor of a method does not include constraints on type arguments. */
	private boolean find(Target target) {
		MethodDescriptor descriptor = this.validator.getConstraintsForClass(target.type())
			.getConstraintsForMethod(target.method().getName(), target.method().getParameterTypes());
		return descriptor != null && (descriptor.hasConstrainedParameters()
				|| descriptor.getParameterDescriptors().stream().anyMatch(BeanArgumentValidator::isConstrained));
	}

	private static boolean isConstrained(ParameterDescriptor parameter) {
		return parameter.hasConstraints() || parameter.isCascaded()
				|| parameter.getConstrainedContainerElementTypes()
					.stream()
					.anyMatch(BeanArgumentValidator::isConstrained);
	}

	private static boolean isConstrained(ContainerElementTypeDescriptor element) {
		return element.hasConstraints() || element.isCascaded()
				|| element.getConstrainedContainerElementTypes()
					.stream()
					.anyMatch(BeanArgumentValidator::isConstrained);
	}

	private static int parameter(Path path) {
		return StreamSupport.stream(path.spliterator(), false)
			.filter((node) -> node.getKind() == ElementKind.PARAMETER)
			.mapToInt((node) -> node.as(Path.ParameterNode.class).getParameterIndex())
			.findFirst()
			.orElse(-1);
	}

	/** Leaves out the first node, the method, which is an internal of the server. */
	private static String path(Path path) {
		return StreamSupport.stream(path.spliterator(), false)
			.filter((node) -> node.getKind() != ElementKind.METHOD)
			.map(Path.Node::toString)
			.collect(Collectors.joining("."));
	}

	/** Loaded only if Hibernate Validator is present. */
	private static final class Hibernate {

		static @Nullable Validator failFast(ValidatorFactory factory) {
			try {
				return factory.unwrap(HibernateValidatorFactory.class).usingContext().failFast(true).getValidator();
			}
			catch (RuntimeException ex) {
				return null; // another provider
			}
		}

	}

}
