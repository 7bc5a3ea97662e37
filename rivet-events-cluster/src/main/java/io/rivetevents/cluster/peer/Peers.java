/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;

/**
 * One ordered, bounded channel to each other node in the view.
 * <p>
 * Frames to one node are received in the order in which they were sent, without a gap,
 * until the session ends at both nodes: then each of the two receives
 * {@link PeerListener#lost}. A session ends if the node leaves the view of one of them,
 * if more than {@link PeerSettings#maxBacklog()} waits for it, or if a frame cannot be
 * read. Nothing waits for a slow node but its own queue. Safe for use by several threads.
 */
public final class Peers {

	private final ClusterEngine engine;

	private final String self;

	private final FrameCodec codec;

	private final PeerSettings settings;

	private final Executor writers;

	private final PeerListener listener;

	/** The other nodes of the view, by their names. */
	private final Map<String, Peer> peers = new ConcurrentHashMap<>();

	/**
	 * The last number of a session. It is never used again: if a node returns that has
	 * not noticed its absence, it finds the higher number.
	 */
	private final AtomicLong numbers = new AtomicLong();

	private volatile boolean stopped;

	/**
	 * Creates the channels.
	 * @param engine carries the frames
	 * @param self name of this node
	 * @param codec writes and reads the frames
	 * @param settings limits
	 * @param writers runs the tasks that send, at most one at a time for each node, and
	 * reports the end of sessions. A task blocks while its node receives nothing, so
	 * there must be a thread for each node and one more; tasks must not be run by the
	 * caller
	 * @param listener receives views, frames and the ends of sessions; it must not stop
	 * the channels
	 */
	public Peers(ClusterEngine engine, String self, FrameCodec codec, PeerSettings settings, Executor writers,
			PeerListener listener) {
		this.engine = engine;
		this.self = self;
		this.codec = codec;
		this.settings = settings;
		this.writers = writers;
		this.listener = new UntilStopped(listener);
	}

	/**
	 * Joins the cluster. Returns after the listener has received the first view.
	 * @throws IllegalStateException if the node cannot join
	 */
	public void start() {
		this.engine.start(new Incoming());
	}

	/** Leaves the cluster. What waits is dropped, and the listener receives nothing. */
	public void stop() {
		this.stopped = true;
		this.engine.stop();
		this.peers.values().forEach(Peer::end);
		this.peers.clear();
	}

	/**
	 * Queues a frame for another node. Never blocks.
	 * @param node name of the other node
	 * @param frame the frame
	 * @return whether it was queued: it is received unless {@link PeerListener#lost}
	 * follows. {@code false} if it was surely not sent, because the node is not in the
	 * view or is of a version that does not read it, or because too much waits for it and
	 * {@code lost} follows
	 * @throws RuntimeException if the frame cannot be written, as
	 * {@link FrameCodec#encode} describes; nothing was sent
	 */
	public boolean send(String node, Frame frame) {
		Peer peer = this.peers.get(node);
		return peer != null && (frame.since() == 1 || frame.since() <= peer.version())
				&& peer.send(this.codec.encode(frame));
	}

	/**
	 * Queues a frame for all other nodes of the view, as it was written once. Never
	 * blocks. A node for which much waits receives nothing, and its session does not end.
	 * @param frame the frame, as {@link FrameCodec#encode} writes it; not changed
	 * afterwards
	 * @param maxBacklog most memory of the frames that wait for a node, this one
	 * included, in bytes
	 * @return whether it was queued for all of them
	 */
	public boolean sendToAll(byte[] frame, long maxBacklog) {
		boolean queued = true;
		for (Peer peer : this.peers.values()) {
			queued &= peer.backlog() + frame.length + Session.OVERHEAD <= maxBacklog && peer.send(frame);
		}
		return queued;
	}

	/**
	 * Returns the memory of the frames that wait for another node, in bytes; 0 if it is
	 * not in the view.
	 * @param node name of the other node
	 */
	public long backlog(String node) {
		Peer peer = this.peers.get(node);
		return (peer != null) ? peer.backlog() : 0;
	}

	/**
	 * Returns the version of the frames that another node reads, 0 if it is not in the
	 * view, or has sent nothing yet.
	 * @param node name of the other node
	 */
	public int version(String node) {
		Peer peer = this.peers.get(node);
		return (peer != null) ? peer.version() : 0;
	}

	private void apply(ClusterView view) {
		Set<String> others = new HashSet<>(view.nodes());
		others.remove(this.self);
		this.peers.forEach((node, peer) -> {
			if (!others.contains(node)) {
				this.peers.remove(node);
				peer.leave();
			}
		});
		others.forEach((node) -> this.peers.computeIfAbsent(node, (name) -> peer(name, view.describe(name))));
		this.listener.viewChanged(view);
		this.peers.values().forEach(Peer::open);
	}

	private Peer peer(String node, String description) {
		return new Peer(node, description, this.engine, this.codec, this.settings, this.writers, this.listener,
				this.numbers::incrementAndGet);
	}

	private final class Incoming implements ClusterListener {

		@Override
		public void viewChanged(ClusterView view) {
			if (!Peers.this.stopped) {
				apply(view);
			}
		}

		@Override
		public void received(String node, byte[] frame) {
			Peer peer = Peers.this.peers.get(node);
			// a greeting before the view with the node is repeated, since it has no
			// answer
			if (peer != null) {
				peer.received(frame);
			}
		}

	}

	/** Calls the listener until the channels are stopped. */
	private final class UntilStopped implements PeerListener {

		private final PeerListener listener;

		UntilStopped(PeerListener listener) {
			this.listener = listener;
		}

		@Override
		public void viewChanged(ClusterView view) {
			if (!Peers.this.stopped) {
				this.listener.viewChanged(view);
			}
		}

		@Override
		public void met(String node) {
			if (!Peers.this.stopped) {
				this.listener.met(node);
			}
		}

		@Override
		public void received(String node, Frame frame) {
			if (!Peers.this.stopped) {
				this.listener.received(node, frame);
			}
		}

		@Override
		public void lost(String node) {
			if (!Peers.this.stopped) {
				this.listener.lost(node);
			}
		}

	}

}
