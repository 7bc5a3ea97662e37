/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.TracedWork;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What fails in an observation does not affect the work, and leaves nothing on its
 * thread.
 */
class ObservationTracingTests {

	private final TestSpans spans = new TestSpans();

	/** Does what an action does, on the thread of the test. */
	private void run(ObservationTracing tracing) {
		TracedWork work = tracing.action(new Call(), CallContext.NONE);
		work.context(CallContext.NONE).run(() -> {
			TracedWork save = tracing.save(ActorAddress.of("room", "a"));
			try (CallContext.Scope scope = save.enter()) {
				tracing.broadcast("room", "said").end(ActionOutcome.Kind.SUCCEEDED, null);
			}
			save.end(ActionOutcome.Kind.SUCCEEDED, null);
		});
		work.end(ActionOutcome.Kind.FAILED, new IllegalStateException("of the action"));
		work.end(ActionOutcome.Kind.SUCCEEDED, null);
		assertThat(this.spans.registry().getCurrentObservation()).isNull();
	}

	private ObservationTracing failing(FailingConvention.At at, boolean atEnd) {
		return this.spans
			.tracing(new ObservationTracing.Conventions(null, new FailingConvention(at, atEnd), null, null));
	}

	private Observation.Context single(String name) {
		assertThat(this.spans.contexts()).filteredOn((each) -> name.equals(each.getName())).hasSize(1);
		return this.spans.contexts().stream().filter((each) -> name.equals(each.getName())).findFirst().orElseThrow();
	}

	@ParameterizedTest
	@EnumSource
	void stopsAnObservationWhoseConventionFailsAtItsEnd(FailingConvention.At at) {
		run(failing(at, true));
		assertThat(single("rivet.action").getContextualName()).isNotEmpty();
		assertThat(single("rivet.action").getLowCardinalityKeyValue("rivet.outcome").getValue()).isEqualTo("failed");
		assertThat(this.spans.stopped("rivet.save")).extracting(TestSpans.Span::parent)
			.containsExactly(this.spans.stopped("rivet.action").get(0).id());
	}

	@ParameterizedTest
	@EnumSource
	void usesTheDefaultConventionIfTheOneOfTheApplicationFails(FailingConvention.At at) {
		run(failing(at, false));
		assertThat(single("rivet.action").getContextualName()).isEqualTo("rivet room say");
		assertThat(single("rivet.action").getLowCardinalityKeyValue("rivet.action").getValue()).isEqualTo("say");
	}

