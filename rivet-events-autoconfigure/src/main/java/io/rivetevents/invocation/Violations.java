package io.rivetevents.invocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.InvalidArgumentException;
import io.rivetevents.protocol.RivetException;

/**
 * What is wrong with the arguments of one call.
 */
final class Violations {

	private final List<Violation> found = new ArrayList<>(1);

	/**
	 * One thing that is wrong.
	 *
	 * @param path the parameter, and the way from it to the value: {@code position.x}
	 * @param message what is wrong with it
	 */
	record Violation(String path, String message) {
	}

	void add(String path, String message) {
		this.found.add(new Violation(path, message));
	}

	boolean isEmpty() {
		return this.found.isEmpty();
	}

	/**
	 * Return the refusal: {@code actor.validation_error} with {@code {"violations":
	 * [{"path", "message"}]}} as its metadata.
	 */
	RivetException toException() {
		return new RivetException(ErrorCode.VALIDATION_ERROR, text(), metadata());
	}

	/**
	 * Return the refusal.
	 * @param index position of what is wrong
	 * @param value what is wrong
	 */
	InvalidArgumentException toException(int index, @Nullable JsonNode value) {
		return new InvalidArgumentException(text(), metadata(), index, value);
	}

	private String text() {
		Violation first = this.found.get(0);
		String more = (this.found.size() > 1) ? " (and %d more)".formatted(this.found.size() - 1) : "";
		return "%s %s%s".formatted(first.path(), first.message(), more);
	}

	private Object metadata() {
		return Map.of("violations", this.found);
	}

	static Violations of(String path, String message) {
		Violations violations = new Violations();
		violations.add(path, message);
		return violations;
	}

}
