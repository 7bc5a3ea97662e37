/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.apache.commons.logging.LogFactory;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;

import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;

/**
 * The observers that override one method, in their order. An exception or {@link Error}
 * of an observer is logged and affects neither other observers nor the caller.
 *
 * @param <T> type that declares the method
 */
final class Callback<T extends ConnectionObserver> {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Observers.class));

	private final List<T> observers;

	private Callback(List<T> observers) {
		this.observers = observers;
	}

	/**
	 * Selects the observers that override a method.
	 * @param observers all observers, in their order
	 * @param type type that declares the method
	 * @param method its name
	 * @param parameters types of its parameters
	 */
	static <T extends ConnectionObserver> Callback<T> of(List<? extends ConnectionObserver> observers, Class<T> type,
			String method, Class<?>... parameters) {
		Assert.state(ClassUtils.hasMethod(type, method, parameters),
				() -> "%s has no method %s".formatted(type, method));
		List<T> selected = new ArrayList<>();
		for (ConnectionObserver observer : observers) {
			if (type.isInstance(observer) && overrides(observer, type, method, parameters)) {
				selected.add(type.cast(observer));
			}
		}
		return new Callback<>(List.copyOf(selected));
	}

	/**
	 * A proxy overrides each method, and a method that reflection does not find may be
	 * overridden, too.
	 */
	private static boolean overrides(Object observer, Class<?> type, String name, Class<?>[] parameters) {
		Method method = ClassUtils.getMethodIfAvailable(observer.getClass(), name, parameters);
		return method == null || method.getDeclaringClass() != type;
	}

	/** Returns whether no observer overrides the method. */
	boolean isEmpty() {
		return this.observers.isEmpty();
	}

	/**
	 * Calls the observers on the current thread.
	 * @param subject the observed actor, call, connection or event, for logs
	 */
	void call(Object subject, Consumer<T> call) {
		for (T observer : this.observers) {
			try {
				call.accept(observer);
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "Observer %s failed for %s".formatted(observer.getClass().getName(),
						SafeText.of(subject)));
			}
		}
	}

}
