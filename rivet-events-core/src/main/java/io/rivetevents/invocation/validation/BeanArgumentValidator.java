/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.lang.reflect.Method;
import java.util.Set;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
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

	private final ConstrainedMethods constrained;

	/**
	 * Creates a validator.
	 * @param validator the application's validator
	 */
	public BeanArgumentValidator(Validator validator) {
		this.validator = validator;
		this.constrained = new ConstrainedMethods(validator);
		this.failFast = (HIBERNATE && validator instanceof ValidatorFactory factory) ? Hibernate.failFast(factory)
				: null;
	}

	@Override
	public void validate(Object actor, Method method, @Nullable Object[] args) {
		validate(this.validator, target(actor), method, args);
	}

	@Override
	public boolean checks(Object actor, Method method) {
		return this.constrained.contains(target(actor), method);
	}

	/** Without Hibernate Validator, large arguments are rejected. */
	@Override
	public void validateFirst(Object actor, Method method, @Nullable Object[] args) {
		Object target = target(actor);
		if (this.failFast == null && this.constrained.contains(target, method)) {
			throw Violations.of("arguments", "have too many parts to be checked").toException(-1, null);
		}
		validate((this.failFast != null) ? this.failFast : this.validator, target, method, args);
	}

	private void validate(Validator validator, Object target, Method method, @Nullable Object[] args) {
		if (!this.constrained.contains(target, method)) {
			return;
		}
		Set<ConstraintViolation<Object>> found = validator.forExecutables().validateParameters(target, method, args);
		if (!found.isEmpty()) {
			throw ViolatedConstraints.toException(found);
		}
	}

	private static Object target(Object actor) {
		Object target = AopProxyUtils.getSingletonTarget(actor);
		return (target != null) ? target : actor;
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
