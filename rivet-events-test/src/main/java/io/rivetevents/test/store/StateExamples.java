/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.persistence.StateComparison;
import io.rivetevents.actor.persistence.StateFormat;
import io.rivetevents.actor.persistence.UnreadableStateException;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.scheduling.CallerScope;

/**
 * Stored examples of an actor's state, one or more for each version of its type. A test
 * checks that the present classes read all of them, and writes an example of the present
 * version for the tests of later versions:
 *
 * <pre>{@code
 * class ChatRoomStateTests {
 *
 *     private final StateExamples examples = StateExamples.of(ChatRoom.class);
 *
 *     &#64;Test
 *     void readsStatesOfAllVersions() {
 *         this.examples.check();
 *     }
 *
 *     &#64;Test
 *     void keepsAnExampleOfThisVersion() {
 *         this.examples.write("two-messages", new RoomState("tea", List.of("hello", "bye")));
 *     }
 *
 * }
 * }</pre>
 *
 * The examples are class path resources {@code state/<actor>/v<version>-<name>.json}, in
 * {@code src/test/resources}; commit them. The actor is named by {@link Actor}, or by its
 * class with a lower-case first letter. The version is that of {@link StateVersion}, 0
 * without it.
 *
 * @since 0.1.0
 */
public final class StateExamples {

	private static final Pattern FILE_NAME = Pattern.compile("v(\\d{1,9})-(.+)\\.json");

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

	private final Class<?> actor;

	private final Supplier<?> bean;

	private final ValueMapper mapper;

	private final String directory;

	private final Path sources;

	private final DeclaredType type;

	private final StateFormat format;

	private StateExamples(Class<?> actor, Supplier<?> bean, ValueMapper mapper, String directory, Path sources) {
		this.actor = actor;
		this.bean = bean;
		this.mapper = mapper;
		this.directory = directory;
		this.sources = sources;
		this.type = mapper.declared(stateType(actor));
		this.format = StateFormat.declared(actor, bean, this.type, CallerScope.NONE,
				(method, problem, action) -> (method != null) ? new InvalidActorException(method, problem, action)
						: new InvalidActorException(actor, problem, action));
	}

	/**
	 * Returns the examples of an actor. Its values are written and read by a mapper with
	 * the modules on the class path.
	 * @param actor class of the actor; if a method with {@link MigrateState} is not
	 * static, it must have a constructor without parameters
	 * @throws InvalidActorException if its migrations are invalid
	 * @throws IllegalArgumentException if it has no state
	 */
	public static StateExamples of(Class<?> actor) {
		return of(actor, SingletonSupplier.of(() -> BeanUtils.instantiateClass(actor)));
	}

	/**
	 * Returns the examples of an actor, as {@link #of(Class)} does.
	 * @param actor the actor, which is used for methods with {@link MigrateState} that
	 * are not static
	 */
	public static StateExamples ofBean(Object actor) {
		return of(ClassUtils.getUserClass(actor), () -> actor);
	}

