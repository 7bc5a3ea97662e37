/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.background;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;

/**
 * Loads and verifies the classes of our beans, and the largest of the libraries, in the
 * background, so that the main thread finds them when it creates the beans. Spring Boot
 * calls it in a thread of its own, early in the start, on a machine with more than one
 * processor, unless {@code spring.backgroundpreinitializer.ignore} is set.
 * <p>
 * No class is initialized: two threads that initialize classes in a different order can
 * deadlock.
 */
final class BeanTypesPreinitializer implements BackgroundPreinitializer {

	private static final String OURS = "io.rivetevents.";

	/** By name: a class cannot be linked if an optional library is missing. */
	private static final List<String> CONFIGURATIONS = List.of("autoconfigure.RivetEventsAutoConfiguration",
			"autoconfigure.ConnectionsConfiguration", "autoconfigure.RivetEventsWebAutoConfiguration",
			"autoconfigure.RivetEventsSecurityAutoConfiguration");

	/** To verify one of these takes about 20 ms, because it mentions so many others. */
	private static final List<String> LIBRARIES = List.of("reactor.core.publisher.Flux", "reactor.core.publisher.Mono");

	private final Set<Class<?>> seen = new HashSet<>();

	private final Deque<Class<?>> waiting = new ArrayDeque<>();

	@Override
	public void preinitialize() throws ClassNotFoundException {
		for (String library : LIBRARIES) {
			link(find(library));
		}
		for (String configuration : CONFIGURATIONS) {
			load(find(OURS + configuration));
		}
	}

	private Class<?> find(String name) throws ClassNotFoundException {
		return Class.forName(name, false, getClass().getClassLoader());
	}

	/** Loads what a configuration declares, and the fields of that, and so on. */
	private void load(Class<?> configuration) {
		try {
			for (Method method : configuration.getDeclaredMethods()) {
				add(method.getReturnType());
				Stream.of(method.getParameterTypes()).forEach(this::add);
			}
			for (Class<?> nested : configuration.getDeclaredClasses()) {
				load(nested);
			}
		}
		catch (NoClassDefFoundError ex) {
			// an optional library is missing: the configuration does not apply
		}
		while (!this.waiting.isEmpty()) {
			link(this.waiting.remove());
		}
	}

	private void add(Class<?> type) {
		if (type.getName().startsWith(OURS) && this.seen.add(type)) {
			this.waiting.add(type);
		}
	}

	/** Fields can only be read from a linked class. */
	private void link(Class<?> type) {
		try {
			for (Field field : type.getDeclaredFields()) {
				add(field.getType());
			}
		}
		catch (NoClassDefFoundError ex) {
			// as above
		}
	}

}
