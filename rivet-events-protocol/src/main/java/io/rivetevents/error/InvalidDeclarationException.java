/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.error;

/**
 * Thrown if a declaration of the application is invalid, such as an actor, a contract or
 * a property. At start-up Spring Boot reports the description and the action, without a
 * stack trace.
 *
 * @since 0.1.0
 */
public abstract class InvalidDeclarationException extends IllegalStateException {

	/** What is wrong. */
	private final String description;

	/** What to change. */
	private final String action;

	/**
	 * Creates the exception. The message consists of both sentences.
	 * @param description the declaration and its error
	 * @param action what to change, as a sentence without final period
	 */
	protected InvalidDeclarationException(String description, String action) {
		super("%s. %s.".formatted(withoutPeriod(description), action));
		this.description = withoutPeriod(description);
		this.action = action;
	}

	/** Texts of other libraries may end with one. */
	private static String withoutPeriod(String text) {
		return text.replaceFirst("\\.+$", "");
	}

	/**
	 * Returns the declaration and its error, as a sentence.
	 */
	public final String description() {
		return this.description + ".";
	}

	/**
	 * Returns what to change, as a sentence.
	 */
	public final String action() {
		return this.action + ".";
	}

}
