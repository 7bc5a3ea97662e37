/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.util.HashMap;
import java.util.Map;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshot;
import io.micrometer.context.ContextSnapshotFactory;
import io.micrometer.context.ThreadLocalAccessor;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.ClassUtils;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import io.rivetevents.failure.RepeatedFailures;

/**
 * The values for traces and logs on the thread and in the Reactor context of a caller,
 * such as the current observation and the MDC: all values with an accessor in
 * Micrometer's {@link ContextRegistry}. They are captured when a call begins, passed on
 * with the turn, and restored around application code. The identity of the caller is set
 * by {@link io.rivetevents.scheduling.CallerScope} instead. Without that library or
 * without values it is {@link #NONE}, which has no cost. Immutable.
 */
public final class CallContext {

	/** A context without values. */
	public static final CallContext NONE = new CallContext(Context.empty());

	private static final boolean SUPPORTED = ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory",
			CallContext.class.getClassLoader());

	private static final Scope NOTHING = () -> {
	};

	/** Most characters of the values that are sent to another node. */
	private static final int MAX_TEXT = 16 * 1024;

	/** By the keys of their accessors. */
	private final Context values;

	private CallContext(Context values) {
		this.values = values;
	}

	/** Restores the previous values of the thread. */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		@Override
		void close();

	}

	/**
	 * Captures the values of the current thread and of a Reactor context, which takes
	 * precedence.
	 * @param context the context of the caller
	 */
	public static CallContext capture(ContextView context) {
		return SUPPORTED ? of(Values.capture(context)) : NONE;
	}

	private static CallContext of(Context values) {
		return values.isEmpty() ? NONE : new CallContext(values);
	}

	/**
	 * Captures those values that can be sent to another node: texts, and maps of texts
	 * such as the MDC.
	 * @param context Reactor context of the caller
	 * @return texts and maps of texts by the keys of their accessors, an empty map for
	 * none; also if they have more than 16,384 characters
	 */
	public static Map<String, Object> texts(ContextView context) {
		return SUPPORTED ? Values.texts(Values.capture(context)) : Map.of();
	}

	/**
	 * Returns the context of a caller on another node. Values without an accessor on this
	 * node are ignored.
	 * @param texts texts and maps of texts by the keys of their accessors
	 */
	public static CallContext ofTexts(Map<String, Object> texts) {
		return (SUPPORTED && !texts.isEmpty()) ? of(Values.ofTexts(texts)) : NONE;
	}

	/**
	 * Returns work whose Reactor context contains the values of its subscriber and of the
	 * subscriber's thread, on whatever thread it continues.
	 * @param work the work
	 */
	public static <T> Mono<T> captured(Mono<T> work) {
		return SUPPORTED ? work.contextWrite((context) -> context.putAll(Values.capture(context).readOnly())) : work;
	}

	/**
	 * Returns the context that a turn carries.
	 * @param context Reactor context of the turn's work
	 */
	public static CallContext carried(ContextView context) {
		return context.hasKey(CallContext.class) ? context.<CallContext>get(CallContext.class) : NONE;
	}

	/**
	 * Sets the values on the current thread.
	 * @return restores the previous values; must be closed by the same thread
	 */
	public Scope enter() {
		return (this == NONE) ? NOTHING : Values.enter(this.values);
	}

	/**
	 * Returns work that has the values on its thread during subscription, and in its
	 * Reactor context.
	 * @param work the work
	 */
	public <T> Mono<T> around(Mono<T> work) {
		if (this == NONE) {
			return work;
		}
		Mono<T> inContext = work
			.contextWrite((context) -> context.putAll(this.values.readOnly()).put(CallContext.class, this));
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super T> actual) {
				try (Scope scope = enter()) {
					inContext.subscribe(actual);
				}
			}

		};
	}

	@Override
	public String toString() {
		return "context with " + this.values.stream().map((value) -> String.valueOf(value.getKey())).toList();
	}

	/**
	 * Requires the library. A failure of an accessor is logged and does not affect the
	 * call.
	 */
	private static final class Values {

		private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(CallContext.class));

		private static final int NO_TEXT = -1;

		private static final ContextRegistry registry = ContextRegistry.getInstance();

		private static final ContextSnapshotFactory snapshots = ContextSnapshotFactory.builder()
			.captureKeyPredicate(Values::isCarried)
			.build();

		static Context capture(ContextView context) {
			if (registry.getThreadLocalAccessors().isEmpty()) {
				return Context.empty();
			}
			try {
				return snapshots.captureAll(context).updateContext(Context.empty());
			}
			catch (Throwable ex) {
				failures.error(ex,
						() -> "Failed to capture the context of a caller (traces, MDC); the call continues without it");
				return Context.empty();
			}
		}

		/**
		 * A Reactor context also contains values that are not for threads, such as
		 * transactions.
		 */
		private static boolean isCarried(Object key) {
			for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
				if (accessor.key().equals(key)) {
					return !accessor.getClass().getName().startsWith("org.springframework.security.");
				}
			}
			return false;
		}

		static Map<String, Object> texts(Context values) {
			Map<String, Object> texts = new HashMap<>();
			int size = 0;
			for (Map.Entry<Object, Object> each : values.stream().toList()) {
				int added = (each.getKey() instanceof String) ? size(each.getValue()) : NO_TEXT;
				if (added != NO_TEXT) {
					texts.put((String) each.getKey(), each.getValue());
					size += added;
				}
			}
			return (size <= MAX_TEXT) ? texts : Map.of();
		}

		/**
		 * Returns the characters of a value, {@link #NO_TEXT} if it has no texts alone.
		 */
		private static int size(Object value) {
			if (value instanceof String text) {
				return text.length();
			}
			if (!(value instanceof Map<?, ?> map)) {
				return NO_TEXT;
			}
			int size = 0;
			for (Map.Entry<?, ?> each : map.entrySet()) {
				if (!(each.getKey() instanceof String key) || !(each.getValue() instanceof String text)) {
					return NO_TEXT;
				}
				size += key.length() + text.length();
			}
			return size;
		}

		static Context ofTexts(Map<String, Object> texts) {
			Context values = Context.empty();
			for (Map.Entry<String, Object> each : texts.entrySet()) {
				if (isCarried(each.getKey())) {
					values = values.put(each.getKey(), each.getValue());
				}
			}
			return values;
		}

		static Scope enter(Context values) {
			try {
				ContextSnapshot.Scope scope = snapshots.setThreadLocalsFrom(values);
				return () -> leave(scope);
			}
			catch (Throwable ex) {
				failures.error(ex,
						() -> "Failed to set the context of a caller (traces, MDC) on a thread; the call continues without it");
				return NOTHING;
			}
		}

		private static void leave(ContextSnapshot.Scope scope) {
			try {
				scope.close();
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "Failed to remove the context of a caller (traces, MDC) from a thread");
			}
		}

	}

}
