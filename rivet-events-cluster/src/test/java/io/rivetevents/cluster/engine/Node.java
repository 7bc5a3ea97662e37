/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * An engine with its listener.
 */
final class Node implements ClusterListener, AutoCloseable {

	static final String HOST = "127.0.0.1";

	final String name = UUID.randomUUID().toString();

	final int port;

	final ClusterEngine engine;

	final List<ClusterView> views = new CopyOnWriteArrayList<>();

	final Map<String, List<byte[]>> frames = new ConcurrentHashMap<>();

	/** Receives the views after they are recorded. */
	volatile Consumer<ClusterView> viewed = (view) -> {
	};

	/** Receives the frames: name of the sender, frame. */
	volatile BiConsumer<String, byte[]> receiver = this::record;

	Node(String cluster, int port, Discovery discovery) {
		this(cluster, port, discovery, Duration.ofSeconds(3));
	}

	Node(String cluster, int port, Discovery discovery, Duration failureTimeout) {
		this(cluster, port, discovery, failureTimeout, null);
	}

	Node(String cluster, int port, Discovery discovery, Duration failureTimeout, @Nullable NodeSsl ssl) {
		this.port = port;
		this.engine = JGroups
			.create(new JGroupsSettings(cluster, this.name, HOST, port, failureTimeout, discovery, null, ssl));
	}

	/** Creates a node with a configuration of an application. */
	Node(String cluster, String configuration) {
		this.port = JGroupsSettings.DEFAULT_PORT;
		this.engine = JGroups.create(new JGroupsSettings(cluster, this.name, null, this.port, Duration.ofSeconds(3),
				(name) -> List.of(), configuration, null));
	}

	Node start() {
		this.engine.start(this);
		return this;
	}

	static List<Integer> freePorts(int count) {
		return FreePorts.find(count);
	}

	/** Returns a discovery that knows all of the ports. */
	static Discovery discovery(List<Integer> ports) {
		return new StaticDiscovery(ports.stream().map((port) -> HOST + ":" + port).toList(), 1);
	}

	ClusterView view() {
		return this.views.get(this.views.size() - 1);
	}

	Set<String> nodes() {
		return this.views.isEmpty() ? Set.of() : Set.copyOf(view().nodes());
	}

	/** Returns all nodes that have left with a goodbye. */
	Set<String> departed() {
		return this.views.stream().flatMap((view) -> view.departed().stream()).collect(Collectors.toSet());
	}

	List<byte[]> framesOf(Node node) {
		return this.frames.computeIfAbsent(node.name, (name) -> new CopyOnWriteArrayList<>());
	}

	@Override
	public void viewChanged(ClusterView view) {
		this.views.add(view);
		this.viewed.accept(view);
	}

	@Override
	public void received(String node, byte[] frame) {
		this.receiver.accept(node, frame);
	}

	private void record(String node, byte[] frame) {
		this.frames.computeIfAbsent(node, (name) -> new CopyOnWriteArrayList<>()).add(frame);
	}

	@Override
	public void close() {
		this.engine.stop();
	}

}
