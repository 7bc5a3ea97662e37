/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import io.micrometer.observation.NullObservation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.TracedWork;
import io.rivetevents.observation.Tracing;
import io.rivetevents.protocol.encoding.TraceParent;

/**
 * Records the work of actors as observations. If a convention of the application fails,
 * the default one is used. If a handler fails, the error is logged, and the work
 * continues. For the auto-configuration.
 */
public final class ObservationTracing implements Tracing {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ObservationTracing.class));

	private final ObservationRegistry registry;

	private final Conventions conventions;

	private final Names names;

	private final TraceParents parents;

	private final boolean sentWithEvents;

	/**
	 * Conventions of the application, each {@code null} for the default.
	 */
	public record Conventions(@Nullable ConnectionObservationConvention connection,
			@Nullable ActionObservationConvention action, @Nullable BroadcastObservationConvention broadcast,
			@Nullable SaveObservationConvention save) {

		private static final ConnectionObservationConvention CONNECTION = new DefaultConnectionObservationConvention();

		private static final ActionObservationConvention ACTION = new DefaultActionObservationConvention();

		private static final BroadcastObservationConvention BROADCAST = new DefaultBroadcastObservationConvention();

		private static final SaveObservationConvention SAVE = new DefaultSaveObservationConvention();

	}

	/** Returns names with a bounded number of values. */
	public interface Names {

		/**
		 * Returns the name of an actor.
		 * @param actor name of the actor, which may not exist
		 */
		String actor(String actor);

		/**
		 * Returns the name of an action.
		 * @param actor name of the actor
		 * @param action name of the action, as the client has sent it
		 */
		String action(String actor, String action);

		/**
		 * Returns the name of an event.
		 * @param actor name of the actor, {@code null} for connections of several actors
		 * @param event name of the event
		 */
		String event(@Nullable String actor, String event);

	}

	/**
	 * Creates the tracing.
	 * @param registry registry of the observations
	 * @param conventions conventions of the application
	 * @param names bounded names
	 * @param parents translates what clients send and receive
	 * @param sentWithEvents whether clients receive the spans of events
	 */
	public ObservationTracing(ObservationRegistry registry, Conventions conventions, Names names, TraceParents parents,
			boolean sentWithEvents) {
		this.registry = registry;
		this.conventions = conventions;
		this.names = names;
		this.parents = parents;
		this.sentWithEvents = sentWithEvents;
	}

	@Override
	public TracedWork action(ActionCall call, CallContext caller) {
		try (CallContext.Scope scope = caller.enter()) {
			return start(RivetObservationDocumentation.ACTION, this.conventions.action(), Conventions.ACTION,
					() -> new ActionObservationContext(call, this.names.action(call.actor().name(), call.action())),
					caller.traceparent());
		}
	}

	@Override
	public TracedWork connection(ActorAddress actor, CallContext caller) {
		try (CallContext.Scope scope = caller.enter()) {
			return start(RivetObservationDocumentation.CONNECTION, this.conventions.connection(),
					Conventions.CONNECTION, () -> new ConnectionObservationContext(actor), caller.traceparent());
		}
	}

	@Override
	public TracedWork save(ActorAddress actor) {
		return start(RivetObservationDocumentation.SAVE, this.conventions.save(), Conventions.SAVE,
				() -> new SaveObservationContext(actor), null);
	}

	/**
	 * An action that broadcasts to few connections is short, and two observations would
	 * double its cost. Most traces are not sampled; in those only a convention of the
	 * application can make something of the second one.
	 */
	@Override
	public TracedWork broadcast(@Nullable String actor, String event) {
		if (this.conventions.broadcast() == null && isNotSampled()) {
			return TracedWork.NONE;
		}
		return start(RivetObservationDocumentation.BROADCAST, this.conventions.broadcast(), Conventions.BROADCAST,
				() -> new BroadcastObservationContext((actor != null) ? this.names.actor(actor) : null,
						this.names.event(actor, event)),
				null);
	}

	@Override
	public @Nullable String traceparent(CallContext caller) {
		return (caller.get(ObservationThreadLocalAccessor.KEY) instanceof Observation current)
				? textOf(current, this.parents::of) : caller.traceparent();
	}

	private static @Nullable String textOf(Observation observation, Function<Observation, @Nullable String> text) {
		try {
			return text.apply(observation);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Failed to read the span of an observation; its trace is not sent");
			return null;
		}
	}

	/**
	 * Starts an observation as a child of the current one.
	 * @param traceparent its parent if there is no current observation, {@code null} for
	 * none
	 */
	private <T extends RivetObservationContext> TracedWork start(RivetObservationDocumentation kind,
			@Nullable ObservationConvention<T> own, ObservationConvention<T> standard, Supplier<T> contexts,
			@Nullable String traceparent) {
		try {
			T context = contexts.get();
			Observation observation = kind.observation((own != null) ? new GuardedConvention<>(own, standard) : null,
					standard, () -> context, this.registry);
			String parent = isObserved() ? null : TraceParent.valid(traceparent);
			if (parent != null) {
				this.parents.within(parent, observation::start);
			}
			else {
				observation.start();
			}
			return observation.isNoop() ? TracedWork.NONE : new ObservedWork(observation, context);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Failed to start an observation; the work continues without it");
			return TracedWork.NONE;
		}
	}

	private boolean isObserved() {
		return current() != null;
	}

	private boolean isNotSampled() {
		Observation current = current();
		return current != null && this.parents.isNotSampled(current);
	}

	/** A thread whose observation was removed has one that is none. */
	private @Nullable Observation current() {
		Observation current = this.registry.getCurrentObservation();
		return (current instanceof NullObservation) ? null : current;
	}

	/** Work with an observation, which stops once. */
	private final class ObservedWork implements TracedWork {

		private final Observation observation;

		private final RivetObservationContext context;

		private final AtomicBoolean ended = new AtomicBoolean();

		ObservedWork(Observation observation, RivetObservationContext context) {
			this.observation = observation;
			this.context = context;
		}

		@Override
		public CallContext context(CallContext caller) {
			return caller.with(ObservationThreadLocalAccessor.KEY, this.observation);
		}

		@Override
		public CallContext.Scope enter() {
			return CallContext.enter(ObservationThreadLocalAccessor.KEY, this.observation);
		}

		@Override
		public @Nullable String traceparent() {
			ObservationTracing tracing = ObservationTracing.this;
			return tracing.sentWithEvents ? textOf(this.observation, tracing.parents::ofSampled) : null;
		}

		@Override
		public void end(ActionOutcome.Kind outcome, @Nullable Throwable failure) {
			if (this.ended.compareAndSet(false, true)) {
				this.context.setOutcome(outcome);
				if (failure != null) {
					guarded(() -> this.observation.error(failure));
				}
				guarded(this.observation::stop);
			}
		}

		private static void guarded(Runnable end) {
			try {
				end.run();
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "Failed to stop an observation");
			}
		}

	}

}
