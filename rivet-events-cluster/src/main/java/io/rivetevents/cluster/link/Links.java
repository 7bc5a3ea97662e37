/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.gateway.MessageReceiver;
import io.rivetevents.cluster.gateway.PeerGateways;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;

/**
 * Both ends of the connections whose actor is on another node than their socket. Methods
 * do not block and are safe for use by several threads.
 */
public final class Links {

	private final String self;

	private final FrameSender peers;

	private final NodeRequests requests;

	private final LinkCounters counters = new LinkCounters();

	private final ClientLinks clients;

	private final PeerGateways gateways;

	/**
	 * Creates the links of a node.
	 * @param membership which node owns an address
	 * @param peers sends frames to other nodes
	 * @param requests sends requests to other nodes
	 * @param local directory of the instances of this node
	 * @param receiver delivers messages to them
	 * @param connections connections of this node
	 * @param timers runs what is due
	 * @param times how long to wait
	 */
	public Links(Membership membership, FrameSender peers, NodeRequests requests, ActorDirectory local,
			MessageReceiver receiver, OutboundRegistry connections, Scheduler timers, LinkTimes times) {
		this.self = membership.self();
		this.peers = peers;
		this.requests = requests;
		FrameSender frames = new BothEnds();
		this.gateways = new PeerGateways(frames, local, receiver, connections, timers, times.grace());
		this.clients = new ClientLinks(new LinkContext(membership, frames, this::ask, timers, times, this.counters),
				connections);
	}

	/** A connection whose actor has moved to this node is served by both ends here. */
	private final class BothEnds implements FrameSender {

		@Override
		public boolean send(String node, Frame frame) {
			if (node.equals(Links.this.self)) {
				received(node, frame);
				return true;
			}
			return Links.this.peers.send(node, frame);
		}

		@Override
		public boolean supports(String node, int version) {
			return node.equals(Links.this.self) || Links.this.peers.supports(node, version);
		}

	}

	private Mono<Result> ask(String node, Operation operation) {
		return (node.equals(this.self) && operation instanceof Operation.Connect connect)
				? this.gateways.connect(connect).map(Result.Info::new) : this.requests.ask(node, operation);
	}

	/** Returns the connections of this node to actors of other nodes. */
	public ClientLinks clients() {
		return this.clients;
	}

	/** Returns what has happened since the start. */
	public LinkCounters counters() {
		return this.counters;
	}

	/** Returns the connections of other nodes to actors of this node. */
	public PeerGateways gateways() {
		return this.gateways;
	}

	/**
	 * Receives a frame about a connection; other frames have no effect. Called by one
	 * thread at a time for each node.
	 * @param node name of the node that has sent it
	 * @param frame the frame
	 */
	public void received(String node, Frame frame) {
		if (frame instanceof Frame.Send send) {
			this.clients.send(node, send);
		}
		else if (frame instanceof Frame.Deliver deliver) {
			this.gateways.deliver(node, deliver);
		}
		else if (frame instanceof Frame.Admit admit) {
			this.clients.admit(node, admit);
		}
		else if (frame instanceof Frame.GiveBack back) {
			this.clients.giveBack(node, back);
		}
		else if (frame instanceof Frame.Close close) {
			this.clients.close(node, close);
		}
		else if (frame instanceof Frame.Disconnected disconnected) {
			this.gateways.disconnected(node, disconnected);
		}
		else if (frame instanceof Frame.KeepAlive keepAlive) {
			this.gateways.keepAlive(node, keepAlive);
		}
	}

	/**
	 * Handles that the session with a node has ended.
	 * @param node name of the node
	 */
	public void lost(String node) {
		this.gateways.lost(node);
		this.clients.lost(node);
	}

	/** Handles that owners may have changed: the membership has the new view. */
	public void viewChanged() {
		this.clients.viewChanged();
	}

}
