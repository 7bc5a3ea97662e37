/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.CallContext.Scope;

/**
 * The values of a thread that belong to a {@link CallContext}. Requires Micrometer's
 * library. A failure of an accessor is logged, and affects neither the other values nor
 * the call.
 */
final class ThreadValues {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(CallContext.class));

	/**
	 * Key of the current observation. It is set last and restored first, since handlers
	 * of observations change the MDC.
	 */
	private static final String OBSERVATION = "micrometer.observation";

	/** Current on a thread on which an observation was cleared. */
	private static final String NO_OBSERVATION = "io.micrometer.observation.NullObservation";

	private static final ContextRegistry registry = ContextRegistry.getInstance();

	private ThreadValues() {
	}

	/** Returns whether values with a key are passed on. */
	static boolean isCarried(Object key) {
		if (key.equals(CallContext.TRACEPARENT)) {
			return true;
		}
		for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
			if (accessor.key().equals(key)) {
				return isCarried(accessor);
			}
		}
		return false;
	}

	/** Returns whether no other values of threads are passed on. */
	static boolean isOnlyCarried(Object key) {
		for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
			if (isCarried(accessor) && !accessor.key().equals(key)) {
				return false;
			}
		}
		return true;
	}

	private static boolean isCarried(ThreadLocalAccessor<?> accessor) {
		return !accessor.getClass().getName().startsWith("org.springframework.security.");
	}

	/**
	 * Returns the values of a Reactor context, and those of the thread that it does not
	 * have. A Reactor context also contains values that are not for threads, such as
	 * transactions.
	 */
	static Context capture(ContextView context) {
		Object traceparent = context.getOrDefault(CallContext.TRACEPARENT, null);
		Context values = (traceparent != null) ? Context.of(CallContext.TRACEPARENT, traceparent) : Context.empty();
		for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
			if (isCarried(accessor)) {
				Object value = context.getOrDefault(accessor.key(), null);
				Object found = (value != null) ? value : read(accessor);
				values = (found != null) ? values.put(accessor.key(), found) : values;
			}
		}
		return values;
	}

	private static <V> @Nullable V read(ThreadLocalAccessor<V> accessor) {
		try {
			V value = accessor.getValue();
			return (value != null && value.getClass().getName().equals(NO_OBSERVATION)) ? null : value;
		}
		catch (Throwable ex) {
			failures.error(ex,
					() -> "Failed to capture the context of a caller (traces, MDC); the call continues without it");
			return null;
		}
	}

	/**
	 * Sets values on the current thread, and removes those that the context does not
	 * have.
	 * @return restores the previous values in reverse order
	 */
	static Scope replace(Context values) {
		Scope restoring = CallContext.NOTHING;
		ThreadLocalAccessor<?> observation = null;
		for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
			if (OBSERVATION.equals(accessor.key())) {
				observation = accessor;
			}
			else if (isCarried(accessor)) {
				restoring = replace(accessor, values, restoring);
			}
		}
		return (observation != null) ? replace(observation, values, restoring) : restoring;
	}

	/**
	 * Sets one value on the current thread.
	 * @return restores the previous value
	 */
	static Scope replace(Object key, Object value) {
		for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
			if (accessor.key().equals(key)) {
				return replace(accessor, Context.of(key, value), CallContext.NOTHING);
			}
		}
		return CallContext.NOTHING;
	}

	@SuppressWarnings("unchecked") // the value was read by an accessor with this key
	private static <V> Scope replace(ThreadLocalAccessor<V> accessor, Context values, Scope earlier) {
		V previous = read(accessor);
		V value = (V) values.getOrDefault(accessor.key(), null);
		if (value == previous) {
			return earlier;
		}
		try {
			if (value != null) {
				accessor.setValue(value);
			}
			else {
				accessor.setValue();
			}
		}
		catch (Throwable ex) {
			failures.error(ex,
					() -> "Failed to set the context of a caller (traces, MDC) on a thread; the call continues without it");
			if (read(accessor) == previous) {
				return earlier;
			}
		}
		return new Replaced<>(accessor, previous, earlier);
	}

	/** A value that was replaced, and the scope of the value that was replaced before. */
	private record Replaced<V>(ThreadLocalAccessor<V> accessor, @Nullable V previous, Scope earlier) implements Scope {

		@Override
		public void close() {
			try {
				if (this.previous != null) {
					this.accessor.restore(this.previous);
				}
				else {
					this.accessor.restore();
				}
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "Failed to remove the context of a caller (traces, MDC) from a thread");
				if (OBSERVATION.equals(this.accessor.key()) && read(this.accessor) != this.previous) {
					ObservationScopes.removeCurrent();
				}
			}
			this.earlier.close();
		}

	}

}
