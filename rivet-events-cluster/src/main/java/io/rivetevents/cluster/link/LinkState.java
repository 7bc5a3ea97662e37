/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.Executor;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.CallContext;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * State of a connection whose actor is on another node, and what happens when that node
 * changes or is lost. Used by one thread at a time.
 *
 * <pre>
 * connecting --accepted--> connected --lost, closed as restarting--> reconnecting
 *     |                       |    ^-----------accepted------------------'  |
 *     '--rejected--> closed <-'--closed                 rejected, too late--'
 * </pre>
 */
final class LinkState implements ConnectAttempts.Listener {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(LinkState.class));

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

	private final LinkContext context;

	private final ActorAddress address;

	private final String connectionId;

	private final Outbound queue;

	private final Runnable onEnd;

	private final ClientSide client;

	private final LinkOwner owner;

	private final ConnectAttempts attempts;

	private final WaitingMessages waiting = new WaitingMessages();

	/** Messages that a node has returned, which were sent before those that wait. */
	private final WaitingMessages returned = new WaitingMessages();

	private final LinkTimer deadline;

	private final LinkTimer move;

	private State state = State.CONNECTING;

	/** Answers the first connect, {@code null} once it is answered. */
	private @Nullable MonoSink<ActorInfo> connecting;

	private long connectedAt;

	/** Whether the limit of the smaller part of the nodes counts. */
	private boolean inSmallerPart;

	private enum State {

		CONNECTING, CONNECTED, RECONNECTING, CLOSED

	}

	/**
	 * Creates the state of a connection that is not connected.
	 * @param context what links share
	 * @param target the target instance
	 * @param address its address
	 * @param request the client's request
	 * @param queue the queue of the client
	 * @param bounds its limits
	 * @param tasks tasks of the connection
	 * @param onEnd called when its socket is closed, or the first connect is rejected
	 */
	LinkState(LinkContext context, ActorTarget target, ActorAddress address, ConnectRequest request, Outbound queue,
			Gateway.Bounds bounds, Executor tasks, Runnable onEnd) {
		this.context = context;
		this.address = address;
		this.connectionId = request.connectionId();
		this.queue = queue;
		this.onEnd = onEnd;
		this.client = new ClientSide(request, queue, context.counters());
		this.owner = new LinkOwner(context, address, this.connectionId);
		this.attempts = new ConnectAttempts(context, target, address, bounds, this.client, this.owner, tasks, this);
		this.deadline = new LinkTimer(context.timers(), tasks);
		this.move = new LinkTimer(context.timers(), tasks);
	}

	private boolean isConnecting() {
		return this.state == State.CONNECTING || this.state == State.RECONNECTING;
	}

	// Connecting

	/**
	 * Connects the client.
	 * @param sink receives the instance, or the rejection
	 * @param caller context of the client's request
	 */
	void connect(MonoSink<ActorInfo> sink, CallContext caller) {
		if (this.state == State.CONNECTING) {
			this.connecting = sink;
			this.deadline.start(this.context.times().connect(), this::timedOut);
			this.attempts.connect(caller);
		}
	}

	/**
	 * Connects a client whose actor leaves this node; {@link #leftHere} follows.
	 * @param actorId id of the instance
	 * @param subscriptions its subscriptions
	 * @param position it has received all events up to it
	 */
	void adopt(String actorId, List<SubscriptionRequest> subscriptions, Position position) {
		if (this.state == State.CONNECTING) {
			this.client.adopt(actorId, subscriptions, position);
			this.owner.leaveHere();
			reconnect();
		}
	}

	private void timedOut() {
		if (isConnecting()) {
			end(new RivetException(ErrorCode.RESTARTING));
		}
	}

	@Override
	public void connected(ActorInfo info) {
		boolean again = this.state == State.RECONNECTING;
		this.state = State.CONNECTED;
		this.connectedAt = now();
		this.deadline.stop();
		MonoSink<ActorInfo> connecting = this.connecting;
		this.connecting = null;
		if (connecting != null) {
			connecting.success(info);
		}
		if (again) {
			this.context.counters().countReconnected();
			this.client.subscriptionsOfPlain().forEach(this.owner::deliver);
		}
		sendAll();
		checkOwner();
	}

	@Override
	public void rejected(RivetException ex) {
		end(ex);
	}

	@Override
	public void failed(Throwable ex) {
		failures.error(ex, () -> "Closing %s: its link to the node of the actor failed".formatted(this));
		end(new RivetException(ErrorCode.INTERNAL_ERROR));
	}

	/** Messages of the node before may still be returned: then nothing is sent yet. */
	private void sendAll() {
		if (this.state == State.CONNECTED && !this.owner.isLeaving()) {
			this.waiting.addFirst(this.returned.takeAll());
			this.waiting.addFirst(this.client.takeRepeated());
			sendWaiting();
		}
	}

	private void sendWaiting() {
		ToServer next = this.waiting.poll();
		while (next != null && send(next)) {
			next = this.waiting.poll();
		}
		if (next != null) {
			this.waiting.addFirst(List.of(next));
		}
	}

	// Connected

	/** Sends a message of the client to the actor, or keeps it until it is connected. */
	void deliver(ToServer message) {
		switch (this.state) {
			case CONNECTED -> {
				if (this.owner.isLeaving() || !send(message)) {
					keep(message);
				}
			}
			case CONNECTING, RECONNECTING -> keep(message);
			case CLOSED -> {
			}
		}
	}

	/**
	 * Sends a message to the owner, or begins to connect again. A client that has
	 * authenticated again is closed if the owner is of an older version: it would keep
	 * the old identity.
	 * @return whether it may have been sent
	 */
	private boolean send(ToServer message) {
		if (message instanceof ToServer.Authenticate && !this.owner.renews()) {
			end(new RivetException(ErrorCode.EXPIRED));
			return true;
		}
		if (this.owner.deliver(message)) {
			this.client.sent(message);
			return true;
		}
		reconnect();
		return false;
	}

	private void keep(ToServer message) {
		if (!this.waiting.add(message)) {
			end(new RivetException(ErrorCode.RESTARTING));
		}
	}

	/** Sends a keep-alive to the actor, which answers the client. */
	void keepAlive() {
		if (this.state == State.CONNECTED) {
			this.owner.keepAlive();
		}
	}

	/** Ends the link: the socket of the client is closed. */
	void disconnected() {
		this.owner.leave();
		close();
		this.onEnd.run();
	}

	/** Handles a message for the client. */
	void send(String node, OutgoingMessage message) {
		if (this.state != State.CLOSED && this.owner.is(node)) {
			receive(message);
		}
		else if (this.state != State.CLOSED && this.owner.isLeaving(node)) {
			this.client.answer(message);
		}
	}

	private void receive(OutgoingMessage message) {
		if (!this.client.receive(message)) {
			end(new RivetException(ErrorCode.RESTARTING)); // it resumes as a new client
		}
	}

	/** Handles a message that has not begun at a node. */
	void giveBack(String node, ToServer message) {
		if (this.state == State.CLOSED) {
			return;
		}
		if (this.owner.is(node) || this.owner.isLeaving(node)) {
			// messages that the actor of this node received itself were not noted
			boolean unanswered = this.client.withdraw(message) || node.equals(LinkOwner.HERE);
			if (unanswered && !this.returned.add(message)) {
				end(new RivetException(ErrorCode.RESTARTING));
			}
		}
		else if (node.equals(LinkOwner.HERE)) {
			deliver(message); // of a thread that was late
		}
	}

	/** Handles the first message for the client. */
	void admit(String node, ToClient first) {
		if (this.state != State.CLOSED && this.owner.is(node)) {
			this.client.admit(first);
		}
	}

	/** Handles that the actor, or its node, has closed the connection. */
	void closed(String node, CloseReason reason) {
		if (this.owner.isLeaving(node)) {
			left();
		}
		else if (this.owner.is(node) && this.state != State.CLOSED) {
			closed(reason);
		}
	}

	private void left() {
		this.owner.left();
		this.client.loseCalls();
		sendAll();
	}

	/** Handles that the actor of this node has returned the last message. */
	void leftHere() {
		if (this.owner.isLeaving(LinkOwner.HERE)) {
			left();
		}
	}

	private void closed(CloseReason reason) {
		if (!reason.equals(RESTARTING)) {
			this.queue.close(reason);
			if (this.state != State.CONNECTING) {
				close();
			}
		}
		else if (this.state != State.CONNECTED) {
			this.attempts.closedEarly();
		}
		else {
			this.owner.leaveAfterAnswers();
			reconnect();
		}
	}

	// Connecting again

	/** Handles that the session with a node has ended. */
	void lost(String node) {
		if (this.owner.isLeaving(node)) {
			left();
		}
		if (this.owner.is(node)) {
			this.owner.forget();
			if (this.state == State.CONNECTED) {
				reconnect();
			}
			else if (isConnecting()) {
				this.attempts.retryLater();
			}
		}
	}

	/** Handles that owners may have changed. */
	void viewChanged() {
		if (this.state == State.CONNECTED) {
			checkOwner();
		}
		else if (isConnecting() && !this.owner.isCurrent()) {
			this.owner.leave();
			if (this.inSmallerPart != this.context.membership().isWaiting()) {
				limitTime();
			}
			this.attempts.renew();
		}
	}

	/**
	 * Leaves a node that no longer owns the address. That node usually closes the
	 * connection after its last answer: only if it does not, it is left.
	 */
	private void checkOwner() {
		if (this.state != State.CONNECTED) {
			return;
		}
		if (this.owner.hasMoved()) {
			this.move.start(this.context.times().handOver(), this::moveOn);
		}
		else {
			this.move.stop();
		}
	}

	private void moveOn() {
		if (this.state == State.CONNECTED && this.owner.hasMoved()) {
			this.owner.leave();
			reconnect();
		}
	}

	private void reconnect() {
		this.state = State.RECONNECTING;
		this.owner.forget();
		this.move.stop();
		if (!this.owner.isLeaving()) {
			this.client.loseCalls();
		}
		limitTime();
		// a node that closes each connection at once is not asked in a loop
		this.attempts
			.reconnect(this.owner.isLeaving() && now() - this.connectedAt < this.context.times().pause().toMillis());
	}

	/** A first connect has a limit of its own. */
	private void limitTime() {
		if (this.state == State.RECONNECTING) {
			this.inSmallerPart = this.context.membership().isWaiting();
			LinkTimes times = this.context.times();
			this.deadline.start(this.inSmallerPart ? times.smallerPart() : times.reconnect(), this::timedOut);
		}
	}

	// The end

	private void end(RivetException ex) {
		MonoSink<ActorInfo> connecting = this.connecting;
		this.connecting = null;
		this.owner.leave();
		close();
		if (connecting != null) {
			this.onEnd.run();
			connecting.error(ex);
		}
		else {
			this.queue.close(ex.closeReason());
		}
	}

	private void close() {
		this.state = State.CLOSED;
		this.owner.left();
		this.waiting.clear();
		this.returned.clear();
		this.client.end();
		this.attempts.stop();
		this.deadline.stop();
		this.move.stop();
	}

	private long now() {
		return this.context.timers().now(TimeUnit.MILLISECONDS);
	}

	/** Returns connection and actor for the log. */
	@Override
	public String toString() {
		return "connection %s of %s".formatted(SafeText.of(this.connectionId), this.address);
	}

}
