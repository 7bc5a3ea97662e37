package io.rivetevents.invocation;

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
 * What is wrong with the arguments of one call.
 */
final class Violations {

	/** As many as are told; of the others it is said how many there are. */
	private static final int MAX_TOLD = 100;

	/** Characters of a path, and of a message: both may hold what a client has sent. */
	private static final int MAX_LENGTH = 500;

	private final List<Violation> found = new ArrayList<>(1);

	private int count;

	/**
	 * One thing that is wrong.
	 *
	 * @param path the parameter, and the way from it to the value: {@code position.x}
	 * @param message what is wrong with it
	 */
	record Violation(String path, String message) {
	}

	/**
	 * Adds something that is wrong.
	 * @param path makes its path; not called for a violation that is only counted
	 * @param message what is wrong with it
	 */
	void add(Supplier<String> path, String message) {
		this.count++;
		if (this.found.size() < MAX_TOLD) {
			this.found.add(new Violation(cut(path.get()), cut(message)));
		}
	}

	private static String cut(String text) {
		return (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) + "…" : text;
	}

	boolean isEmpty() {
		return this.found.isEmpty();
	}

	/**
	 * Returns the refusal: {@code actor.validation_error} with {@code {"violations":
	 * [{"path", "message"}]}} as its metadata, of at most {@value #MAX_TOLD} violations.
	 */
	RivetException toException() {
		return new RivetException(ErrorCode.VALIDATION_ERROR, text(), metadata());
	}

	/**
	 * Returns the refusal.
	 * @param index position of what is wrong
	 * @param value what is wrong
	 */
	InvalidArgumentException toException(int index, @Nullable JsonNode value) {
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

	static Violations of(String path, String message) {
		Violations violations = new Violations();
		violations.add(() -> path, message);
		return violations;
	}

}
