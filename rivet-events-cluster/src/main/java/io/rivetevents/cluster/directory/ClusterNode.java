/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQueries;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.cluster.backplane.ClusterBackplane;
import io.rivetevents.cluster.call.CallSettings;
import io.rivetevents.cluster.call.Calls;
import io.rivetevents.cluster.call.Rejections;
import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.gateway.MessageReceiver;
import io.rivetevents.cluster.link.LinkCounters;
import io.rivetevents.cluster.link.LinkTimes;
import io.rivetevents.cluster.link.Links;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.cluster.ownership.ClusterOwnership;
import io.rivetevents.cluster.ownership.OwnershipCounters;
import io.rivetevents.cluster.ownership.PlannedMoves;
import io.rivetevents.cluster.peer.PeerListener;
import io.rivetevents.cluster.peer.PeerSettings;
import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.cluster.status.ClusterStatus;
import io.rivetevents.cluster.peer.Peers;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.Backplane;
import io.rivetevents.inbound.InboundRequests;
import io.rivetevents.observation.Tracing;
import io.rivetevents.placement.LocalNode;

/**
 * A node among others: puts together what decides where instances are, and what carries
 * requests, connections and events between nodes. Safe for use by several threads.
 */
public final class ClusterNode implements Cluster {

	private static final Log logger = LogFactory.getLog(ClusterNode.class);

	/** Longest time for which a stopping node answers requests. */
	private static final Duration DRAIN = Duration.ofSeconds(1);

	private static final Duration DRAIN_CHECK = Duration.ofMillis(5);

	/**
	 * Part of the backlog of a node that events for all nodes may fill: a flood of them
	 * ends no session.
	 */
	private static final int PART_OF_NODE_WIDE = 2;

	/** Part of the backlog of a node that the histories of instances may fill. */
	private static final int PART_OF_HAND_OVERS = 2;

	/** Largest part of the backlog of a node that one event for all nodes takes. */
	private static final int PART_OF_MESSAGE = 16;

	private final Membership membership;

	private final Peers peers;

	private final Scheduler timers;

	private final Calls calls;

	private final ClusterOwnership ownership;

	private final PlannedMoves moves;

	private final MoveReports reports;

	private final Links links;

	private final RequestReceiver requests;

	private final Rehearsal rehearsal;

	private final ActorDirectory directory;

	private final ClusterBackplane backplane;

	private final OtherNodes others;

	private final Supplier<LocalNode> node;

	private volatile boolean leaving;

	/** Nodes that have received that this one is about to stop. */
	private final Set<String> leavingSeen = ConcurrentHashMap.newKeySet();

	/**
	 * What a node is made of.
	 *
	 * @param engine connects the nodes
	 * @param membership which node owns an address
	 * @param ownership which instances this node may have in memory; its requests are
	 * sent by {@link #askNode}
	 * @param codec writes and reads what nodes send
	 * @param mapper converts the details of errors
	 * @param tracing reads the traces of callers
	 * @param registry connections of this node
	 * @param local directory of this node
	 * @param node this node; used when the cluster is started, and later
	 * @param timers clock and timers
	 * @param workers threads that may block
	 * @param writers threads that send, one for each other node and one more
	 */
	public record Parts(ClusterEngine engine, Membership membership, ClusterOwnership ownership, FrameCodec codec,
			ValueMapper mapper, Tracing tracing, OutboundRegistry registry, ActorDirectory local,
			Supplier<LocalNode> node, Scheduler timers, Scheduler workers, Executor writers) {
	}

	/**
	 * Limits and times of a node.
	 *
	 * @param peers limits of the sessions with other nodes
	 * @param calls limits of requests to other nodes
	 * @param links times of connections to other nodes
	 * @param moves longest time for which an event waits for an instance that moves to
	 * this node
	 */
	public record Settings(PeerSettings peers, CallSettings calls, LinkTimes links, Duration moves) {
	}

