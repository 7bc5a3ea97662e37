/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.ClientLink;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.TransportSession;

/**
 * A client in memory: everything that a client with a socket has but the socket. Messages
 * pass the codec in both directions, and wait in the queue of the connection. Its work
 * runs on the workers of the node, one task after the other, and its timers in virtual
 * time.
 */
public final class TestLink implements ClientTransport, TransportSession {

	private final LinkHost host;

	private final Encoding encoding;

	private final ClientFrames frames;

	private final Receiver receiver;

	private final OutboundQueue queue;

	private final ScheduledExecutorService thread;

	private final ClientLink link;

	private final AtomicBoolean woken = new AtomicBoolean();

	/** The fields below are used by tasks of the thread. */
	private boolean reading = true;

	/** Whether the client read in the last keep-alive period. */
	private boolean heard = true;

	private boolean ended;

	/**
	 * Creates a client that is not connected.
	 * @param host the node
	 * @param encoding its encoding, one of JSON
	 * @param handshake its request
	 * @param receiver receives what the node sends, by a worker
	 */
	public TestLink(LinkHost host, Encoding encoding, PendingHandshake handshake, Receiver receiver) {
		this.host = host;
		this.encoding = encoding;
		this.frames = new ClientFrames(encoding);
		this.receiver = receiver;
		this.queue = new OutboundQueue(encoding, host.queue(), (queued) -> wake());
		this.thread = host.threads().apply(new SerialExecutor(host.workers()::schedule));
		this.link = new ClientLink(handshake, this.queue, host.services(), host.settings(), this.thread, this);
	}

	@Override
	public void open() {
		this.link.execute(this.link::start);
	}

	@Override
	public void send(ToServer message) {
		this.link.execute(() -> {
			if (!this.ended) {
				receive(this.frames.encode(message));
			}
		});
	}

	private void receive(byte[] frame) {
		try {
			this.link.receive(this.encoding.codec().decode(frame), frame.length);
		}
		catch (RivetException ex) {
			this.link.refuseMessage(ex);
		}
	}

	@Override
	public void read(boolean reading) {
		this.link.execute(() -> {
			this.reading = reading;
			drain();
		});
	}

	@Override
	public void expire() {
		this.link.expire();
	}

	private void wake() {
		if (this.woken.compareAndSet(false, true)) {
			this.link.execute(this::drain);
		}
	}

	private void drain() {
		this.woken.set(false);
		while (this.reading && !this.ended) {
			byte[] frame = this.queue.poll();
			if (frame == null) {
				break;
			}
			this.receiver.received(this.frames.decode(frame));
		}
		CloseReason reason = this.queue.closeReason();
		if (reason != null && !this.ended && (this.queue.isOverrun() || this.queue.isEmpty())) {
			byte[] last = this.queue.lastWord();
			if (last != null && this.reading) {
				this.receiver.received(this.frames.decode(last));
			}
			end(reason);
		}
	}

	private void end(@Nullable CloseReason reason) {
		if (!this.ended) {
			this.ended = true;
			this.link.end();
			this.receiver.ended(reason);
		}
	}

	@Override
	public boolean isClosed() {
		return this.ended;
	}

	/** A client that reads answers each ping. */
	@Override
	public void checkAlive() {
		if (!this.heard && !this.reading) {
			this.queue.close(CloseReason.of(ErrorCode.CONNECTION_TIMED_OUT));
		}
		this.heard = this.reading;
	}

	@Override
	public void cut() {
		this.link.execute(() -> end(this.queue.closeReason()));
	}

	/** The server makes no difference between the two. */
	@Override
	public void close() {
		cut();
	}

	/** Returns the node that it connects to. */
	public LinkHost host() {
		return this.host;
	}

	/**
	 * Ends it together with its node, whose threads have ended. Called by the test.
	 */
	public void abandon() {
		end(null);
	}

}
