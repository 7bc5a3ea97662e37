/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.engine.ClusterView;

/**
 * What this node knows about the other nodes, and which of them owns an address. Safe for
 * use by several threads.
 */
public final class Membership {

	private final String self;

	private volatile State state = new State(Set.of(), null, Sinks.empty());

	/**
	 * What holds until the next view.
	 *
	 * @param nodes names of the nodes
	 * @param placement who owns what, {@code null} if this node may not say
	 * @param changed completes at the next change
	 */
	private record State(Set<String> nodes, @Nullable Placement placement, Sinks.Empty<Void> changed) {
	}

	/**
	 * Creates a membership without a view.
	 * @param self name of this node
	 */
	public Membership(String self) {
		this.self = self;
	}

	/** Returns the name of this node. */
	public String self() {
		return this.self;
	}

	/** Continues with a new view. Called by one thread at a time. */
	public void apply(ClusterView view) {
		State before = this.state;
		this.state = new State(Set.copyOf(view.nodes()), new Placement(view.nodes()), Sinks.empty());
		before.changed().tryEmitEmpty();
	}

	/**
	 * Returns the node that owns an address; {@code null} if this node does not know or
	 * must not say at present, so that requests are rejected with
	 * {@code actor.restarting}.
	 */
	public @Nullable String owner(ActorAddress address) {
		Placement placement = this.state.placement();
		return (placement != null) ? placement.owner(address) : null;
	}

	/** Returns whether this node owns an address. */
	public boolean owns(ActorAddress address) {
		return this.self.equals(owner(address));
	}

	/** Returns whether a node is in the view. */
	public boolean contains(String node) {
		return this.state.nodes().contains(node);
	}

	/** Returns the names of the nodes in the view, this one included. */
	public Set<String> nodes() {
		return this.state.nodes();
	}

	/** Completes when owners may have changed after this call. */
	public Mono<Void> changed() {
		return this.state.changed().asMono();
	}

}