	private static StateExamples of(Class<?> actor, Supplier<?> bean) {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().findAndAddModules().build());
		return new StateExamples(actor, bean, mapper, "state/" + name(actor), Path.of("src/test/resources"));
	}

	/**
	 * Returns the same examples with the mapper of the application, which is needed if it
	 * is configured differently.
	 */
	public StateExamples withMapper(JsonMapper mapper) {
		return new StateExamples(this.actor, this.bean, new ValueMapper(mapper), this.directory, this.sources);
	}

	/**
	 * Returns examples in another directory.
	 * @param directory a directory on the class path, without a slash at either end
	 */
	public StateExamples inDirectory(String directory) {
		return new StateExamples(this.actor, this.bean, this.mapper, directory, this.sources);
	}

	/**
	 * Returns the same examples, with another root directory for {@link #write}.
	 * @param sources directory of the resources; default: {@code src/test/resources}
	 */
	public StateExamples withSources(Path sources) {
		return new StateExamples(this.actor, this.bean, this.mapper, this.directory, sources);
	}

	private static String name(Class<?> actor) {
		Actor annotation = AnnotatedElementUtils.findMergedAnnotation(actor, Actor.class);
		return (annotation != null && StringUtils.hasText(annotation.value())) ? annotation.value()
				: StringUtils.uncapitalizeAsProperty(ClassUtils.getShortName(actor));
	}

	private static Type stateType(Class<?> actor) {
		Method method = MethodIntrospector
			.selectMethods(actor,
					(Method each) -> AnnotatedElementUtils.hasAnnotation(each, CreateState.class) ? each : null)
			.keySet()
			.stream()
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException(
					"%s has no state: no method has @CreateState".formatted(actor.getName())));
		ResolvableType returned = ResolvableType.forMethodReturnType(method, actor);
		boolean wrapped = ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType()) != null;
		return (wrapped ? returned.getGeneric(0) : returned).getType();
	}

	/**
	 * Migrates, reads and writes each example, as the runtime does when an instance
	 * wakes. New properties with defaults are allowed.
	 * @throws AssertionError if there is no example; if one cannot be read; or if a value
	 * would be lost or changed, with the path of each
	 */
	public void check() {
		List<String> problems = new ArrayList<>();
		List<Resource> examples = examples();
		for (Resource example : examples) {
			String problem = problem(example);
			if (problem != null) {
				problems.add("%s/%s: %s".formatted(this.directory, example.getFilename(), problem));
			}
		}
		if (examples.isEmpty()) {
			problems.add("There is no example %s/v<version>-<name>.json on the class path".formatted(this.directory));
		}
		if (!problems.isEmpty()) {
			throw new AssertionError(String.join("\n", problems));
		}
	}

	private List<Resource> examples() {
		try {
			Resource[] found = new PathMatchingResourcePatternResolver(this.actor.getClassLoader())
				.getResources("classpath*:%s/*.json".formatted(this.directory));
			return Arrays.stream(found).sorted(Comparator.comparing(Resource::getFilename)).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private @Nullable String problem(Resource example) {
		Matcher name = FILE_NAME.matcher(Objects.requireNonNullElse(example.getFilename(), ""));
		if (!name.matches()) {
			return "the name must be v<version>-<name>.json";
		}
		int version = Integer.parseInt(name.group(1));
		try {
			byte[] json = example.getContentAsByteArray();
			Object value = this.format.read(json, version, this.mapper).value();
			StateComparison comparison = new StateComparison(this.mapper, this.type);
			String loss = comparison.loss(this.format.migrate(json, version, this.mapper), value);
			return (loss != null) ? "would be lost or changed: " + loss
					: comparison.difference(value, this.type.write(value));
		}
		catch (UnreadableStateException ex) {
			return "cannot be read by version %d of %s: %s".formatted(this.format.version(), this.type, describe(ex));
		}
		catch (IllegalStateException ex) {
			return ex.getMessage();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Unlike a stored state, an example may be shown. */
	private static String describe(UnreadableStateException ex) {
		Throwable cause = ex.getCause();
		String detail = (cause instanceof JacksonException failure) ? failure.getOriginalMessage()
				: (cause != null) ? cause.getMessage() : null;
		return (detail != null) ? "%s (%s)".formatted(ex.getMessage(), detail) : String.valueOf(ex.getMessage());
	}

	/**
	 * Writes an example of the present version to the source directory, unless it exists:
	 * an example is never changed, since instances are stored like that.
	 * @param name name of the example: letters, digits, hyphens and underscores
	 * @param state the state
	 * @return the file
	 */
	public Path write(String name, Object state) {
		Assert.isTrue(NAME.matcher(name).matches(),
				() -> "The name of an example must have letters, digits, - and _ only: " + name);
		Path file = this.sources.resolve(this.directory).resolve("v%d-%s.json".formatted(this.format.version(), name));
		String json = this.mapper.readStoredTree(this.type.write(state)).toPrettyString();
		try {
			if (!Files.exists(file)) {
				Files.createDirectories(file.getParent());
				Files.writeString(file, json + "\n", StandardCharsets.UTF_8);
			}
			return file;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
