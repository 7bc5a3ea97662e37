/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

/**
 * Validates converted arguments.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ArgumentValidator {

	/** Accepts all arguments. */
	ArgumentValidator NONE = new ArgumentValidator() {

		@Override
		public void validate(Object actor, Method method, @Nullable Object[] args) {
		}

		@Override
		public boolean checks(Object actor, Method method) {
			return false;
		}

	};

	/**
	 * Validates the arguments of a call.
	 * @param actor the bean
	 * @param method its method, as declared in the actor class
	 * @param args one value for each parameter
	 * @throws io.rivetevents.error.InvalidArgumentException if an argument is invalid;
	 * its index is that of the parameter, from 0, and it needs no value
	 */
	void validate(Object actor, Method method, @Nullable Object[] args);

	/**
	 * Returns whether a method has anything to validate. Called before each call, since
	 * the arguments to validate must be measured first.
	 * @param actor the bean
	 * @param method its method, as declared in the actor class
	 */
	default boolean checks(Object actor, Method method) {
		return true;
	}

	/**
	 * Validates like {@link #validate}, for arguments with so many parts that collecting
	 * all violations could take too much memory: it should stop at the first violation.
	 * @param actor the bean
	 * @param method its method, as declared in the actor class
	 * @param args one value for each parameter
	 * @throws io.rivetevents.error.InvalidArgumentException if an argument is invalid
	 */
	default void validateFirst(Object actor, Method method, @Nullable Object[] args) {
		validate(actor, method, args);
	}

}