	/** A convention may leave it out because it names a person. */
	@Test
	void doesNotReplaceKeysOfUnboundedValues() {
		run(failing(FailingConvention.At.HIGH, false));
		assertThat(single("rivet.action").getHighCardinalityKeyValues()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void leavesNothingOnTheThreadIfAHandlerFails(FailingHandler.At at) {
		this.spans.registry().observationConfig().observationHandler(new FailingHandler(at));
		run(this.spans.tracing(new ObservationTracing.Conventions(null, null, null, null)));
	}

	@Test
	void stopsAnObservationWhoseErrorAHandlerCannotHandle() {
		this.spans.registry().observationConfig().observationHandler(new FailingHandler(FailingHandler.At.ERROR));
		run(this.spans.tracing(new ObservationTracing.Conventions(null, null, null, null)));
		assertThat(this.spans.stopped("rivet.action")).hasSize(1);
	}

	/** A scope of a tracer costs more than the rest of a short action. */
	@Test
	void opensOneScopeForEachUseOfAThread() {
		Scopes scopes = new Scopes();
		this.spans.registry().observationConfig().observationHandler(scopes);
		TracedWork work = this.spans.tracing(new ObservationTracing.Conventions(null, null, null, null))
			.action(new Call(), CallContext.NONE);
		work.enter().close();
		assertThat(scopes.opened).isEqualTo(1);
		work.context(CallContext.NONE).enter().close();
		assertThat(scopes.opened).isEqualTo(2);
	}

	@Test
	void observesNoEventsInATraceThatIsNotSampled() {
		run(this.spans.notSampled().tracing(new ObservationTracing.Conventions(null, null, null, null)));
		assertThat(this.spans.contexts()).extracting(Observation.Context::getName)
			.containsExactly("rivet.save", "rivet.action");
	}

	/** It may make a timer of them. */
	@Test
	void observesAllEventsIfTheApplicationNamesThem() {
		run(this.spans.notSampled()
			.tracing(
					new ObservationTracing.Conventions(null, null, new DefaultBroadcastObservationConvention(), null)));
		assertThat(this.spans.stopped("rivet.broadcast")).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource({ "rivet.action, true", "calls, false" })
	void hasNoTimerUnlessTheApplicationNamesIt(String name, boolean untimed) {
		ActionObservationConvention own = new DefaultActionObservationConvention() {

			@Override
			public String getName() {
				return name;
			}

		};
		run(this.spans.tracing(new ObservationTracing.Conventions(null, own, null, null)));
		assertThat(RivetObservationDocumentation.isUntimed(single(name))).isEqualTo(untimed);
		assertThat(RivetObservationDocumentation.isUntimed(single("rivet.save"))).isTrue();
		assertThat(RivetObservationDocumentation.isUntimed(new Observation.Context())).isFalse();
	}

	private static final class Scopes implements ObservationHandler<Observation.Context> {

		private int opened;

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

		@Override
		public void onScopeOpened(Observation.Context context) {
			this.opened++;
		}

	}

	/** A convention of the application that fails at one of its methods. */
	private static final class FailingConvention extends DefaultActionObservationConvention {

		private final At at;

		private final boolean atEnd;

		FailingConvention(At at, boolean atEnd) {
			this.at = at;
			this.atEnd = atEnd;
		}

		enum At {

			NAME, CONTEXTUAL_NAME, LOW, HIGH, NOTHING_LOW, NOTHING_HIGH

		}

		private boolean fails(At here, @Nullable ActionObservationContext context) {
			return here == this.at && (!this.atEnd || (context != null && context.getOutcome() != null));
		}

		private void failAt(At here, @Nullable ActionObservationContext context) {
			if (fails(here, context)) {
				throw new NoClassDefFoundError("of the test");
			}
		}

		@Override
		public String getName() {
			failAt(At.NAME, null);
			return super.getName();
		}

		@Override
		public String getContextualName(ActionObservationContext context) {
			failAt(At.CONTEXTUAL_NAME, context);
			return super.getContextualName(context);
		}

		@Override
		@SuppressWarnings("NullAway")
		public KeyValues getLowCardinalityKeyValues(ActionObservationContext context) {
			failAt(At.LOW, context);
			return fails(At.NOTHING_LOW, context) ? null : super.getLowCardinalityKeyValues(context);
		}

		@Override
		@SuppressWarnings("NullAway")
		public KeyValues getHighCardinalityKeyValues(ActionObservationContext context) {
			failAt(At.HIGH, context);
			return fails(At.NOTHING_HIGH, context) ? null : super.getHighCardinalityKeyValues(context);
		}

	}

	/** A handler of the application that fails at one of its methods. */
	private static final class FailingHandler implements ObservationHandler<RivetObservationContext> {

		private final At at;

		FailingHandler(At at) {
			this.at = at;
		}

		enum At {

			START, SCOPE_OPENED, SCOPE_CLOSED, ERROR, STOP

		}

		private void failAt(At here) {
			if (here == this.at) {
				throw new IllegalStateException("of the test");
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof RivetObservationContext;
		}

		@Override
		public void onStart(RivetObservationContext context) {
			failAt(At.START);
		}

		@Override
		public void onScopeOpened(RivetObservationContext context) {
			failAt(At.SCOPE_OPENED);
		}

		@Override
		public void onScopeClosed(RivetObservationContext context) {
			failAt(At.SCOPE_CLOSED);
		}

		@Override
		public void onError(RivetObservationContext context) {
			failAt(At.ERROR);
		}

		@Override
		public void onStop(RivetObservationContext context) {
			failAt(At.STOP);
		}

	}

	private record Call() implements ActionCall {

		@Override
		public ActorAddress actor() {
			return ActorAddress.of("room", "a");
		}

		@Override
		public String action() {
			return "say";
		}

		@Override
		public @Nullable Connection<?> connection() {
			return null;
		}

	}

}
