/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;

import io.micrometer.observation.Observation;
import io.micrometer.observation.tck.TestObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Outbox;
import io.rivetevents.observation.CallContext;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.placement.DirectoryActors;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.tracing.ObservationTracing;
import io.rivetevents.tracing.TraceParents;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The trace of a caller on another node: what its node sends, and what the node of the
 * instance makes of it.
 */
class CallsToOtherNodesTests {

	private static final String SAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

	private static final String UNSAMPLED = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final Spans spans = new Spans();

	private final ObservationTracing tracing = new ObservationTracing(this.registry,
			new ObservationTracing.Conventions(null, null, null, null), new DeclaredNames(new ActorTypes()), this.spans,
			true);

	private final List<Object> sent = new ArrayList<>();

	private Actors actors() {
		ActorDirectory directory = (ActorDirectory) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ActorDirectory.class }, (proxy, method, args) -> {
					this.sent.add(args[args.length - 1]);
					return Mono.just(StringNode.valueOf("done"));
				});
		ValueMapper mapper = new ValueMapper(JsonMapper.shared());
		return new DirectoryActors(() -> directory, new ActorTypes(), new ActionListeners(CallerScope.NONE),
				new TargetServices(mapper, new EventContracts(mapper)), Outbox.NONE, this.tracing);
	}

	@Test
	void sendsTheTraceOfACaller() {
		Observation.createNotStarted("caller", this.registry).observe(() -> {
			CallContext caller = CallContext.current();
			assertThat(caller.texts(this.tracing.traceparent(caller))).containsValue(SAMPLED);
		});
		assertThat(CallContext.NONE.texts(this.tracing.traceparent(CallContext.NONE))).isEmpty();
	}

	@Test
	void passesOnTheTraceThatItReceives() {
		CallContext received = CallContext.NONE.causedBy(UNSAMPLED);
		assertThat(CallContext.ofTexts(received.texts(this.tracing.traceparent(received))).traceparent())
			.isEqualTo(UNSAMPLED);
	}

	@Test
	void sendsTheTraceWithAnEvent() {
		for (String span : List.of(SAMPLED, UNSAMPLED)) {
			this.spans.span = span;
			Observation.createNotStarted("caller", this.registry)
				.observe(() -> actors().getOrCreate("room", "a").broadcast("said", "hi"));
		}
		assertThat(this.sent).map((event) -> ((AddressedEvent) event).traceparent()).containsExactly(SAMPLED, null);
	}

	@Test
	void startsAnActionAsAChildOfTheTraceThatItReceives() {
		this.tracing.action(new Call(), CallContext.NONE.causedBy(SAMPLED)).end(ActionOutcome.Kind.SUCCEEDED, null);
		assertThat(this.spans.received).containsExactly(SAMPLED);
	}

	@Test
	void ignoresATraceThatIsNotWellFormed() {
		this.tracing.action(new Call(), CallContext.NONE.causedBy("00-1")).end(ActionOutcome.Kind.SUCCEEDED, null);
		assertThat(this.spans.received).isEmpty();
	}

	/** The trace that came with a call on the same node would leave out its parent. */
	@Test
	void prefersTheObservationOfTheCaller() {
		Observation.createNotStarted("caller", this.registry)
			.observe(() -> this.tracing.action(new Call(), CallContext.current().causedBy(SAMPLED))
				.end(ActionOutcome.Kind.SUCCEEDED, null));
		assertThat(this.spans.received).isEmpty();
	}

	/** One span for all. */
	private static final class Spans implements TraceParents {

		private final List<String> received = new ArrayList<>();

		private String span = SAMPLED;

		@Override
		public void within(String traceparent, Runnable start) {
			this.received.add(traceparent);
			start.run();
		}

		@Override
		public String of(Observation observation) {
			return this.span;
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
