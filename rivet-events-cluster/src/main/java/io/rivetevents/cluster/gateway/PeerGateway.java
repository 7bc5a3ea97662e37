/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.GatewayOutbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The connections of one other node to actors of this node. Safe for use by several
 * threads.
 */
final class PeerGateway implements Gateway {

	private final String node;

	private final FrameSender frames;

	private final ActorDirectory local;

	private final MessageReceiver receiver;

	private final OutboundRegistry connections;

	/** The connections by their ids. */
	private final Map<String, Attachment> attachments = new ConcurrentHashMap<>();

	/** Increases after a connection has ended: lists have to be looked at again. */
	private final AtomicInteger changes = new AtomicInteger();

	/** The lists that the gateway remembers, used with their lock. */
	private final RecipientNumbers numbers;

	/**
	 * Creates a gateway without connections.
	 * @param node name of the node
	 * @param frames sends frames
	 * @param local directory of the instances of this node
	 * @param receiver delivers messages to them
	 * @param connections connections of this node
	 * @param numbers the lists that it remembers, none at first
	 */
	PeerGateway(String node, FrameSender frames, ActorDirectory local, MessageReceiver receiver,
			OutboundRegistry connections, RecipientNumbers numbers) {
		this.node = node;
		this.frames = frames;
		this.local = local;
		this.receiver = receiver;
		this.connections = connections;
		this.numbers = numbers;
	}

	// From the actors

	@Override
	public boolean send(OutgoingMessage message, List<String> connectionIds) {
		if (connectionIds.size() < RecipientNumbers.MIN_SIZE || isHere()) {
			List<String> open = open(connectionIds);
			return sendTo(open, message) && open.size() == connectionIds.size();
		}
		// with the lock: the gateway receives a list before its number is used
		synchronized (this.numbers) {
			return sendToMany(message, connectionIds);
		}
	}

	private boolean isHere() {
		return this.node.equals(this.connections.node());
	}

	private boolean sendToMany(OutgoingMessage message, List<String> connectionIds) {
		int changes = this.changes.get(); // before the look at the connections
		RecipientNumbers.Recipients known = this.numbers.find(connectionIds);
		if (known == null || !known.isChecked(changes)) {
			List<String> open = open(connectionIds);
			if (open != connectionIds) {
				sendTo(open, message);
				return false;
			}
		}
		if (known == null) {
			return sendNew(message, connectionIds, changes);
		}
		known.checked(changes);
		return this.frames.send(this.node,
				new Frame.Send(List.of(), message.message(), message.isDroppable(), known.number(), 0));
	}

	private boolean sendNew(OutgoingMessage message, List<String> connectionIds, int changes) {
		long number = this.numbers.next(connectionIds);
		boolean sent = this.frames.send(this.node,
				new Frame.Send(connectionIds, message.message(), message.isDroppable(), number, this.numbers.first()));
		if (sent && number != 0) {
			this.numbers.add(connectionIds, number, changes);
		}
		return sent;
	}

	private boolean sendTo(List<String> open, OutgoingMessage message) {
		return !open.isEmpty()
				&& this.frames.send(this.node, new Frame.Send(open, message.message(), message.isDroppable()));
	}

	/** Returns the ids of the connections for which the gateway takes messages. */
	private List<String> open(List<String> connectionIds) {
		List<String> open = new ArrayList<>(connectionIds.size());
		for (String id : connectionIds) {
			if (isOpen(id)) {
				open.add(id);
			}
		}
		return (open.size() == connectionIds.size()) ? connectionIds : open;
	}

	private boolean isOpen(String connectionId) {
		Attachment attachment = this.attachments.get(connectionId);
		return attachment != null && attachment.isOpen();
	}

	@Override
	public void admit(String connectionId, OutgoingMessage first) {
		if (isOpen(connectionId)) {
			this.frames.send(this.node, new Frame.Admit(connectionId, first.message()));
		}
	}

	@Override
	public void close(String connectionId, CloseReason reason) {
		Attachment attachment = this.attachments.get(connectionId);
		if (attachment != null && attachment.isOpen()) {
			attachment.close();
			this.frames.send(this.node, new Frame.Close(connectionId, reason));
		}
	}

	@Override
	public @Nullable Bounds bounds(String connectionId) {
		Attachment attachment = this.attachments.get(connectionId);
		return (attachment != null && attachment.isOpen()) ? attachment.bounds() : null;
	}

	// From the node

	/**
	 * Adds a connection, which replaces an older one with the same id.
	 * @return the older one, {@code null} if there is none
	 */
	@Nullable Attachment attach(String connectionId, Attachment attachment) {
		Attachment before = this.attachments.put(connectionId, attachment);
		if (before != null) {
			before.detach();
			this.changes.incrementAndGet();
		}
		return before;
	}

