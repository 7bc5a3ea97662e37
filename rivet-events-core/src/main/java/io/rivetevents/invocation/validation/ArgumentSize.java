/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Checks whether arguments have so many parts that listing all violations would take too
 * much memory: each violation has the path of its part, which is as long as the part is
 * deep.
 */
public final class ArgumentSize {

	/** Total length of the paths of all parts. */
	private static final int LARGE = 10_000;

	private ArgumentSize() {
	}

	/**
	 * Returns whether a value has so many parts.
	 * @param value the value, {@code null} if there is none
	 */
	public static boolean isLarge(@Nullable JsonNode value) {
		return add(0, value, 1) > LARGE;
	}

	/**
	 * Returns whether arguments have so many parts together.
	 * @param args the arguments
	 */
	public static boolean isLarge(List<JsonNode> args) {
		int sum = 0;
		for (JsonNode arg : args) {
			sum = add(sum, arg, 1);
		}
		return sum > LARGE;
	}

	/** Adds the path lengths of a value and its parts, until the sum is large. */
	private static int add(int sum, @Nullable JsonNode value, int depth) {
		int result = sum + depth;
		if (value == null || !value.isContainer()) {
			return result;
		}
		for (JsonNode part : value) {
			if (result > LARGE) {
				return result;
			}
			result = add(result, part, depth + 1);
		}
		return result;
	}

}