	/**
	 * Creates a node that is not started.
	 * @param parts what it is made of
	 * @param settings limits and times
	 */
	public ClusterNode(Parts parts, Settings settings) {
		this.membership = parts.membership();
		this.node = parts.node();
		this.timers = parts.timers();
		this.peers = new Peers(parts.engine(), this.membership.self(), parts.codec(), settings.peers(), parts.writers(),
				new Received());
		InboundRequests inbound = parts.registry().inbound();
		InstanceAddresses addresses = new InstanceAddresses(parts.local());
		ArrivingInstances arriving = new ArrivingInstances(this.membership::expectsInstances,
				(address) -> this.node.get().isAwake(address),
				(address) -> parts.local().resolve(new ActorTarget.Get(address)), settings.moves(), parts.timers());
		LocalOperations operations = new LocalOperations(parts.local(), addresses, arriving, this::connectHere,
				this::release, inbound::receive, (query) -> answer(parts, query));
		FrameSender frames = new Frames();
		MessageReceiver receiver = (address, connectionId, message) -> this.node.get()
			.deliver(address, connectionId, message);
		this.calls = new Calls(this.membership, frames, operations::run, parts.tracing(), settings.calls(),
				parts.timers(), parts.workers());
		inbound.connect(new RemoteInbound(this.membership, this.calls));
		this.others = new RemoteQueries(this.membership, this.calls, this.timers);
		this.ownership = parts.ownership();
		long backlog = settings.peers().maxBacklog();
		Rejections rejections = new Rejections(parts.mapper());
		this.rehearsal = new Rehearsal(parts.codec(), operations::run, rejections, parts.timers());
		this.requests = new RequestReceiver(this.membership, addresses, operations::run, rejections,
				new BoundedHandOvers(frames, this.peers::backlog, backlog / PART_OF_HAND_OVERS));
		this.links = new Links(this.membership, frames, this.calls::askNode, parts.local(), receiver, parts.registry(),
				parts.timers(), settings.links());
		this.moves = new PlannedMoves(this.ownership, parts.node(), this::wake, parts.timers());
		this.reports = new MoveReports(this.membership, this.moves::areEnded, frames, parts.timers(), parts.workers());
		this.directory = new ClusterDirectory(this.membership, parts.local(), receiver, addresses, arriving, this.calls,
				this.links.clients());
		this.backplane = new ClusterBackplane(parts.codec(),
				(frame) -> this.peers.sendToAll(frame, backlog / PART_OF_NODE_WIDE), this::isJoined,
				(int) Math.min(Integer.MAX_VALUE, backlog / PART_OF_MESSAGE));
	}

	private boolean isJoined() {
		return !this.membership.nodes().isEmpty() && !this.membership.isWaiting();
	}

	private Mono<ActorInfo> connectHere(Operation.Connect connect) {
		return this.links.gateways().connect(connect);
	}

	private Mono<HandOver> release(ActorAddress address) {
		return this.ownership.release(address, this.node.get());
	}

	private Mono<Result> wake(ActorAddress address) {
		return this.calls.ask(address, new Operation.Resolve(new ActorTarget.Get(address), null));
	}

	/** Sends frames, if this node has sessions with others. */
	private final class Frames implements FrameSender {

		@Override
		public boolean send(String node, Frame frame) {
			return ClusterNode.this.peers.send(node, frame);
		}

		@Override
		public boolean supports(String node, int version) {
			return ClusterNode.this.peers.version(node) >= version;
		}

	}

	/** Returns what carries events and commands for all nodes. */
	public Backplane backplane() {
		return this.backplane;
	}

	/** The number of users may be large, so a worker counts them. */
	private static Mono<NodeAnswer> answer(Parts parts, NodeQuery query) {
		return NodeQueries.reply(parts.registry(), query).subscribeOn(parts.workers());
	}

	/** Returns what queries the other nodes about their connections. */
	public OtherNodes others() {
		return this.others;
	}

	/** Returns the directory of the instances of all nodes. */
	public ActorDirectory directory() {
		return this.directory;
	}

	/**
	 * Sends a request to one node, whether or not it owns an address.
	 * @param node name of the node
	 * @param operation what it is to do
	 * @return its result; a rejection is a {@code RivetException}
	 */
	public Mono<Result> askNode(String node, Operation operation) {
		return this.calls.askNode(node, operation);
	}

	/**
	 * Loads the classes that the first instances of this node need. To be called before
	 * {@link #start}: other nodes send their instances as soon as they see this one.
	 * @return completes after a time at the latest, also if it fails
	 */
	public Mono<Void> rehearse() {
		return Mono.defer(() -> this.rehearsal.run(this.node.get().actors()));
	}

	/**
	 * Joins the other nodes. Returns when this node has a view.
	 * @throws IllegalStateException if it cannot join, with what to change
	 */
	public void start() {
		this.node.get()
			.moveClients((connection, address, actorId, position) -> this.links.clients()
				.adopt(address, actorId, connection.request(), connection.subscriptionRequests(), position));
		this.peers.start();
	}

	/**
	 * Reports to the other nodes that this one is about to stop. From now on they own its
	 * addresses, and take its instances as far as they are used. To be called before the
	 * instances of this node stop, so that no request fails.
	 */
	public void leave() {
		logger.info("This node is leaving %d others".formatted(Math.max(0, this.membership.nodes().size() - 1)));
		this.leaving = true;
		leaveOwners();
		this.links.viewChanged();
	}

	/**
	 * Leaves as {@link #leave} does, and hands the instances of this node over to the
	 * others. The clients whose sockets this node has stay connected to them.
	 * @param timeout longest time
	 * @return completes when all are handed over, or after the time: those that are left
	 * are to be stopped
	 */
	public Mono<Void> handOver(Duration timeout) {
		return Mono.fromRunnable(this::leave)
			.then(this.moves.moveAll(timeout))
			.doOnSuccess((none) -> this.reports.send());
	}

	private void leaveOwners() {
		this.membership.leave(this.membership.self());
		this.reports.add(otherNodes(), new Frame.Leaving());
	}

	private Set<String> otherNodes() {
		Set<String> others = new HashSet<>(this.membership.nodes());
		others.remove(this.membership.self());
		return others;
	}