	/**
	 * Connects an attached client to an actor of this node, after the connection that it
	 * replaces has ended.
	 * @param target the target instance
	 * @param request the client's request, with the name of this gateway
	 * @param attachment its attachment
	 * @param before the replaced connection, {@code null} if there is none
	 * @return the instance; a cancellation has no effect: the actor may have accepted the
	 * client already, and the attachment must end what it has begun
	 */
	Mono<ActorInfo> connect(ActorTarget target, ConnectRequest request, Attachment attachment,
			@Nullable Attachment before) {
		String id = request.connectionId();
		Mono<Void> replaced = (before != null) ? before.settled().then(Mono.fromRunnable(() -> leave(id, before)))
				: Mono.empty();
		return replaced.then(Mono.defer(() -> {
			return attachment.open() ? this.local.connect(target, request)
					: Mono.<ActorInfo>error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		}))
			.doOnNext((info) -> attachment.connected(info.address()))
			.doOnError((ex) -> remove(id, attachment))
			.doFinally((signal) -> attachment.settle())
			.cache();
	}

	void deliver(ActorAddress address, String connectionId, ToServer message) {
		Attachment attachment = this.attachments.get(connectionId);
		if (attachment != null && attachment.isOpen()) {
			boolean received = !attachment.isClosed() && this.receiver.receive(address, connectionId, message);
			if (!received && attachment.isClosed()) { // since the check above
				giveBack(connectionId, message);
			}
		}
	}

	/**
	 * The gateway has sent the message before it has received that the connection is
	 * closed.
	 */
	@Override
	public void giveBack(String connectionId, ToServer message) {
		if (!isOpen(connectionId)) {
			return;
		}
		if (this.frames.supports(this.node, Frame.GIVES_BACK)) {
			this.frames.send(this.node, new Frame.GiveBack(connectionId, message));
		}
		else {
			refuse(connectionId, message);
		}
	}

	/** Tells an older gateway that a call has not run. */
	private void refuse(String connectionId, ToServer message) {
		if (message instanceof ToServer.ActionRequest request && !request.options().oneWay()) {
			ToClient refusal = ToClient.Error.ofAction(ErrorCode.RESTARTING, request.id());
			this.frames.send(this.node, new Frame.Send(List.of(connectionId), refusal, false));
		}
	}

	void keepAlive(ActorAddress address, String connectionId) {
		if (isOpen(connectionId)) {
			this.local.keepAlive(address, connectionId);
		}
	}

	/**
	 * Ends a connection: its socket is closed, or its gateway connects it elsewhere. If
	 * the actor has closed it, the gateway receives the close again: nothing follows for
	 * the connection.
	 */
	void disconnected(String connectionId) {
		Attachment attachment = this.attachments.get(connectionId);
		if (attachment == null) {
			return;
		}
		if (attachment.isOpen() && attachment.isClosed()) {
			this.frames.send(this.node, new Frame.Close(connectionId, CloseReason.of(ErrorCode.RESTARTING)));
		}
		end(connectionId, attachment);
	}

	/**
	 * Until its connect has ended it stays: a client that connects again under the same
	 * id meanwhile has to wait for it.
	 */
	private void end(String connectionId, Attachment attachment) {
		attachment.detach();
		this.changes.incrementAndGet();
		attachment.settled().subscribe((none) -> {
		}, (ex) -> {
		}, () -> leave(connectionId, attachment));
	}

	private void leave(String connectionId, Attachment attachment) {
		remove(connectionId, attachment);
		ActorAddress address = attachment.leave();
		if (address != null) {
			if (this.attachments.containsKey(connectionId)) {
				silence(connectionId);
			}
			this.local.disconnected(address, connectionId);
		}
	}

	/**
	 * What still works for a replaced connection sends nothing any more: its messages
	 * would be taken for those of the new connection.
	 */
	private void silence(String connectionId) {
		ActorConnection connection = this.connections.members().find(connectionId);
		if (connection != null && connection.outbound() instanceof GatewayOutbound) {
			connection.outbound().close(CloseReason.of(ErrorCode.CONNECTION_REPLACED));
		}
	}

	/**
	 * Sends nothing to the connections any more: the gateway is lost.
	 * @return the connections by their ids
	 */
	Map<String, Attachment> detach() {
		this.attachments.values().forEach(Attachment::detach);
		this.changes.incrementAndGet();
		synchronized (this.numbers) {
			this.numbers.clear();
		}
		return new LinkedHashMap<>(this.attachments);
	}

	/** Ends connections of a lost gateway that were not attached again. */
	void expire(Map<String, Attachment> lost) {
		lost.forEach((connectionId, attachment) -> {
			if (this.attachments.get(connectionId) == attachment) {
				end(connectionId, attachment);
			}
		});
	}

	private void remove(String connectionId, Attachment attachment) {
		this.attachments.remove(connectionId, attachment);
		this.changes.incrementAndGet();
	}

	boolean isEmpty() {
		return this.attachments.isEmpty();
	}

	/** Returns the number of connections. */
	int size() {
		return this.attachments.size();
	}

}
