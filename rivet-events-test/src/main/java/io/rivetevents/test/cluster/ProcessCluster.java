/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;

/**
 * The processes of a cluster. Only the thread of the test changes it.
 */
final class ProcessCluster implements AutoCloseable {

	/** Most nodes at a time. */
	private static final int NODES = 4;

	/**
	 * Below the ports of outgoing connections, which would take that of a killed node.
	 */
	private static final int FIRST_PORT = 15000;

	private static final int LAST_PORT = 30000;

	/** What the failure detector adds to the port of a node. */
	private static final int DETECTOR = 100;

	private final List<Integer> ports = freePorts();

	private final List<String> settings;

	private final List<ClusterProcess> nodes = new CopyOnWriteArrayList<>();

	private int started;

	/**
	 * Creates a cluster without nodes.
	 * @param properties properties of the store and of the discovery, which may refer to
	 * {@code ${cluster.nodes}}
	 */
	ProcessCluster(Map<String, String> properties) {
		Map<String, String> all = new LinkedHashMap<>();
		all.put("cluster.nodes",
				this.ports.stream().map((port) -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
		all.put("rivet.events.cluster.enabled", "true");
		all.put("rivet.events.cluster.name", "test");
		all.put("rivet.events.cluster.bind-address", "127.0.0.1");
		all.put("rivet.events.shutdown.spread", "0s");
		all.put("rivet.events.history.max-size", "2MB");
		all.put("logging.level.root", "warn");
		all.put("logging.level.io.rivetevents.cluster", "info");
		all.put("spring.main.banner-mode", "off");
		all.putAll(properties);
		this.settings = all.entrySet().stream().map((entry) -> entry.getKey() + "=" + entry.getValue()).toList();
	}

	/**
	 * Returns ports that are free for nodes and for their failure detectors. They follow
	 * each other, so that no node has the port of the failure detector of another one.
	 */
	private static List<Integer> freePorts() {
		while (true) {
			int first = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
			List<Integer> ports = IntStream.range(first, first + NODES).boxed().toList();
			if (ports.stream().allMatch((port) -> isFree(port) && isFree(port + DETECTOR))) {
				return ports;
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/** Returns the nodes that have been started and not ended. */
	List<ClusterProcess> nodes() {
		return this.nodes;
	}

	/** Returns the nodes but some. */
	List<ClusterProcess> without(Collection<ClusterProcess> some) {
		return this.nodes.stream().filter((node) -> !some.contains(node)).toList();
	}

	/** Starts a node at a free port, and does not wait for it. */
	ClusterProcess start() {
		Set<Integer> used = this.nodes.stream().map(ClusterProcess::clusterPort).collect(Collectors.toSet());
		int port = this.ports.stream().filter((candidate) -> !used.contains(candidate)).findFirst().orElseThrow();
		ClusterProcess node = new ClusterProcess("node " + ++this.started, port, this.settings);
		this.nodes.add(node);
		return node;
	}

	/** Starts or stops nodes until there are so many, which see one another. */
	void size(int size) {
		while (this.nodes.size() > size) {
			stop(this.nodes.get(this.nodes.size() - 1));
		}
		while (this.nodes.size() < size) {
			start();
		}
		this.nodes.forEach(ClusterProcess::await);
		awaitOneView();
		this.nodes.forEach((node) -> node.removals().clear());
	}

	/** Ends a node as a deployment does. */
	void stop(ClusterProcess node) {
		node.stop();
		this.nodes.remove(node);
	}

	/** Ends nodes as {@code kill -9} does. */
	void kill(Collection<ClusterProcess> nodes) {
		nodes.forEach(ClusterProcess::close);
		nodes.forEach(ClusterProcess::kill);
		this.nodes.removeAll(nodes);
	}

	/** Waits until all nodes see all of them, and no others. */
	void awaitOneView() {
		Set<String> names = this.nodes.stream()
			.map(ClusterProcess::node)
			.collect(Collectors.toCollection(TreeSet::new));
		String expected = String.join(",", names);
		Awaitility.await()
			.atMost(ClusterProcess.PATIENCE)
			.until(() -> this.nodes.stream().allMatch((node) -> node.get("/nodes").body().equals(expected)));
	}

	/**
	 * Returns how often a node was removed that had not failed, since the last call.
	 * @param failed nodes that have failed
	 */
	int removedBut(Collection<ClusterProcess> failed) {
		List<String> addresses = failed.stream().map(ClusterProcess::clusterAddress).toList();
		// a node that was paused removes all others when it continues
		failed.forEach((node) -> node.removals().clear());
		return without(failed).stream().mapToInt((node) -> node.removals().takeBut(addresses)).sum();
	}

	/** Discards what two parts of the nodes send to each other. */
	void cut(List<ClusterProcess> part, List<ClusterProcess> other) {
		part.forEach((node) -> cutOff(node, other));
		other.forEach((node) -> cutOff(node, part));
	}

	private static void cutOff(ClusterProcess node, List<ClusterProcess> others) {
		String names = others.stream().map(ClusterProcess::node).collect(Collectors.joining(","));
		ClusterProcess.Answer answer = node.post("/partition?nodes=" + names);
		if (answer == null || !answer.isOk()) {
			throw new IllegalStateException("%s was not cut off: %s".formatted(node, answer));
		}
	}

	/** Ends all cuts. */
	void heal() {
		this.nodes.forEach((node) -> node.delete("/partition"));
	}

	/** Waits until all nodes name the same owner of an instance, and returns it. */
	ClusterProcess awaitOwner(String actor, String key) {
		String owner = Awaitility.await()
			.atMost(ClusterProcess.PATIENCE)
			.until(() -> owners(actor, key), (owners) -> owners.size() == 1)
			.iterator()
			.next();
		return this.nodes.stream().filter((node) -> node.node().equals(owner)).findFirst().orElseThrow();
	}

	private Set<String> owners(String actor, String key) {
		Set<String> owners = new HashSet<>();
		for (ClusterProcess node : this.nodes) {
			ClusterProcess.Answer answer = node.get("/owner/%s/%s".formatted(actor, key));
			owners.add(answer.isOk() ? answer.body() : "%s: %s".formatted(node, answer));
		}
		return owners;
	}

	@Override
	public void close() {
		List<ClusterProcess> ended = new ArrayList<>(this.nodes);
		this.nodes.clear();
		ended.forEach(ClusterProcess::close);
	}

}
