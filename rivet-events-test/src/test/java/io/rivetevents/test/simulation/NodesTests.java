/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.simulation.actors.DurableActions;
import io.rivetevents.test.simulation.actors.InternalErrors;
import io.rivetevents.test.simulation.actors.MethodCalls;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.simulation.actors.SimulatedStore;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.SeededWorkers;
import io.rivetevents.test.simulation.threads.Trace;
import io.rivetevents.test.time.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Nodes} and the store that outlives them.
 */
class NodesTests {

	private static final ActorAddress LEDGER = ActorAddress.of("ledger", "x");

	private final AnnotationConfigApplicationContext beans = RuntimeScenario.beans();

	private final SimulatedActors actors = new SimulatedActors(this.beans, ActorSettings.DEFAULTS);

	private final Trace trace = new Trace(10);

	private final Violations violations = new Violations();

	private final VirtualTime time = new VirtualTime();

	private final DurableActions durable = new DurableActions(this.actors, this.violations);

	private final SimulatedStore store = new SimulatedStore(new MemoryActorStateStore(), this.durable, this.time,
			this.trace, this.violations);

	private final SeededWorkers workers = new SeededWorkers(new Random(1), this.trace);

	private final Nodes nodes = new Nodes(new Nodes.Parts(this.actors, this.store, this.time, this.time.clock(),
			this.workers,
			new MethodCalls(this.actors, this.trace, this.violations, this.durable,
					new InternalErrors(this.violations)),
			UUID::randomUUID, SimulationSettings.DEFAULTS.node(), null), 1, this.trace, this.violations,
			new ArrayList<>());

	@AfterEach
	void close() {
		this.nodes.stopAll();
		this.beans.close();
	}

	/** It has a copy that the replaced node has woken and changed since. */
	@Test
	void theCurrentNodeHasWhatAReplacedOneHasStored() {
		SimulatedNode replaced = this.nodes.current();
		assertThat(call(replaced, "add")).isEqualTo(1);
		this.nodes.replace();
		assertThat(call(this.nodes.current(), "count")).isEqualTo(1);
		assertThat(call(replaced, "add")).as("addition to an old copy").isInstanceOf(Throwable.class);
		assertThat(call(replaced, "add")).isEqualTo(2);
		this.nodes.endReplaced();
		assertThat(call(this.nodes.current(), "count")).isEqualTo(2);
		this.violations.check();
	}

	private Object call(SimulatedNode node, String action) {
		AtomicReference<Object> result = new AtomicReference<>("no answer");
		node.call(LEDGER, new ToServer.ActionRequest(0, action, List.of()))
			.map(JsonNode::asInt)
			.subscribe(result::set, result::set);
		this.nodes.runAll();
		return result.get();
	}

	@Test
	void aStaleChangeFailsWithinItsTransaction() {
		assertThat(call(this.nodes.current(), "add")).isEqualTo(1);
		StoredActor stored = this.store.load(LEDGER);
		assertThat(stored).isNotNull();
		long version = stored.version();
		StoredActor next = stored.toBuilder().version(version + 1).build();
		this.store.beginTransaction();
		assertThatExceptionOfType(StaleStateException.class)
			.isThrownBy(() -> this.store.commit(Change.of(stored, version - 1)));
		this.store.commit(Change.of(next, version));
		this.store.commit(Change.of(stored.toBuilder().version(version + 2).build(), version + 1));
		this.store.endTransaction(true);
		assertThat(this.store.load(LEDGER)).extracting(StoredActor::version).isEqualTo(version + 2);
		this.violations.check();
	}

}
