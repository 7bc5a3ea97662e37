/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.MonoSink;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * A connection of this node whose actor is on another node: which node that is, and what
 * happens when it changes or is lost. Methods return at once and are safe for use by
 * several threads; what they do happens in the order of the calls.
 *
 * <pre>
 * connecting --accepted--> connected --lost, closed as restarting--> reconnecting
 *     |                       |    ^-----------accepted------------------'  |
 *     '--rejected--> closed <-'--closed                 rejected, too late--'
 * </pre>
 */
final class RemoteLink {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(RemoteLink.class));

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

	private final LinkContext context;

	private final ConnectRequest request;

	private final ActorTarget target;

	private final ActorAddress address;

	private final Outbound queue;

	private final Gateway.Bounds bounds;

	private final SerialTasks tasks;

	private final ClientSide client;

	private final Consumer<RemoteLink> onEnd;

	private final WaitingMessages waiting = new WaitingMessages();

	private final Disposable.Swap deadline = Disposables.swap();

	private final Disposable.Swap retry = Disposables.swap();

	private final Disposable.Swap move = Disposables.swap();

	private State state = State.CONNECTING;

	/** Answers the first connect, {@code null} once it is answered. */
	private @Nullable MonoSink<ActorInfo> connecting;

	/** The node that it is connected or connects to, {@code null} if there is none. */
	private @Nullable String owner;

	/**
	 * The node that has closed the connection, and whose last answers are still on their
	 * way; {@code null} if there is none.
	 */
	private @Nullable String leaving;

	/** Number of the last attempt to connect; answers to earlier ones are ignored. */
	private int attempt;

	/** Attempts that have failed since it was connected. */
	private int failed;

	/** Whether the owner has closed the connection before it has answered the attempt. */
	private boolean closedEarly;

	private long connectedAt;

	private enum State {

		CONNECTING, CONNECTED, RECONNECTING, CLOSED

	}

	/**
	 * Creates a link.
	 * @param context what links share
	 * @param target the target instance
	 * @param address its address
	 * @param request the client's request
	 * @param queue the queue of the client
	 * @param bounds its limits
	 * @param onEnd called when its socket is closed, or the first connect is rejected
	 */
	RemoteLink(LinkContext context, ActorTarget target, ActorAddress address, ConnectRequest request, Outbound queue,
			Gateway.Bounds bounds, Consumer<RemoteLink> onEnd) {
		this.context = context;
		this.onEnd = onEnd;
		this.target = target;
		this.address = address;
		this.request = request;
		this.queue = queue;
		this.bounds = bounds;
		this.client = new ClientSide(request, queue);
		this.tasks = new SerialTasks(this::fail);
	}

	private void fail(Throwable ex) {
		failures.error(ex, () -> "Closing %s: its link to the node of the actor failed".formatted(this));
		end(new RivetException(ErrorCode.INTERNAL_ERROR));
	}

	// Connecting

	/**
	 * Connects the client.
	 * @param sink receives the instance, or the rejection
	 */
	void connect(MonoSink<ActorInfo> sink) {
		this.tasks.execute(() -> {
			this.connecting = sink;
			arm(this.deadline, this.context.times().connect(), this::timedOut);
			attempt();
		});
	}

	private void attempt() {
		if (this.state != State.CONNECTING && this.state != State.RECONNECTING) {
			return;
		}
		this.attempt++;
		this.closedEarly = false;
		this.retry.update(Disposables.disposed());
		this.client.awaitAdmission();
		String owner = this.context.membership().owner(this.address);
		this.owner = owner;
		if (owner == null) {
			retryLater();
			return;
		}
		int number = this.attempt;
		Operation connect = new Operation.Connect(target(), this.client.request(), this.bounds);
		this.context.requests()
			.ask(owner, connect)
			.subscribe((result) -> this.tasks.execute(() -> answered(number, result)),
					(ex) -> this.tasks.execute(() -> failed(number, ex)));
	}

	/** An instance that was created for the client must not be created twice. */
	private ActorTarget target() {
		return (this.state == State.RECONNECTING && this.target instanceof ActorTarget.Create)
				? new ActorTarget.Get(this.address) : this.target;
	}

	private void answered(int number, Result result) {
		if (number != this.attempt) {
			return;
		}
		if (result instanceof Result.Info info && info.info() != null && !this.closedEarly) {
			connected(info.info());
		}
		else if (result instanceof Result.Failure failure) {
			failed(number, new RivetException(failure.group(), failure.code(), failure.status(), failure.message(),
					failure.metadata()));
		}
		else {
			if (this.closedEarly) {
				leaveOwner(); // it has released the instance in the meantime
			}
			retryLater();
		}
	}

	private void failed(int number, Throwable ex) {
		if (number != this.attempt) {
			return;
		}
		if (!(ex instanceof RivetException refusal)) {
			fail(ex);
		}
		else if (isTemporary(refusal)) {
			retryLater();
		}
		else {
			end(refusal);
		}
	}

	private boolean isTemporary(RivetException refusal) {
		ErrorCode code = ErrorCode.ofReason(refusal.group() + "." + refusal.code());
		return code == ErrorCode.OUTCOME_UNKNOWN || code == ErrorCode.RESTARTING
				|| code == ErrorCode.CONNECTION_NOT_FOUND || (this.state == State.RECONNECTING
						&& (code == ErrorCode.STATE_UNAVAILABLE || code == ErrorCode.OVERLOADED));
	}

	private void retryLater() {
		this.owner = null;
		this.attempt++;
		arm(this.retry, this.context.times().pause(this.failed++), this::attempt);
	}

	private void timedOut() {
		if (this.state == State.CONNECTING || this.state == State.RECONNECTING) {
			end(new RivetException(ErrorCode.RESTARTING));
		}
	}

	private void connected(ActorInfo info) {
		boolean again = this.state == State.RECONNECTING;
		this.state = State.CONNECTED;
		this.connectedAt = now();
		disarm();
		MonoSink<ActorInfo> connecting = this.connecting;
		this.connecting = null;
		if (connecting != null) {
			connecting.success(info);
		}
		if (again) {
			this.waiting.addFirst(this.client.takeRepeated());
		}
		ToServer next = this.waiting.poll();
		while (next != null && send(next)) {
			next = this.waiting.poll();
		}
		if (next != null) {
			this.waiting.addFirst(List.of(next));
		}
		checkOwner();
	}

	// Connected

	/** Sends a message of the client to the actor, or keeps it until it is connected. */
	void deliver(ToServer message) {
		this.tasks.execute(() -> {
			switch (this.state) {
				case CONNECTED -> {
					if (!send(message)) {
						keep(message);
					}
				}
				case CONNECTING, RECONNECTING -> keep(message);
				case CLOSED -> {
				}
			}
		});
	}

	/**
	 * Sends a message to the owner, or begins to connect again.
	 * @return whether it may have been sent
	 */
	private boolean send(ToServer message) {
		String owner = Objects.requireNonNull(this.owner);
		if (this.context.frames().send(owner, new Frame.Deliver(this.address, id(), message))) {
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
		this.tasks.execute(() -> {
			if (this.state == State.CONNECTED && this.owner != null) {
				this.context.frames().send(this.owner, new Frame.KeepAlive(this.address, id()));
			}
		});
	}

	/** Ends the link: the socket of the client is closed. */
	void disconnected() {
		this.tasks.execute(() -> {
			leaveOwner();
			close();
			this.onEnd.accept(this);
		});
	}

	private void leaveOwner() {
		if (this.owner != null) {
			this.context.frames().send(this.owner, new Frame.Disconnected(this.address, id()));
			this.owner = null;
		}
	}

	/** Handles a message for the client. */
	void send(String node, OutgoingMessage message) {
		this.tasks.execute(() -> {
			if (this.state != State.CLOSED && node.equals(this.owner)) {
				receive(message);
			}
			else if (this.state != State.CLOSED && node.equals(this.leaving)) {
				this.client.answer(message);
			}
		});
	}

	private void receive(OutgoingMessage message) {
		if (!this.client.receive(message)) {
			end(new RivetException(ErrorCode.RESTARTING)); // it resumes as a new client
		}
	}

	/** Handles the first message for the client. */
	void admit(String node, ToClient first) {
		this.tasks.execute(() -> {
			if (this.state != State.CLOSED && node.equals(this.owner)) {
				this.client.admit(first);
			}
		});
	}

	/** Handles that the actor, or its node, has closed the connection. */
	void closed(String node, CloseReason reason) {
		this.tasks.execute(() -> {
			if (node.equals(this.leaving)) {
				this.leaving = null;
				this.client.loseCalls();
			}
			else if (node.equals(this.owner) && this.state != State.CLOSED) {
				closed(reason);
			}
		});
	}

	private void closed(CloseReason reason) {
		if (!reason.equals(RESTARTING)) {
			this.queue.close(reason);
			if (this.state != State.CONNECTING) {
				close();
			}
		}
		else if (this.state != State.CONNECTED) {
			this.closedEarly = true;
		}
		else {
			String before = this.owner;
			leaveOwner();
			this.leaving = before;
			reconnect();
		}
	}

	// Connecting again

	/** Handles that the session with a node has ended. */
	void lost(String node) {
		this.tasks.execute(() -> {
			if (node.equals(this.leaving)) {
				this.leaving = null;
				this.client.loseCalls();
			}
			if (node.equals(this.owner)) {
				this.owner = null;
				if (this.state == State.CONNECTED) {
					reconnect();
				}
				else if (this.state != State.CLOSED) {
					retryLater();
				}
			}
		});
	}

	/** Handles that owners may have changed. */
	void viewChanged() {
		this.tasks.execute(() -> {
			if (this.state == State.CONNECTED) {
				checkOwner();
			}
			else if (this.state != State.CLOSED && !isOwner(this.owner)) {
				leaveOwner();
				this.failed = 0;
				attempt();
			}
		});
	}

	private boolean isOwner(@Nullable String node) {
		return node != null && node.equals(this.context.membership().owner(this.address));
	}

	/**
	 * Leaves a node that no longer owns the address. That node usually closes the
	 * connection after its last answer: only if it does not, it is left.
	 */
	private void checkOwner() {
		if (this.state != State.CONNECTED) {
			return;
		}
		String owner = this.context.membership().owner(this.address);
		if (owner == null || owner.equals(this.owner)) {
			this.move.update(Disposables.disposed());
		}
		else {
			arm(this.move, this.context.times().handOver(), this::moveOn);
		}
	}

	private void moveOn() {
		String owner = this.context.membership().owner(this.address);
		if (this.state == State.CONNECTED && owner != null && !owner.equals(this.owner)) {
			leaveOwner();
			reconnect();
		}
	}

	private void reconnect() {
		this.state = State.RECONNECTING;
		this.owner = null;
		this.attempt++;
		this.move.update(Disposables.disposed());
		if (this.leaving == null) {
			this.client.loseCalls();
		}
		arm(this.deadline, this.context.times().reconnect(), this::timedOut);
		this.failed = 0;
		if (this.leaving != null && now() - this.connectedAt < this.context.times().pause().toMillis()) {
			// a node that closes each connection at once is not asked in a loop
			retryLater();
		}
		else {
			attempt();
		}
	}

	// The end

	private void end(RivetException ex) {
		MonoSink<ActorInfo> connecting = this.connecting;
		this.connecting = null;
		leaveOwner();
		close();
		if (connecting != null) {
			this.onEnd.accept(this);
			connecting.error(ex);
		}
		else {
			this.queue.close(ex.closeReason());
		}
	}

	private void close() {
		this.state = State.CLOSED;
		this.attempt++;
		this.leaving = null;
		this.waiting.clear();
		this.client.end();
		disarm();
		this.move.update(Disposables.disposed());
	}

	private void disarm() {
		this.deadline.update(Disposables.disposed());
		this.retry.update(Disposables.disposed());
	}

	private void arm(Disposable.Swap timer, Duration delay, Runnable work) {
		timer.update(this.context.timers()
			.schedule(() -> this.tasks.execute(work), delay.toMillis(), TimeUnit.MILLISECONDS));
	}

	private long now() {
		return this.context.timers().now(TimeUnit.MILLISECONDS);
	}

	private String id() {
		return this.request.connectionId();
	}

	/** Returns connection and actor for the log. */
	@Override
	public String toString() {
		return "connection %s of %s".formatted(SafeText.of(id()), this.address);
	}

}
