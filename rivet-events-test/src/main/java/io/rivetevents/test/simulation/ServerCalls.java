/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.test.simulation.actors.SimulatedActors;
import io.rivetevents.test.simulation.threads.Trace;

/**
 * Calls of server code at any node, each of which must end while its node runs.
 */
final class ServerCalls {

	private final Random random;

	private final Trace trace;

	private final SimulatedActors actors;

	private final List<SimulatedClients> groups = new ArrayList<>();

	/** Calls that have not ended, with what is called. */
	private final Map<Integer, Pending> pending = new LinkedHashMap<>();

	private int count;

	private record Pending(SimulatedNode node, String call) {
	}

	ServerCalls(Random random, Trace trace, SimulatedActors actors) {
		this.random = random;
		this.trace = trace;
		this.actors = actors;
	}

	/** Adds clients, whose actions server code may call as well. */
	void add(SimulatedClients group) {
		this.groups.add(group);
	}

	/** Calls an action of any instance. */
	boolean call(SimulatedNode node) {
		List<SimulatedClients> possible = this.groups.stream()
			.filter((group) -> !group.serverCalls().isEmpty())
			.toList();
		if (possible.isEmpty()) {
			return false;
		}
		SimulatedClients group = possible.get(this.random.nextInt(possible.size()));
		SimulatedClients.Call call = group.serverCalls().get(this.random.nextInt(group.serverCalls().size()));
		List<JsonNode> args = Stream.of(call.args().next(this.random)).map(this.actors.mapper()::toTree).toList();
		int id = ++this.count;
		this.trace.add("server call %d at %s: %s%s".formatted(id, node, call.action(), args));
		this.pending.put(id, new Pending(node, call.action()));
		node.run(() -> node.call(group.address(), new ToServer.ActionRequest(0, call.action(), args))
			.subscribe((result) -> ended(id, group, call.action(), result), (ex) -> failed(id, ex),
					() -> failed(id, null)));
		return true;
	}

	private void ended(int id, SimulatedClients group, String action, JsonNode result) {
		if (this.pending.remove(id) != null) {
			this.trace.add("server call %d has the result %s".formatted(id, result));
			group.serverAnswer(action, result);
		}
	}

	private void failed(int id, @Nullable Throwable ex) {
		if (this.pending.remove(id) != null) {
			this.trace.add("server call %d fails: %s".formatted(id,
					(ex instanceof RivetException known) ? known.group() + "." + known.code() : ex));
		}
	}

	/** Returns the calls that have not ended although their nodes run. */
	List<String> unanswered(List<SimulatedNode> running) {
		return this.pending.entrySet()
			.stream()
			.filter((each) -> running.contains(each.getValue().node()))
			.map((each) -> "server call %d of %s at %s".formatted(each.getKey(), each.getValue().call(),
					each.getValue().node()))
			.toList();
	}

}
