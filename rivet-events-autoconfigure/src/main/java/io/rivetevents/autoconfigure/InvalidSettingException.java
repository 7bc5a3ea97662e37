/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.InvalidDeclarationException;

/**
 * Thrown at start-up if a property is invalid, or requires something that is missing.
 * Public for the auto-configuration of stores only.
 */
public final class InvalidSettingException extends InvalidDeclarationException {

	private final String property;

	/**
	 * Creates the exception.
	 * @param property name of the property
	 * @param value its value, {@code null} if it is not set
	 * @param problem the error
	 * @param action what to change, as a sentence without final period
	 */
	public InvalidSettingException(String property, @Nullable Object value, String problem, String action) {
		super((value != null)
				? "The value \"%s\" of the property %s cannot be used: %s".formatted(value, property, problem)
				: "The property %s is not set: %s".formatted(property, problem), action);
		this.property = property;
	}

	/**
	 * Creates the exception for a value of another kind or range.
	 * @param property name of the property
	 * @param value its value
	 * @param expected what it must be, such as "at least 1"
	 */
	static InvalidSettingException expected(String property, Object value, String expected) {
		return new InvalidSettingException(property, value, "it must be " + expected,
				"Set %s to %s".formatted(property, expected));
	}

	/**
	 * Returns the name of the property.
	 */
	public String property() {
		return this.property;
	}

}
