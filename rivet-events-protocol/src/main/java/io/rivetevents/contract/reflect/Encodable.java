/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.io.Closeable;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;

import io.rivetevents.conversion.ValueMapper;

/**
 * Finds types that cannot be an argument of an event.
 */
final class Encodable {

	/** Types of results or tasks that are pending, or that are not values. */
	private static final List<Class<?>> NO_VALUES = List.of(CompletionStage.class, Future.class, BaseStream.class,
			Runnable.class, Callable.class, Closeable.class, Thread.class, ClassLoader.class);

	/** By name, because events do not require Reactive Streams on the class path. */
	private static final String PUBLISHER = "org.reactivestreams.Publisher";

	private Encodable() {
	}

	/**
	 * Returns why a type cannot be encoded, {@code null} if it can.
	 */
	static @Nullable String problem(Type type, ValueMapper mapper) {
		JavaType known = mapper.constructType(type);
		Class<?> raw = known.getRawClass();
		boolean noValue = NO_VALUES.stream().anyMatch((candidate) -> candidate.isAssignableFrom(raw))
				|| isPublisher(raw) || raw.getPackageName().equals("java.util.function");
		if (noValue) {
			return "%s is not a value that can be encoded".formatted(type.getTypeName());
		}
		for (int i = 0; i < known.containedTypeCount(); i++) {
			String problem = problem(known.containedType(i), mapper);
			if (problem != null) {
				return problem;
			}
		}
		boolean concrete = !raw.isInterface() && !Modifier.isAbstract(raw.getModifiers()) && raw != Object.class;
		return concrete ? encodingProblem(known, mapper) : null;
	}

	private static boolean isPublisher(Class<?> type) {
		Class<?> extended = type.getSuperclass();
		return type.getName().equals(PUBLISHER) || (extended != null && isPublisher(extended))
				|| Stream.of(type.getInterfaces()).anyMatch(Encodable::isPublisher);
	}

	private static @Nullable String encodingProblem(JavaType type, ValueMapper mapper) {
		try {
			mapper.checkEncodable(type);
			return null;
		}
		catch (JacksonException ex) {
			return "%s cannot be encoded: %s".formatted(type.getRawClass().getName(), ex.getOriginalMessage());
		}
	}

}
