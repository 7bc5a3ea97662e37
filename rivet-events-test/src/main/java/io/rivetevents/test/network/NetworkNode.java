/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.network;

import java.time.Duration;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.directory.ClusterNode;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.membership.SmallerPart;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.LocalNode;

/**
 * A node among others, made of what an application makes it of, in the same order:
 *
 * <pre>{@code
 * NetworkNode member = new NetworkNode(network.engine(name), name, timers);
 * LocalNode node = new LocalNode(runtimeWith(member.ownership()), .., member::directory);
 * member.join(new NetworkNode.Parts(node, ..)); // returns with its first view
 * }</pre>
 *
 * Safe for use by several threads.
 */
public final class NetworkNode {

	/**
	 * Longest time for the moves of a node that stops, as in an application by default.
	 */
	public static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(20);

	private static final Duration SMALLER_PART_TIMEOUT = Duration.ofSeconds(30);

	private final ClusterEngine engine;

	private final Scheduler timers;

	private final Membership membership;

	private final ClusterOwnership ownership;

	private volatile @Nullable ClusterNode cluster;

	/**
	 * What a node is made of.
	 *
	 * @param node the node, whose ownership is that of this object
	 * @param registry its connections; has the name of the node
	 * @param mapper converts the details of errors
	 * @param principals writes and reads the users of other nodes
	 * @param workers its workers
	 * @param writers runs the tasks that send to other nodes, never on the thread of the
	 * caller
	 * @param backlog most bytes that wait for one other node
	 */
	public record Parts(LocalNode node, OutboundRegistry registry, ValueMapper mapper, PrincipalCodec principals,
			Scheduler workers, Executor writers, long backlog) {

		/** A node with the default backlog, whose users are known by their names. */
		public Parts(LocalNode node, OutboundRegistry registry, ValueMapper mapper, Scheduler workers,
				Executor writers) {
			this(node, registry, mapper, PrincipalCodec.BY_NAME, workers, writers, PeerSettings.DEFAULT.maxBacklog());
		}

	}

	/**
	 * Creates what a node needs before it exists. A node in the smaller part of the
	 * others waits for at most 30 seconds.
	 * @param engine its engine, which is not started
	 * @param name its name, not used before
	 * @param timers its clock and timers
	 */
	public NetworkNode(ClusterEngine engine, String name, Scheduler timers) {
		this.engine = engine;
		this.timers = timers;
		this.membership = new Membership(name, SmallerPart.WAIT, SMALLER_PART_TIMEOUT, timers);
		this.ownership = new ClusterOwnership(this.membership,
				(other, operation) -> cluster().askNode(other, operation), timers, LinkTimes.DEFAULTS.grace());
	}

	/** Returns which instances the node may have in memory. */
	public Ownership ownership() {
		return this.ownership;
	}

	/** Returns which nodes this one sees, and which of them owns an address. */
	public Membership membership() {
		return this.membership;
	}

	/**
	 * Creates the node in the cluster, which is not started: its {@code start()} joins
	 * the other nodes.
	 * @param parts what it is made of
	 */
	public void create(Parts parts) {
		LocalNode node = parts.node();
		ClusterNode.Parts made = new ClusterNode.Parts(this.engine, this.membership, this.ownership,
				new FrameCodec(new ConnectRequestCodec(parts.principals())), parts.mapper(), Tracing.NONE,
				parts.registry(), node.directory(), () -> node, this.timers, parts.workers(), parts.writers());
		this.cluster = new ClusterNode(made, new ClusterNode.Settings(new PeerSettings(parts.backlog()),
				CallSettings.DEFAULTS, LinkTimes.DEFAULTS, LEAVE_TIMEOUT));
	}

	/**
	 * Creates the node in the cluster, and joins the other nodes. Returns when this node
	 * has its first view, in which it may be alone.
	 * @param parts what it is made of
	 */
	public void join(Parts parts) {
		create(parts);
		cluster().start();
	}

	/** Returns the directory of the instances of all nodes. */
	public ActorDirectory directory() {
		return cluster().directory();
	}

	/** Returns the node in the cluster: how it joins and leaves, and its state. */
	public ClusterNode cluster() {
		ClusterNode cluster = this.cluster;
		Assert.state(cluster != null, "The node is not created");
		return cluster;
	}

}
