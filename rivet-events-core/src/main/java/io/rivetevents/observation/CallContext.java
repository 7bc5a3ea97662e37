/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The values for traces and logs on the thread and in the Reactor context of a caller,
 * such as the current observation and the MDC: all values with an accessor in
 * Micrometer's {@code ContextRegistry}. They are captured when a call begins, passed on
 * with the turn, and restored around application code. The identity of the caller is set
 * by {@link io.rivetevents.scheduling.CallerScope} instead. Without that library or
 * without values it is {@link #NONE}. Immutable.
 */
public final class CallContext {

	/** A context without values. */
	public static final CallContext NONE = new CallContext(Context.empty());

	private static final boolean SUPPORTED = ClassUtils.isPresent("io.micrometer.context.ContextRegistry",
			CallContext.class.getClassLoader());

	static final Scope NOTHING = () -> {
	};

	/** Key of the part of a trace elsewhere, which threads do not have. */
	static final String TRACEPARENT = "rivet.traceparent";

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
		return SUPPORTED ? of(ThreadValues.capture(context)) : NONE;
	}

	private static CallContext of(Context values) {
		return values.isEmpty() ? NONE : new CallContext(values);
	}

	/** Captures the values of the current thread. */
	public static CallContext current() {
		return capture(Context.empty());
	}

	/**
	 * Returns those values that can be sent to another node: texts, and maps of texts
	 * such as the MDC. They are left out if they have more than 16,384 characters.
	 * @param traceparent the current part of the trace, {@code null} for none
	 * @return texts and maps of texts by the keys of their accessors
	 */
	public Map<String, Object> texts(@Nullable String traceparent) {
		return (this != NONE) ? ContextTexts.of(this.values, traceparent) : Map.of();
	}

	/**
	 * Returns the context of a caller on another node. Values without an accessor on this
	 * node are ignored.
	 * @param texts what {@link #texts} has returned there
	 */
	public static CallContext ofTexts(Map<String, Object> texts) {
		return (SUPPORTED && !texts.isEmpty()) ? of(ContextTexts.toValues(texts)) : NONE;
	}

	/**
	 * Returns work whose Reactor context contains the values of its subscriber and of the
	 * subscriber's thread, on whatever thread it continues.
	 * @param work the work
	 */
	public static <T> Mono<T> captured(Mono<T> work) {
		return SUPPORTED ? work.contextWrite((context) -> context.putAll(ThreadValues.capture(context).readOnly()))
				: work;
	}

	/**
	 * Returns the context that a turn carries.
	 * @param context Reactor context of the turn's work
	 */
	public static CallContext carried(ContextView context) {
		return context.hasKey(CallContext.class) ? context.<CallContext>get(CallContext.class) : NONE;
	}

	/** Returns a value, {@code null} if there is none. */
	public @Nullable Object get(Object key) {
		return this.values.getOrDefault(key, null);
	}

	/**
	 * Returns the part of a trace on another node or in a client that has caused the
	 * call.
	 * @return not necessarily well-formed; {@code null} for none
	 */
	public @Nullable String traceparent() {
		return (get(TRACEPARENT) instanceof String text) ? text : null;
	}

	/**
	 * Returns the context with a part of a trace elsewhere.
	 * @param traceparent its text, {@code null} for no change
	 */
	public CallContext causedBy(@Nullable String traceparent) {
		return (SUPPORTED && traceparent != null) ? new CallContext(this.values.put(TRACEPARENT, traceparent)) : this;
	}

	/**
	 * Returns the context with another value, and with what its accessor changes on a
	 * thread: the current observation changes the MDC.
	 * @param key the key of its accessor
	 * @param value the value
	 */
	public CallContext with(Object key, Object value) {
		CallContext with = new CallContext(this.values.put(key, value));
		if (ThreadValues.isOnlyCarried(key)) {
			return with;
		}
		try (Scope scope = with.enter()) {
			return current();
		}
	}

	/**
	 * Sets the values on the current thread, and removes those that the context does not
	 * have: a thread of the runtime may have values of the thread that has scheduled its
	 * work.
	 * @return restores the previous values; must be closed by the same thread
	 */
	public Scope enter() {
		return SUPPORTED ? ThreadValues.replace(this.values) : NOTHING;
	}

	/**
	 * Sets one value on the current thread, which keeps its others.
	 * @param key the key of its accessor; without effect if there is no such accessor
	 * @param value the value
	 * @return restores the previous value; must be closed by the same thread
	 */
	public static Scope enter(Object key, Object value) {
		return SUPPORTED ? ThreadValues.replace(key, value) : NOTHING;
	}

	/** Runs work with the values on the current thread. */
	public void run(Runnable work) {
		try (Scope scope = enter()) {
			work.run();
		}
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
		return within(
				work.contextWrite((context) -> context.putAll(this.values.readOnly()).put(CallContext.class, this)));
	}

	/**
	 * Returns work that has no caller: its thread has no values during subscription.
	 * @param work the work
	 */
	public static <T> Mono<T> detached(Mono<T> work) {
		return SUPPORTED ? NONE.within(work) : work;
	}

	private <T> Mono<T> within(Mono<T> work) {
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super T> actual) {
				try (Scope scope = enter()) {
					work.subscribe(actual);
				}
			}

		};
	}

	@Override
	public String toString() {
		return "context with " + this.values.stream().map((value) -> String.valueOf(value.getKey())).toList();
	}

}
