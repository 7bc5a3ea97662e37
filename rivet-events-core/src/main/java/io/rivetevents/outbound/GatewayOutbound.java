/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The outbound path to a connection whose socket is held by another node. The queue is on
 * that node: this object has only the limits of the connection and the reason for which
 * it was closed here.
 */
public final class GatewayOutbound implements Outbound, MovedClient {

	private final GatewayLink link;

	private final String connectionId;

	/** Address of a message to this connection only. */
	private final List<String> alone;

	private final Gateway.Bounds bounds;

	private final AtomicReference<@Nullable CloseReason> closeReason = new AtomicReference<>();

	/**
	 * Creates an outbound path.
	 * @param link the link to its node
	 * @param connectionId its id
	 * @param bounds its limits
	 */
	GatewayOutbound(GatewayLink link, String connectionId, Gateway.Bounds bounds) {
		this.link = link;
		this.connectionId = connectionId;
		this.alone = List.of(connectionId);
		this.bounds = bounds;
	}

	/**
	 * Returns the link to the node, shared by all its connections.
	 */
	public GatewayLink link() {
		return this.link;
	}

	/**
	 * Returns whether the actor has not closed the connection.
	 */
	public boolean isOpen() {
		return this.closeReason.get() == null;
	}

	@Override
	public Outcome send(OutgoingMessage message) {
		return (isOpen() && this.link.send(message, this.alone)) ? Outcome.QUEUED : Outcome.CLOSED;
	}

	@Override
	public void release(OutgoingMessage first) {
		this.link.admit(this.connectionId, first);
	}

	@Override
	public void close(CloseReason reason) {
		if (this.closeReason.compareAndSet(null, reason)) {
			this.link.close(this.connectionId, reason);
		}
	}

	@Override
	public void giveBack(ToServer message) {
		this.link.giveBack(this.connectionId, message);
	}

	@Override
	public void end(CloseReason reason) {
		close(reason);
	}

	@Override
	public @Nullable CloseReason closeReason() {
		return this.closeReason.get();
	}

	@Override
	public int sizeOf(OutgoingMessage message) {
		return message.encode(this.bounds.encoding()).bytes().length;
	}

	@Override
	public int maxMessageSize() {
		return this.bounds.maxMessageSize();
	}

	@Override
	public long maxQueuedBytes() {
		return this.bounds.maxQueuedBytes();
	}

	@Override
	public String describeMaxMessageSize() {
		return Outbound.describeMaxMessageSize(this.bounds.transport(), this.bounds.maxMessageSize(),
				this.bounds.encoding());
	}

}
