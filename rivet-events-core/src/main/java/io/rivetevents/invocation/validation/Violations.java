/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * The violations in the arguments of one call.
 */
public final class Violations {

	/** Most violations that are listed; further ones are only counted. */
	private static final int MAX_LISTED = 100;

	/** Most characters of a path and of a message, which may contain text of a client. */
	private static final int MAX_LENGTH = 500;

	private final List<Violation> found = new ArrayList<>(1);

	private int count;

	/**
	 * A violation.
	 *
	 * @param path the parameter and the path from it to the value: {@code position.x}
	 * @param message the violated constraint
	 */
	record Violation(String path, String message) {
	}

	/**
	 * Adds a violation.
	 * @param path returns its path; not called for a violation that is only counted
	 * @param message the violated constraint
	 */
	void add(Supplier<String> path, String message) {
		this.count++;
		if (this.found.size() < MAX_LISTED) {
			this.found.add(new Violation(cut(path.get()), cut(message)));
		}
	}

	private static String cut(String text) {
		return (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) + "…" : text;
	}

	/**
	 * Returns {@code actor.validation_error}, whose metadata has a list
	 * {@code violations} of at most {@value #MAX_LISTED} records.
	 */
	public RivetException toException() {
		return new RivetException(ErrorCode.VALIDATION_ERROR, text(), metadata());
	}

	/**
	 * Returns the error.
	 * @param index index of the invalid argument
	 * @param value the invalid argument
	 */
	public InvalidArgumentException toException(int index, @Nullable JsonNode value) {
		return new InvalidArgumentException(text(), metadata(), index, value);
	}

	private String text() {
		Violation first = this.found.get(0);
		String more = (this.count > 1) ? " (and %d more)".formatted(this.count - 1) : "";
		return "%s %s%s".formatted(first.path(), first.message(), more);
	}

	private Object metadata() {
		return Map.of("violations", this.found);
	}

	/**
	 * Returns a single violation.
	 * @param path the parameter and the path from it to the value
	 * @param message the violated constraint
	 */
	public static Violations of(String path, String message) {
		Violations violations = new Violations();
		violations.add(() -> path, message);
		return violations;
	}

}
