/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.engine.ClusterView;

/**
 * The nodes in the view of this node, and which of them owns an address. Safe for use by
 * several threads.
 */
public final class Membership {

	private static final Log logger = LogFactory.getLog(Membership.class);

	/** Most names of lost nodes that are kept; most of them have ended. */
	private static final int MAX_LOST = 1000;

	private final String self;

	private final SmallerPart rule;

	private final Duration timeout;

	private final Scheduler timers;

	/** Guarded by this. */
	private final Losses losses = new Losses();

	private final IncomingMoves incoming = new IncomingMoves();

	/** Nodes that have left without a goodbye. Guarded by this. */
	private final Set<String> lost = new LinkedHashSet<>();

	private volatile long merges;

	private volatile ClusterView view = new ClusterView(0, List.of(), Set.of());

	/** Times at which this node began to wait. Guarded by this. */
	private long waits;

	/** Ends the time in which this node waits. Guarded by this. */
	private @Nullable Disposable end;

	private volatile State state = new State(0, Set.of(), Set.of(), null, Sinks.empty());

	/**
	 * What holds until the next change.
	 *
	 * @param view number of the view, 0 before the first one
	 * @param nodes names of the nodes
	 * @param leaving those of them that are about to stop
	 * @param placement the owners, {@code null} while this node waits
	 * @param changed completes at the next change
	 */
	private record State(long view, Set<String> nodes, Set<String> leaving, @Nullable Placement placement,
			Sinks.Empty<Void> changed) {

		static State of(long view, Set<String> nodes, Set<String> left, boolean waits) {
			Set<String> leaving = intersection(left, nodes);
			return new State(view, nodes, leaving, waits ? null : placement(nodes, leaving), Sinks.empty());
		}

		private static Set<String> intersection(Set<String> some, Set<String> others) {
			Set<String> both = new LinkedHashSet<>(some);
			both.retainAll(others);
			return Collections.unmodifiableSet(both);
		}

		/** If all are about to stop, they own something until the end. */
		private static Placement placement(Set<String> nodes, Set<String> leaving) {
			Set<String> staying = new HashSet<>(nodes);
			staying.removeAll(leaving);
			return new Placement(staying.isEmpty() ? nodes : staying);
		}

		/** The same nodes, which own something again. */
		State goOn() {
			return of(this.view, this.nodes, this.leaving, false);
		}

		/** The same nodes, of which one more is about to stop. */
		State leave(String node) {
			Set<String> left = new HashSet<>(this.leaving);
			left.add(node);
			return of(this.view, this.nodes, left, this.placement == null);
		}

	}

	/**
	 * Creates a membership without a view, which continues after each loss of nodes.
	 * @param self name of this node
	 */
	public Membership(String self) {
		this(self, SmallerPart.GO_ON, Duration.ZERO, Schedulers.immediate());
	}

	/**
	 * Creates a membership without a view.
	 * @param self name of this node
	 * @param rule what this node does in the smaller part of the nodes
	 * @param timeout longest time for which it waits there
	 * @param timers clock and scheduler
	 */
	public Membership(String self, SmallerPart rule, Duration timeout, Scheduler timers) {
		this.self = self;
		this.rule = rule;
		this.timeout = timeout;
		this.timers = timers;
	}

	/** Returns the name of this node. */
	public String self() {
		return this.self;
	}

	/** Continues with a new view. Called by one thread at a time. */
	public void apply(ClusterView view) {
		this.view = view;
		replace(view).changed().tryEmitEmpty();
	}

	/**
	 * Continues without a node of the view as an owner: it is about to stop. No effect if
	 * the node is not in the view.
	 * @param node name of the node
	 */
	public void leave(String node) {
		State before;
		synchronized (this) {
			before = this.state;
			if (!before.nodes().contains(node) || before.leaving().contains(node)) {
				return;
			}
			if (!node.equals(this.self)) {
				this.incoming.expect(node, before.view(), now());
			}
			this.state = before.leave(node);
		}
		logger.info("Node %s is leaving".formatted(describe(node)));
		before.changed().tryEmitEmpty();
	}

