/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.util.function.UnaryOperator;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.util.unit.DataSize;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.schedule.ScheduleSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.autoconfigure.NodeSettings;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.test.node.TestNodes;
import io.rivetevents.transport.LinkSettings;

/**
 * Settings of the simulated processes.
 *
 * @param node settings of each node
 * @param store wraps the store in memory
 * @param kept number of lines of the trace to keep
 * @param nodes number of nodes that run at the same time
 */
record SimulationSettings(NodeSettings node, UnaryOperator<ActorStateStore> store, int kept, int nodes) {

	/** Queues that a client which does not read fills within a run. */
	private static final int SMALL_QUEUE = 4096;

	private static final String QUEUE = "rivet.events.websocket.max-queued-size";

	private static final int MAX_MESSAGE_SIZE = 64 * 1024;

	private static final int KEPT = 60;

	static final SimulationSettings DEFAULTS = of(new NodeSettings(ActorSettings.DEFAULTS, LimitSettings.DEFAULTS,
			ScheduleSettings.DEFAULTS, new LinkSettings(MAX_MESSAGE_SIZE, Duration.ofSeconds(25), Duration.ofSeconds(1),
					Duration.ofSeconds(10), Duration.ofMinutes(1), Duration.ofSeconds(30)),
			SMALL_QUEUE, MAX_MESSAGE_SIZE));

	private static SimulationSettings of(NodeSettings node) {
		return new SimulationSettings(node, UnaryOperator.identity(), KEPT, 1);
	}

	/**
	 * Returns the settings of an application. Its queues are small unless their size is
	 * set.
	 * @param beans the beans of the application; without its properties the settings have
	 * their defaults
	 */
	static SimulationSettings of(ListableBeanFactory beans) {
		RivetEventsProperties properties = beans.getBeanProvider(RivetEventsProperties.class).getIfAvailable();
		if (properties == null) {
			return DEFAULTS;
		}
		NodeSettings node = NodeSettings.of(properties);
		boolean sized = Binder.get(beans.getBean(Environment.class)).bind(QUEUE, DataSize.class).isBound();
		return of(sized ? node : node.withMaxQueuedBytes(SMALL_QUEUE));
	}

	SimulationSettings withStore(UnaryOperator<ActorStateStore> store) {
		return new SimulationSettings(this.node, store, this.kept, this.nodes);
	}

	SimulationSettings withKept(int kept) {
		return new SimulationSettings(this.node, this.store, kept, this.nodes);
	}

	SimulationSettings withNodes(int nodes) {
		TestNodes.checkModule(nodes, null);
		return new SimulationSettings(this.node, this.store, this.kept, nodes);
	}

}