	/**
	 * Ends the instances that this node does not own in the present view. Two nodes that
	 * have met each other just now may both have an instance: if that of the other one
	 * stayed, it would be out of date when its node owns the address again.
	 */
	private void releaseOthers() {
		LocalNode local = this.node.get();
		if (this.membership.isWaiting()) {
			local.releaseIf((address) -> true).subscribe(null, ClusterNode::notReleased);
		}
		else {
			this.moves.move()
				.doOnNext(ClusterNode::moved)
				.then(this.moves.rest())
				.subscribe(null, ClusterNode::notReleased, this.reports::send);
		}
	}

	private static void notReleased(Throwable ex) {
		logger.error("Instances that another node may take were not released; they end with the next view", ex);
	}

	private static void moved(long instances) {
		if (instances > 0) {
			logger.info("%s to other nodes"
				.formatted((instances == 1) ? "1 instance was moved" : instances + " instances were moved"));
		}
	}

	/**
	 * Leaves the other nodes. After {@link #leave} it answers what they have sent before
	 * they received that, for at most a second; blocks.
	 */
	public void stop() {
		drained().block();
		end();
	}

	/**
	 * Waits until this node has answered what the other nodes have sent before they
	 * received that it leaves.
	 * @return completes after a second at the latest; at once if it does not leave
	 */
	public Mono<Void> drained() {
		return Mono.defer(() -> this.leaving ? Flux.interval(DRAIN_CHECK, this.timers)
			.takeUntil((tick) -> isDrained())
			.take(DRAIN, this.timers)
			.then() : Mono.empty());
	}

	/** Leaves the other nodes at once. */
	public void end() {
		this.reports.close();
		this.calls.stop();
		this.peers.stop();
	}

	private boolean isDrained() {
		Set<String> others = otherNodes();
		return this.leavingSeen.containsAll(others) && this.requests.size() == 0
				&& others.stream().allMatch((other) -> this.peers.backlog(other) == 0);
	}

	@Override
	public ClusterStatus status() {
		long backlog = this.membership.nodes().stream().mapToLong(this.peers::backlog).sum();
		return new ClusterStatus(this.membership.nodes().size(), this.membership.isWaiting(), this.calls.pending(),
				this.links.clients().size(), backlog, counters());
	}

	@Override
	public Map<String, Integer> slots() {
		return this.membership.slots();
	}

	private ClusterStatus.Counters counters() {
		OwnershipCounters instances = this.ownership.counters();
		LinkCounters clients = this.links.counters();
		return new ClusterStatus.Counters(this.calls.sent(), instances.taken(), instances.released(),
				instances.handedOver(), instances.notHandedOver(), instances.fenced(), instances.refused(),
				clients.reconnected(), clients.resynced(), this.membership.waits());
	}

	/** Receives what other nodes send. */
	private final class Received implements PeerListener {

		@Override
		public void viewChanged(ClusterView view) {
			ClusterNode node = ClusterNode.this;
			node.membership.apply(view);
			if (node.leaving) {
				node.leaveOwners(); // a new node has not received it
			}
			else {
				node.releaseOthers();
			}
			node.links.viewChanged();
			Mono<Void> next = node.membership.changed();
			if (node.membership.isWaiting()) {
				// this node owns something again after its time-out, without a view
				next.subscribe(null, null, node.links::viewChanged);
			}
		}

		@Override
		public void met(String node) {
			ClusterNode.this.membership.met(node, ClusterNode.this.peers.version(node) >= Frame.REPORTS_MOVES);
			ClusterNode.this.reports.add(node);
		}

		@Override
		public void received(String node, Frame frame) {
			if (frame instanceof Frame.Request request) {
				ClusterNode.this.requests.received(node, request);
			}
			else if (frame instanceof Frame.Reply reply) {
				ClusterNode.this.calls.received(node, reply);
			}
			else if (frame instanceof Frame.Cancel cancel) {
				ClusterNode.this.requests.cancelled(node, cancel);
			}
			else if (frame instanceof Frame.Leaving) {
				ClusterNode.this.membership.leave(node);
				ClusterNode.this.peers.send(node, new Frame.LeavingSeen());
				ClusterNode.this.links.viewChanged();
			}
			else if (frame instanceof Frame.Moved moved) {
				ClusterNode.this.membership.moved(node, moved.view());
			}
			else if (frame instanceof Frame.LeavingSeen) {
				ClusterNode.this.leavingSeen.add(node);
			}
			else if (frame instanceof Frame.Publish publish) {
				ClusterNode.this.backplane.received(publish);
			}
			else if (frame instanceof Frame.Command command) {
				ClusterNode.this.backplane.received(command);
			}
			else {
				ClusterNode.this.links.received(node, frame);
			}
		}

		@Override
		public void lost(String node) {
			ClusterNode.this.reports.remove(node);
			ClusterNode.this.calls.lost(node);
			ClusterNode.this.requests.lost(node);
			ClusterNode.this.links.lost(node);
			ClusterNode.this.backplane.lost();
		}

	}

}
