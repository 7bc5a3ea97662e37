/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;

/**
 * Compares a state with the form that would be loaded: the state is written, read and
 * written again. Where the declared type allows any class, the classes are compared too.
 * The order of elements is ignored, since sets have none, and so are values that change
 * on each write.
 */
public final class StateComparison {

	private static final int MAX_NAMED = 10;

	private final ValueMapper mapper;

	private final DeclaredType type;

	public StateComparison(ValueMapper mapper, DeclaredType type) {
		this.mapper = mapper;
		this.type = type;
	}

	/**
	 * Describes what would differ after loading.
	 * @param value the state
	 * @param written its JSON that is to be stored
	 * @return the paths, with both classes where these differ; {@code null} if nothing
	 * would differ
	 * @throws IllegalStateException if the JSON could not be loaded at all
	 */
	public @Nullable String difference(@Nullable Object value, byte[] written) {
		Object read = read(written);
		String values = valueDifference(value, written, this.type.write(read));
		String classes = classDifference(value, read);
		return (values != null && classes != null) ? "%s; %s".formatted(values, classes)
				: (values != null) ? values : classes;
	}

	/**
	 * Describes which values of a stored state the state that was read from it does not
	 * write again. Additional values are ignored, and so is a property that is null on
	 * one side and absent on the other.
	 * @param stored JSON in the current format
	 * @param read the state that was read from it
	 * @return the paths, {@code null} if there is none
	 */
	public @Nullable String loss(byte[] stored, @Nullable Object read) {
		byte[] written = this.type.write(read);
		TreeSet<String> paths = differences(stored, written, false);
		if (!paths.isEmpty()) {
			paths.removeAll(differences(written, this.type.write(read), true));
		}
		return paths.isEmpty() ? null : named(paths);
	}

	private @Nullable String valueDifference(@Nullable Object value, byte[] written, byte[] again) {
		if (Arrays.equals(again, written)) {
			return null;
		}
		TreeSet<String> paths = differences(written, again, true);
		if (!paths.isEmpty()) {
			paths.removeAll(differences(written, this.type.write(value), true));
		}
		return paths.isEmpty() ? null : "%s of %s would differ".formatted(named(paths), this.type);
	}

	private @Nullable String classDifference(@Nullable Object value, @Nullable Object read) {
		SortedMap<String, String> classes = this.mapper.classDifferences(value, read, this.type.type());
		if (!classes.isEmpty()) {
			classes.keySet().removeAll(this.mapper.classDifferences(value, value, this.type.type()).keySet());
		}
		List<String> texts = new ArrayList<>();
		classes.forEach((path, text) -> texts
			.add("at %s: %s".formatted(path.isEmpty() ? "$" : path.replaceFirst("^\\.", ""), text)));
		return texts.isEmpty() ? null : "in %s, %s. Declare the type of such a value, or annotate it with @JsonTypeInfo"
			.formatted(this.type, named(texts));
	}

	private @Nullable Object read(byte[] written) {
		try {
			return this.mapper.read(written, this.type.type());
		}
		catch (JacksonException ex) {
			throw new IllegalStateException("The state is not saved because it could not be loaded again: %s of %s: %s"
				.formatted(path(ex), this.type, ex.getOriginalMessage()), ex);
		}
	}

	static String path(JacksonException ex) {
		StringBuilder path = new StringBuilder("$");
		ex.getPath()
			.forEach((step) -> path.append((step.getPropertyName() != null) ? "." + step.getPropertyName()
					: "[%d]".formatted(step.getIndex())));
		return path.toString();
	}

	private static String named(Collection<String> paths) {
		String named = String.join(", ", paths.stream().limit(MAX_NAMED).toList());
		return (paths.size() > MAX_NAMED) ? "%s and %d more".formatted(named, paths.size() - MAX_NAMED) : named;
	}

	/**
	 * Returns the paths of different values.
	 * @param additions whether properties of the other JSON alone count
	 */
	private static TreeSet<String> differences(byte[] one, byte[] other, boolean additions) {
		TreeSet<String> paths = new TreeSet<>();
		compare("$", JsonMapper.shared().readTree(one), JsonMapper.shared().readTree(other), additions, paths);
		return paths;
	}

	private static void compare(String path, JsonNode one, JsonNode other, boolean additions, TreeSet<String> paths) {
		if (one.isObject() && other.isObject()) {
			for (Map.Entry<String, JsonNode> property : one.properties()) {
				JsonNode absent = (property.getValue().isNull() && !additions) ? property.getValue()
						: MissingNode.getInstance();
				JsonNode counterpart = other.get(property.getKey());
				compare(path + "." + property.getKey(), property.getValue(),
						(counterpart != null) ? counterpart : absent, additions, paths);
			}
			other.propertyNames()
				.stream()
				.filter((name) -> additions && !one.has(name))
				.forEach((name) -> paths.add(path + "." + name));
		}
		else if (one.isArray() && one.size() == other.size()) {
			compareElements(path, one, other, additions, paths);
		}
		else if (!isSame(one, other)) {
			paths.add(path);
		}
	}

	private static void compareElements(String path, JsonNode one, JsonNode other, boolean additions,
			TreeSet<String> paths) {
		TreeSet<String> found = new TreeSet<>();
		for (int i = 0; i < one.size(); i++) {
			compare("%s[%d]".formatted(path, i), one.get(i), other.get(i), additions, found);
		}
		if (!found.isEmpty()) {
			List<JsonNode> rest = new ArrayList<>(one.valueStream().toList());
			other.valueStream().forEach(rest::remove);
			paths.addAll(rest.isEmpty() ? new TreeSet<>() : found);
		}
	}

	/** A number may be read as another type, and a time in another zone. */
	private static boolean isSame(JsonNode one, JsonNode other) {
		if (one.isNumber() && other.isNumber()) {
			return Double.compare(one.doubleValue(), other.doubleValue()) == 0;
		}
		return one.equals(other) || (one.isString() && other.isString() && isSameTime(one, other));
	}

	private static boolean isSameTime(JsonNode one, JsonNode other) {
		try {
			return ZonedDateTime.parse(one.stringValue())
				.toInstant()
				.equals(ZonedDateTime.parse(other.stringValue()).toInstant());
		}
		catch (DateTimeParseException ex) {
			return false;
		}
	}

}
