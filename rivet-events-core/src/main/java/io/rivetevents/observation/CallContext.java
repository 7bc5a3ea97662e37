package io.rivetevents.observation;

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
 * What the thread and the Reactor context of a caller hold for traces and logs, such as
 * the current observation and the MDC: all values that have an accessor in the
 * {@link ContextRegistry} of Micrometer. It is captured where a call begins, is carried
 * by the turn, and is restored around the code of the application. The identity of the
 * caller is not among it, which {@link io.rivetevents.scheduling.CallerScope} sets.
 * Without that library, and without values, it is {@link #NONE}, which costs nothing.
 * Immutable.
 */
public final class CallContext {

	/** Holds nothing. */
	public static final CallContext NONE = new CallContext(Context.empty());

	private static final boolean SUPPORTED = ClassUtils.isPresent("io.micrometer.context.ContextSnapshotFactory",
			CallContext.class.getClassLoader());

	private static final Scope NOTHING = () -> {
	};

	/** By the keys of their accessors. */
	private final Context values;

	private CallContext(Context values) {
		this.values = values;
	}

	/** Restores what was on the thread before. */
	@FunctionalInterface
	public interface Scope extends AutoCloseable {

		@Override
		void close();

	}

	/**
	 * Captures the values of the current thread and of a Reactor context, which wins.
	 * @param context the context of the caller
	 */
	public static CallContext capture(ContextView context) {
		return SUPPORTED ? of(Values.capture(context)) : NONE;
	}

	private static CallContext of(Context values) {
		return values.isEmpty() ? NONE : new CallContext(values);
	}

	/**
	 * Returns work that finds the values of its subscriber, those of its thread included,
	 * in the Reactor context, wherever it goes on.
	 * @param work the work
	 */
	public static <T> Mono<T> captured(Mono<T> work) {
		return SUPPORTED ? work.contextWrite((context) -> context.putAll(Values.capture(context).readOnly())) : work;
	}

	/**
	 * Returns what a turn carries.
	 * @param context Reactor context of its work
	 */
	public static CallContext carried(ContextView context) {
		return context.hasKey(CallContext.class) ? context.<CallContext>get(CallContext.class) : NONE;
	}

	/**
	 * Sets the values on the current thread.
	 * @return restores what was there before; to be closed by the same thread
	 */
	public Scope enter() {
		return (this == NONE) ? NOTHING : Values.enter(this.values);
	}

	/**
	 * Returns work which has the values on its thread when it is subscribed to, and in
	 * its Reactor context.
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

	/** Needs the library. An accessor that fails is logged, and its call goes on. */
	private static final class Values {

		private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(CallContext.class));

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
				failures.error(ex, () -> "The context of a caller cannot be captured");
				return Context.empty();
			}
		}

		/** A Reactor context has more than what is for threads: transactions, say. */
		private static boolean isCarried(Object key) {
			for (ThreadLocalAccessor<?> accessor : registry.getThreadLocalAccessors()) {
				if (accessor.key().equals(key)) {
					return !accessor.getClass().getName().startsWith("org.springframework.security.");
				}
			}
			return false;
		}

		static Scope enter(Context values) {
			try {
				ContextSnapshot.Scope scope = snapshots.setThreadLocalsFrom(values);
				return () -> leave(scope);
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "The context of a caller cannot be set on a thread");
				return NOTHING;
			}
		}

		private static void leave(ContextSnapshot.Scope scope) {
			try {
				scope.close();
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "The context of a caller cannot be removed from a thread");
			}
		}

	}

}
