/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.scheduling.Wakeable;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * The channel to one node, from the view that has it first to the view that no longer has
 * it. Safe for use by several threads.
 * <p>
 * Two locks: {@link #delivery} is held while the listener is called, so that frames and
 * the end of a session are received one after the other. The monitor of the session
 * guards its state, and nothing is called while it is held. A thread that sends takes the
 * second only, and never waits for a listener.
 */
final class Peer implements Wakeable {

	private static final Log logger = LogFactory.getLog(Peer.class);

	/** Messages that are sent in one task, so that one peer does not keep a thread. */
	private static final int BATCH = 64;

	private final String node;

	/** The name of the node for the log. */
	private final String description;

	private final ClusterEngine engine;

	private final FrameCodec codec;

	private final Executor writers;

	private final PeerListener listener;

	private final ReentrantLock delivery = new ReentrantLock();

	private final Session session;

	/** Version of the frames of the node, 0 before its first greeting. */
	private volatile int version;

	/** Whether the listener has received the view with the node. */
	private boolean open;

	/** Whether the node has left the view. */
	private boolean ended;

	/** Whether the engine has refused a frame since the last view. */
	private boolean failed;

	/** Whether a task writes, or waits to be run. */
	private boolean writing;

	Peer(String node, String description, ClusterEngine engine, FrameCodec codec, PeerSettings settings,
			Executor writers, PeerListener listener, LongSupplier numbers) {
		this.node = node;
		this.description = description;
		this.engine = engine;
		this.codec = codec;
		this.writers = writers;
		this.listener = listener;
		this.session = new Session(settings.maxBacklog(), numbers);
	}

	/** Begins to send and receive, again if the engine has refused a frame. */
	void open() {
		synchronized (this.session) {
			this.open = true;
			this.failed = false;
		}
		write();
	}

	/** Ends the channel and reports it. The listener receives nothing afterwards. */
	void leave() {
		this.delivery.lock();
		try {
			end();
			this.listener.lost(this.node);
		}
		finally {
			this.delivery.unlock();
		}
	}

	/** Ends the channel without a report. */
	void end() {
		synchronized (this.session) {
			this.ended = true;
			this.session.clear();
		}
	}

	int version() {
		return this.version;
	}

	long backlog() {
		synchronized (this.session) {
			return this.session.backlog();
		}
	}

	/**
	 * Queues a frame.
	 * @return whether it was queued
	 */
	boolean send(byte[] frame) {
		boolean queued;
		long backlog;
		synchronized (this.session) {
			if (this.ended || this.failed || this.session.isLost()) {
				return false;
			}
			backlog = this.session.backlog();
			queued = this.session.add(frame);
		}
		if (!queued) {
			logger.warn(
					"The node %s receives too slowly: %d bytes that waited for it are dropped, and its session begins again"
						.formatted(this.description, backlog));
			this.writers.execute(this::reportLost);
		}
		write();
		return queued;
	}

	private void reportLost() {
		this.delivery.lock();
		try {
			reportIfLost();
		}
		finally {
			this.delivery.unlock();
		}
	}

	/** Called with the delivery lock. */
	private void reportIfLost() {
		boolean lost;
		synchronized (this.session) {
			lost = !this.ended && this.session.takeLost();
		}
		if (lost) {
			this.listener.lost(this.node);
		}
	}

	/** Called with the delivery lock. */
	private void reportIfMet() {
		boolean met;
		synchronized (this.session) {
			met = !this.ended && this.session.takeMet();
		}
		if (met) {
			this.listener.met(this.node);
		}
	}

	/** Handles what the node has sent. */
	void received(byte[] bytes) {
		this.delivery.lock();
		try {
			receive(bytes);
			reportIfLost();
			reportIfMet();
		}
		finally {
			this.delivery.unlock();
		}
		write();
	}

	private void receive(byte[] bytes) {
		try {
			Envelope envelope = Envelope.read(bytes);
			if (envelope.isGreeting()) {
				greeted(envelope);
				return;
			}
			for (JoinedFrames.Range each : JoinedFrames.read(bytes, envelope.start())) {
				// a frame before may have ended the session
				Frame frame = accepts(envelope) ? this.codec.decode(bytes, each.start(), each.end()) : null;
				if (frame != null) {
					handle(frame);
				}
			}
		}
		catch (IllegalArgumentException ex) {
			// without this frame the others may be wrong
			logger.error("The session with the node %s begins again".formatted(this.description), ex);
			synchronized (this.session) {
				this.session.reset();
			}
		}
	}

	private void greeted(Envelope greeting) {
		this.version = greeting.version();
		synchronized (this.session) {
			if (!this.ended && this.open) {
				this.session.greeted(greeting.session(), greeting.acknowledged());
			}
		}
	}

	private boolean accepts(Envelope envelope) {
		synchronized (this.session) {
			return !this.ended && this.open && this.session.accepts(envelope);
		}
	}

	/** A frame that fails does not affect those that were sent with it. */
	private void handle(Frame frame) {
		reportIfLost();
		reportIfMet();
		try {
			this.listener.received(this.node, frame);
		}
		catch (RuntimeException | Error ex) {
			logger.error("A frame of the node %s could not be handled".formatted(this.description), ex);
		}
	}

	/** Lets a task write what waits, at the end of the present burst of work. */
	private void write() {
		synchronized (this.session) {
			if (this.writing || !canWrite()) {
				return;
			}
		}
		WakeupBatches.wakeAtEnd(this);
	}

	/** Lets a task write what waits, unless one does. */
	@Override
	public void wake() {
		synchronized (this.session) {
			if (this.writing || !canWrite()) {
				return;
			}
			this.writing = true;
		}
		this.writers.execute(this::writeBatch);
	}

	private boolean canWrite() {
		return this.open && !this.ended && !this.failed && this.session.hasNext();
	}

	private void writeBatch() {
		for (int i = 0; i < BATCH; i++) {
			Envelope next = next();
			if (next == null) {
				return;
			}
			try {
				this.engine.send(this.node, next.toBytes());
			}
			catch (RuntimeException ex) {
				fail(ex);
				return;
			}
		}
		this.writers.execute(this::writeBatch);
	}

	private @Nullable Envelope next() {
		synchronized (this.session) {
			Envelope next = canWrite() ? this.session.next() : null;
			this.writing = next != null;
			return next;
		}
	}

	/** The node is leaving the view, or the next view begins a new session. */
	private void fail(RuntimeException ex) {
		synchronized (this.session) {
			this.writing = false;
			if (this.ended) {
				return;
			}
			this.failed = true;
			this.session.reset();
		}
		logger.warn(
				"The node %s cannot be reached; nothing is sent to it until the next view".formatted(this.description),
				ex);
		reportLost();
	}

}
