/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;

import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.scheduling.CallerScope;

/**
 * The stored form of an actor's state: its type, the version of that type, and how states
 * of older versions become states of this one. Safe for use by several threads.
 */
public final class StateFormat {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(StateFormat.class));

	/** Maximum number of characters of a problem in the log. */
	private static final int MAX_LOGGED = 1000;

	private final @Nullable DeclaredType type;

	private final int version;

	/** The migrations by the version from which they migrate, without gaps. */
	private final NavigableMap<Integer, MigrationMethod> migrations;

	/**
	 * A state that has been read.
	 *
	 * @param value the state, {@code null} if the actor has none
	 * @param json its JSON in the current format
	 */
	public record Reading(@Nullable Object value, byte @Nullable [] json) {
	}

	/**
	 * Creates the exception for an error in an actor class.
	 */
	@FunctionalInterface
	public interface Problems {

		/**
		 * Creates an exception.
		 * @param method the method, {@code null} if the error is not in a method
		 * @param problem the error
		 * @param action what to change, as a sentence without final period
		 */
		RuntimeException create(@Nullable Method method, String problem, String action);

	}

	private StateFormat(@Nullable DeclaredType type, int version, NavigableMap<Integer, MigrationMethod> migrations) {
		this.type = type;
		this.version = version;
		this.migrations = migrations;
	}

	/**
	 * Returns a format of version 0.
	 * @param type type of the state, {@code null} for none
	 */
	public static StateFormat initial(@Nullable DeclaredType type) {
		return new StateFormat(type, 0, new TreeMap<>());
	}

	/**
	 * Returns the format that the annotations of an actor class declare.
	 * @param actor the class
	 * @param bean returns its bean, which may be a proxy; called only if a method that
	 * migrates is not static
	 * @param type type of the state, {@code null} for none
	 * @param callers scopes of callers
	 * @param problems creates the exception if the declarations are invalid
	 */
	public static StateFormat declared(Class<?> actor, Supplier<?> bean, @Nullable DeclaredType type,
			CallerScope callers, Problems problems) {
		StateVersion declared = (type != null)
				? AnnotatedElementUtils.findMergedAnnotation(type.type().getRawClass(), StateVersion.class) : null;
		int version = (declared != null) ? declared.value() : 0;
		if (declared != null && version < 1) {
			throw problems.create(null, "@StateVersion(%d) of %s must be at least 1".formatted(version, type),
					"Set @StateVersion to 1 or above, or remove it");
		}
		NavigableMap<Integer, MigrationMethod> migrations = new TreeMap<>();
		Map<Method, MigrateState> methods = MethodIntrospector.selectMethods(actor,
				(Method method) -> AnnotatedElementUtils.findMergedAnnotation(method, MigrateState.class));
		methods.forEach((method, annotation) -> {
			check(method, annotation.from(), version, problems);
			MigrationMethod added = new MigrationMethod(annotation.from(), method, bean, callers);
			MigrationMethod other = migrations.put(annotation.from(), added);
			if (other != null) {
				throw problems.create(method, "%s migrates from version %d, too".formatted(other, annotation.from()),
						"Remove one of the methods, or change its @MigrateState(from = ...)");
			}
		});
		checkComplete(migrations, version, type, problems);
		return new StateFormat(type, version, migrations);
	}

	private static void check(Method method, int from, int version, Problems problems) {
		String problem = MigrationMethod.problem(method);
		if (problem != null) {
			throw problems.create(method, problem, "Declare it as in JsonNode migrate(JsonNode state)");
		}
		if (from < 0 || from >= version) {
			throw problems.create(method,
					"it migrates from version %d, but the version of the state type is %d".formatted(from, version),
					"Set the @StateVersion of the state type to the version of its result or above");
		}
	}

	/** Only migrations from the oldest versions may be missing. */
	private static void checkComplete(NavigableMap<Integer, MigrationMethod> migrations, int version,
			@Nullable DeclaredType type, Problems problems) {
		int oldest = migrations.isEmpty() ? version - 1 : migrations.firstKey();
		for (int from = Math.max(oldest, 0); from < version; from++) {
			if (!migrations.containsKey(from)) {
				throw problems.create(null, "%s has @StateVersion(%d), but no method has @MigrateState(from = %d)"
					.formatted(type, version, from), "Add a method with @MigrateState(from = %d)".formatted(from));
			}
		}
	}

	/** Returns the type of the state, {@code null} if the actor has none. */
	public @Nullable DeclaredType type() {
		return this.type;
	}

	/** Returns the version of the type, 0 if it has none. */
	public int version() {
		return this.version;
	}

	/**
	 * Reads the state of an instance. If it cannot be read, this is logged.
	 * @throws RivetException with {@code actor.state_unreadable} if it cannot be read
	 */
	Reading read(StoredActor stored, ValueMapper mapper) {
		try {
			return read(stored.state(), stored.format(), mapper);
		}
		catch (UnreadableStateException ex) {
			failures.warn(stored.address().toString(),
					() -> ("Cannot read the state of %s (format %d, version %d of %s): %s. What is stored is kept, and"
							+ " requests are rejected until a version of the application can read it")
						.formatted(stored.address(), stored.format(), this.version, this.type,
								SafeText.of(ex.getMessage(), MAX_LOGGED)));
			throw new RivetException(ErrorCode.STATE_UNREADABLE);
		}
	}

	/**
	 * Reads a state, and migrates it if it has an older format.
	 * @param json its JSON, {@code null} for none
	 * @param format its format
	 * @param mapper mapper of the application
	 * @throws UnreadableStateException if it cannot be read
	 */
	public Reading read(byte @Nullable [] json, int format, ValueMapper mapper) {
		if (format > this.version) {
			throw new UnreadableStateException("the format is newer than the version", null);
		}
		if (this.type == null || json == null) {
			return new Reading(null, json);
		}
		try {
			return (format == this.version) ? new Reading(mapper.read(json, this.type.type()), json)
					: readMigrated(migrate(json, format, mapper), this.type, mapper);
		}
		catch (UnreadableStateException ex) {
			throw ex;
		}
		catch (RuntimeException ex) { // of the application's types and deserializers, too
			throw new UnreadableStateException(describe(ex), ex);
		}
	}

	/**
	 * Converts a state to the current format.
	 * @param json its JSON
	 * @param format its format, which is not newer
	 * @param mapper mapper of the application
	 * @return its JSON in the current format
	 * @throws JacksonException if it is not valid JSON
	 * @throws UnreadableStateException if a migration is missing or fails
	 */
	public byte[] migrate(byte[] json, int format, ValueMapper mapper) {
		if (format == this.version) {
			return json;
		}
		if (!this.migrations.containsKey(format)) {
			throw new UnreadableStateException("no method has @MigrateState(from = %d)".formatted(format), null);
		}
		JsonNode tree = mapper.readStoredTree(json);
		for (MigrationMethod migration : this.migrations.tailMap(format).values()) {
			tree = migration.migrate(tree);
		}
		return mapper.write(tree);
	}

	private static Reading readMigrated(byte[] json, DeclaredType type, ValueMapper mapper) {
		Object value = mapper.readExactly(json, type.type());
		byte[] written = type.write(value);
		String difference = new StateComparison(mapper, type).difference(value, written);
		if (difference != null) {
			throw new UnreadableStateException("the migrated state would differ after a save: " + difference, null);
		}
		return new Reading(value, written);
	}

	/** Describes a failure without its message, which may have stored data. */
	private static String describe(RuntimeException ex) {
		if (ex instanceof StreamReadException malformed) {
			return "it is not valid JSON at byte %d".formatted(malformed.getLocation().getByteOffset());
		}
		if (ex instanceof JacksonException misfit) {
			return describe(misfit);
		}
		if (ex.getCause() instanceof JacksonException misfit) { // of a comparison
			return "the migrated state could not be loaded after a save: " + describe(misfit);
		}
		StackTraceElement[] trace = ex.getStackTrace();
		return ex.getClass().getName() + ((trace.length > 0) ? " at " + trace[0] : "");
	}

	private static String describe(JacksonException ex) {
		Class<?> target = (ex instanceof MismatchedInputException misfit) ? misfit.getTargetType() : null;
		return "%s: %s%s".formatted(StateComparison.path(ex), ex.getClass().getSimpleName(),
				(target != null) ? " for " + target.getName() : "");
	}

}
