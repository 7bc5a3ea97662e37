/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ReflectionUtils;
import tools.jackson.databind.JsonNode;

import io.rivetevents.annotation.MigrateState;
import io.rivetevents.scheduling.CallerScope;

/**
 * A method with {@link MigrateState}, ready to be called.
 */
final class MigrationMethod {

	private final int from;

	private final Method method;

	/** {@code null} for a static method. */
	private final @Nullable Object bean;

	private final CallerScope callers;

	/**
	 * Creates a method.
	 * @param from version from which it migrates
	 * @param method a method whose {@link #problem} is {@code null}
	 * @param bean returns the bean of the actor, which may be a proxy; not called for a
	 * static method
	 * @param callers scopes of callers
	 */
	MigrationMethod(int from, Method method, Supplier<?> bean, CallerScope callers) {
		this.from = from;
		this.bean = Modifier.isStatic(method.getModifiers()) ? null : bean.get();
		this.method = (this.bean != null) ? AopUtils.selectInvocableMethod(method, this.bean.getClass()) : method;
		this.callers = callers;
		ReflectionUtils.makeAccessible(this.method);
	}

	/**
	 * Describes why a method cannot migrate states.
	 * @return the problem, {@code null} if there is none
	 */
	static @Nullable String problem(Method method) {
		if (Modifier.isPrivate(method.getModifiers())) {
			return "the method must not be private";
		}
		boolean takesTree = method.getParameterCount() == 1
				&& JsonNode.class.isAssignableFrom(method.getParameterTypes()[0]);
		return (takesTree && JsonNode.class.isAssignableFrom(method.getReturnType())) ? null
				: "a method with @MigrateState must have one parameter of type JsonNode or a subclass,"
						+ " and return such a type";
	}

	int from() {
		return this.from;
	}

	/**
	 * Converts a state.
	 * @throws UnreadableStateException if the method fails
	 */
	JsonNode migrate(JsonNode state) {
		if (!this.method.getParameterTypes()[0].isInstance(state)) {
			throw new UnreadableStateException("%s takes no %s".formatted(this, state.getNodeType()), null);
		}
		try {
			return this.callers.call(null, () -> Objects.requireNonNull(call(state), "the result is null"));
		}
		catch (RuntimeException ex) {
			throw failure(ex);
		}
	}

	private @Nullable JsonNode call(JsonNode state) {
		try {
			return (JsonNode) this.method.invoke(this.bean, state);
		}
		catch (InvocationTargetException ex) {
			throw failure(ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex); // it has been made accessible
		}
	}

	/** The message of the failure is left out, since it may have stored data. */
	private UnreadableStateException failure(Throwable ex) {
		StackTraceElement[] trace = ex.getStackTrace();
		return (ex instanceof UnreadableStateException known) ? known
				: new UnreadableStateException("%s failed with %s%s".formatted(this, ex.getClass().getName(),
						(trace.length > 0) ? " at " + trace[0] : ""), ex);
	}

	@Override
	public String toString() {
		return "%s.%s".formatted(this.method.getDeclaringClass().getName(), this.method.getName());
	}

}
