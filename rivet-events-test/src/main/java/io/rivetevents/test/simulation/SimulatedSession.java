/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.net.URI;
import java.security.Principal;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

import org.jspecify.annotations.Nullable;
import reactor.util.context.Context;

import io.rivetevents.extension.ActorTarget;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.test.node.TestHandshake;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.TransportSession;

/**
 * One connection of a client to a node, from its handshake to its end: a link of the
 * runtime with a real queue, but without a socket. What the server has written arrives
 * later, one message in each task, and even if the server ends in between.
 */
final class SimulatedSession implements TransportSession {

	private static final URI HANDSHAKE = URI.create("/simulation");

	/** Messages that the server may write before the client reads. */
	private static final int WINDOW = 4;

	private final SimulatedClient client;

	private final SimulatedNode node;

	private final OutboundQueue queue;

	private final ClientLink link;

	/** Runs what arrives at the client. */
	private final Executor network;

	/** Messages on their way to the client. */
	private final Queue<byte[]> written = new ArrayDeque<>(WINDOW);

	/** How the connection ends after these messages. */
	private @Nullable String end;

	/** Whether the client has no connection any more. */
	private boolean cut;

	/** Whether the server has noticed the end. */
	private boolean ended;

	private boolean reading = true;

	private boolean writeRequested;

	private boolean readRequested;

	/**
	 * Begins a connection.
	 * @param client the client
	 * @param target the instance
	 * @param user the user that the handshake identifies, {@code null} for none
	 */
	SimulatedSession(SimulatedClient client, SimulatedNode node, ActorTarget target, @Nullable Principal user) {
		this.client = client;
		this.node = node;
		this.network = node.network();
		this.queue = new OutboundQueue(Encoding.EXTENDED_JSON, node.queues(), (bytes) -> requestWrite());
		ScheduledExecutorService thread = node.newThread();
		PendingHandshake opening = PendingHandshake.of(new TestHandshake(HANDSHAKE, Map.of(), user), () -> target,
				() -> null, null, false, Context.empty());
		this.link = new ClientLink(opening, this.queue, node.links(), node.settings(), thread, this);
		this.link.execute(this.link::start);
	}

	SimulatedNode node() {
		return this.node;
	}

	boolean isReading() {
		return this.reading;
	}

	void setReading(boolean reading) {
		this.reading = reading;
		if (reading) {
			requestRead();
		}
	}

	/** Sends a message, which the server handles later. */
	void send(ToServer message) {
		this.link.execute(() -> {
			if (!this.ended) {
				this.link.receive(message, 0);
			}
		});
	}

	/** Loses the connection. The server notices it later. */
	void lose() {
		this.cut = true;
		this.node.run(this::endLink);
	}

	@Override
	public void cut() {
		end("cut by the server");
		endLink();
	}

	/** Ends the connection because its node has ended. */
	void nodeEnds() {
		end("disconnected because its node ends");
	}

	private void end(String how) {
		if (this.end == null) {
			this.end = how;
			requestRead();
		}
	}

	private void endLink() {
		this.link.execute(() -> {
			if (!this.ended) {
				this.ended = true;
				this.link.end();
			}
		});
	}

	// Messages to the client

	private void requestWrite() {
		if (!this.writeRequested && !this.ended && this.written.size() < WINDOW) {
			this.writeRequested = true;
			this.node.run(this::write);
		}
	}

	private void write() {
		this.writeRequested = false;
		if (this.ended || this.end != null) {
			return;
		}
		byte[] message = this.queue.poll();
		if (message != null) {
			this.written.add(message);
			requestRead();
			requestWrite();
		}
		else if (this.queue.closeReason() != null) {
			end("closed with " + this.queue.closeReason().reason());
			endLink();
		}
	}

	private void requestRead() {
		if (!this.readRequested && this.reading && !this.cut) {
			this.readRequested = true;
			this.network.execute(this::read);
		}
	}

	private void read() {
		this.readRequested = false;
		if (!this.reading || this.cut) {
			return;
		}
		byte[] message = this.written.poll();
		if (message != null) {
			this.client.receive(this, message);
			requestWrite();
			requestRead();
		}
		else if (this.end != null) {
			this.cut = true;
			this.client.disconnected(this, this.end);
		}
	}

}
