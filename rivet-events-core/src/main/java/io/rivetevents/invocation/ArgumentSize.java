package io.rivetevents.invocation;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Tells whether what a client sent has so many parts that to name all that is wrong with
 * them would take more memory than it is worth: each is named by its path, which is as
 * long as the part is deep.
 */
final class ArgumentSize {

	/** Lengths of the paths to all parts together. */
	private static final int LARGE = 10_000;

	private ArgumentSize() {
	}

	static boolean isLarge(@Nullable JsonNode value) {
		return add(0, value, 1) > LARGE;
	}

	static boolean isLarge(List<JsonNode> args) {
		int sum = 0;
		for (JsonNode arg : args) {
			sum = add(sum, arg, 1);
		}
		return sum > LARGE;
	}

	/** Adds the paths of a value and its parts, until the sum is large. */
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
