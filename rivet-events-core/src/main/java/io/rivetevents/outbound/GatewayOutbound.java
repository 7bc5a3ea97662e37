package io.rivetevents.outbound;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The way out to a connection whose socket another node holds. The queue is there: this
 * has only the bounds of the connection and the reason for which it was closed here.
 */
public final class GatewayOutbound implements Outbound {

	private final GatewayLink link;

	private final String connectionId;

	/** What a message to it alone is addressed to. */
	private final List<String> alone;

	private final Gateway.Bounds bounds;

	private final AtomicReference<@Nullable CloseReason> closeReason = new AtomicReference<>();

	/**
	 * Creates a way out.
	 * @param link the way to its node
	 * @param connectionId its id
	 * @param bounds what it can take
	 */
	GatewayOutbound(GatewayLink link, String connectionId, Gateway.Bounds bounds) {
		this.link = link;
		this.connectionId = connectionId;
		this.alone = List.of(connectionId);
		this.bounds = bounds;
	}

	/**
	 * Returns the way to the node, the same for all connections of the node.
	 */
	public GatewayLink link() {
		return this.link;
	}

	/**
	 * Returns whether a message can be sent: the actor has not closed the connection.
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