	/** Returns the state that has ended. */
	private synchronized State replace(ClusterView view) {
		State before = this.state;
		noteMerge(before, view);
		boolean joined = !before.nodes().containsAll(view.nodes());
		boolean waits = !joined && (isWaiting() || isSmallerPart(before, view));
		if (joined) {
			this.losses.clear();
		}
		if (waits && !isWaiting()) {
			this.waits++;
			logger.warn(
					"Only %s are left of %s: this node stops its instances until another node joins, at most for %s (rivet.events.cluster.smaller-part-timeout)"
						.formatted(describe(view.nodes()), describe(before.nodes()), this.timeout));
			this.end = this.timers.schedule(this::goOn, this.timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		else if (!waits) {
			stopTimer();
		}
		expectInstances(before, view);
		this.state = State.of(view.number(), Collections.unmodifiableSet(new LinkedHashSet<>(view.nodes())),
				before.leaving(), waits);
		return before;
	}

	/** Of nodes that have been in another view than this node. */
	private void expectInstances(State before, ClusterView view) {
		Set<String> nodes = new LinkedHashSet<>(view.nodes());
		this.incoming.retain(nodes);
		nodes.stream()
			.filter((node) -> !node.equals(this.self) && !before.nodes().contains(node))
			.forEach((node) -> this.incoming.expect(node, view.number(), now()));
	}

	/** Before the view has an effect: see {@link #merges}. */
	private void noteMerge(State before, ClusterView view) {
		boolean returned = this.lost.removeAll(view.nodes());
		if (returned || view.merged()) {
			this.merges = this.merges + 1; // written with the lock
		}
		before.nodes()
			.stream()
			.filter((node) -> !view.nodes().contains(node) && !view.departed().contains(node))
			.forEach(this.lost::add);
		while (this.lost.size() > MAX_LOST) {
			this.lost.remove(this.lost.iterator().next());
		}
	}

	/**
	 * Notes that a node of the view has a view with this one. Until then it could take
	 * instances from this one: in its view their owner was not there.
	 * @param node name of the node
	 * @param reports whether the node reports the end of its moves
	 */
	public synchronized void met(String node, boolean reports) {
		this.merges = this.merges + 1;
		this.incoming.reports(node, reports);
	}

	/**
	 * Notes that a node has no instances left that belong on other nodes.
	 * @param node name of the node
	 * @param view number of its view
	 */
	public void moved(String node, long view) {
		this.incoming.ended(node, view);
	}

	private List<String> describe(Collection<String> nodes) {
		return nodes.stream().map(this::describe).toList();
	}

	/** Returns the name of a node for the log, with its address if that is known. */
	public String describe(String node) {
		return this.view.describe(node);
	}

	private boolean isSmallerPart(State before, ClusterView view) {
		return this.rule == SmallerPart.WAIT && this.losses.leaveSmallerPart(before.nodes(), view, now());
	}

	private void stopTimer() {
		if (this.end != null) {
			this.end.dispose();
			this.end = null;
		}
	}

	private void goOn() {
		State before;
		synchronized (this) {
			before = this.state;
			if (this.end == null) {
				return; // another node has joined
			}
			this.end = null;
			this.losses.clear();
			this.state = before.goOn();
		}
		logger.warn("No other node has joined within %s: this node starts instances again".formatted(this.timeout));
		before.changed().tryEmitEmpty();
	}

	/**
	 * Returns whether this node owns nothing because it is in the smaller part of the
	 * nodes.
	 */
	public boolean isWaiting() {
		State state = this.state;
		return state.view() > 0 && state.placement() == null;
	}

	/**
	 * Returns the node that owns an address; {@code null} before the first view and while
	 * this node waits in the smaller part, so that requests are rejected with
	 * {@code actor.restarting}.
	 */
	public @Nullable String owner(ActorAddress address) {
		Placement placement = this.state.placement();
		return (placement != null) ? placement.owner(address) : null;
	}

	/**
	 * Returns how many slots each node of the view owns, by their names; empty before the
	 * first view and while this node waits in the smaller part.
	 */
	public Map<String, Integer> slots() {
		State state = this.state;
		Placement placement = state.placement();
		if (placement == null || state.nodes().isEmpty()) {
			return Map.of();
		}
		Map<String, Integer> slots = new TreeMap<>();
		state.nodes().forEach((node) -> slots.put(node, 0));
		placement.owners().forEach((owner) -> slots.merge(owner, 1, Integer::sum));
		return slots;
	}

	/** Returns how often this node was in the smaller part since the start. */
	public synchronized long waits() {
		return this.waits;
	}

	/** Returns whether this node owns an address. */
	public boolean owns(ActorAddress address) {
		return this.self.equals(owner(address));
	}

	/**
	 * Returns whether another node of the view may still have instances that belong on
	 * this one.
	 */
	public boolean expectsInstances() {
		return this.incoming.areExpected(now());
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Returns how often nodes have met that may have owned addresses of this one
	 * meanwhile: they were apart, or the view of one of them was late.
	 */
	public long merges() {
		return this.merges;
	}

	/** Returns whether a node is in the view. */
	public boolean contains(String node) {
		return this.state.nodes().contains(node);
	}

	/** Returns the names of the nodes in the view, this one included. */
	public Set<String> nodes() {
		return this.state.nodes();
	}

	/** Returns the number of the view, 0 before the first one. */
	public long view() {
		return this.state.view();
	}

	/**
	 * Completes when the nodes or the owners have changed after this call; to miss no
	 * change, call it before {@link #owner}.
	 */
	public Mono<Void> changed() {
		return this.state.changed().asMono();
	}

}
