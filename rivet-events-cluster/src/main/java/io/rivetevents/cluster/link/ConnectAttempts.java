/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.observation.CallContext;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.protocol.ErrorCode;

/**
 * The attempts to connect a client to the owner of its actor. An attempt that fails for
 * now is followed by another one after a pause, until they are stopped. Used by one
 * thread at a time.
 */
final class ConnectAttempts {

	private final LinkContext context;

	private final ActorTarget target;

	private final ActorAddress address;

	private final Gateway.Bounds bounds;

	private final ClientSide client;

	private final LinkOwner owner;

	private final Executor tasks;

	private final LinkTimer retry;

	private final Listener listener;

	/** Context of the request of a client that is not connected yet. */
	private CallContext caller = CallContext.NONE;

	/** Whether the client was connected before. */
	private boolean again;

	/** Number of the last attempt; answers to earlier ones are ignored. */
	private int number;

	/** Attempts that have failed since the first one. */
	private int failed;

	/** Whether the owner has closed the connection before it has answered the attempt. */
	private boolean closedEarly;

	/**
	 * Receives how the attempts end.
	 */
	interface Listener {

		/** The owner has accepted the client. */
		void connected(ActorInfo info);

		/** The owner has rejected the client permanently. */
		void rejected(RivetException ex);

		/** An attempt has failed with an error that is not a rejection. */
		void failed(Throwable ex);

	}

	/**
	 * Creates attempts.
	 * @param context what links share
	 * @param target the target instance
	 * @param address its address
	 * @param bounds limits of the client's queue
	 * @param client what is kept of the client
	 * @param owner the node that it connects to
	 * @param tasks tasks of the connection
	 * @param listener receives how the attempts end
	 */
	ConnectAttempts(LinkContext context, ActorTarget target, ActorAddress address, Gateway.Bounds bounds,
			ClientSide client, LinkOwner owner, Executor tasks, Listener listener) {
		this.context = context;
		this.target = target;
		this.address = address;
		this.bounds = bounds;
		this.client = client;
		this.owner = owner;
		this.tasks = tasks;
		this.retry = new LinkTimer(context.timers(), tasks);
		this.listener = listener;
	}

	/**
	 * Begins the attempts for a client that is not connected yet.
	 * @param caller context of its request
	 */
	void connect(CallContext caller) {
		this.caller = caller;
		next();
	}

	/**
	 * Begins the attempts for a client that has lost its connection.
	 * @param pause whether to wait before the first one
	 */
	void reconnect(boolean pause) {
		this.again = true;
		this.caller = CallContext.NONE;
		this.failed = 0;
		if (pause) {
			retryLater();
		}
		else {
			next();
		}
	}

	/** Begins another attempt at once, since the owner may have changed. */
	void renew() {
		this.failed = 0;
		next();
	}

	/** Ends the attempts: answers are ignored. */
	void stop() {
		this.number++;
		this.retry.stop();
	}

	/** Notes that the owner has closed the connection before its answer. */
	void closedEarly() {
		this.closedEarly = true;
	}

	/** Tries again after a pause, which gets longer with each attempt. */
	void retryLater() {
		this.owner.forget();
		int number = ++this.number;
		this.retry.start(this.context.times().pause(this.failed++), () -> {
			if (number == this.number) {
				next();
			}
		});
	}

	private void next() {
		int number = ++this.number;
		this.closedEarly = false;
		this.retry.stop();
		this.client.awaitAdmission();
		this.owner.choose();
		if (!this.owner.isPresent()) {
			retryLater();
			return;
		}
		Operation.Connect connect = new Operation.Connect(target(), this.client.request(), this.bounds);
		CallContext.detached(this.caller.around(this.owner.connect(connect)))
			.subscribe((result) -> this.tasks.execute(() -> answered(number, result)),
					(ex) -> this.tasks.execute(() -> failed(number, ex)));
	}

	/**
	 * A client is connected again to the instance that has accepted it, not to another
	 * one that was created under its key in the meantime.
	 */
	private ActorTarget target() {
		String actorId = this.client.actorId();
		return (actorId != null) ? new ActorTarget.ById(actorId, this.address) : this.target;
	}

	private void answered(int number, Result result) {
		if (number != this.number) {
			return;
		}
		if (result instanceof Result.Info info && info.info() != null && !this.closedEarly) {
			stop();
			this.listener.connected(info.info());
		}
		else if (result instanceof Result.Failure failure) {
			failed(number, new RivetException(failure.group(), failure.code(), failure.status(), failure.message(),
					failure.metadata()));
		}
		else {
			if (this.closedEarly) {
				this.owner.leave(); // it has released the instance in the meantime
			}
			retryLater();
		}
	}

	private void failed(int number, Throwable ex) {
		if (number != this.number) {
			return;
		}
		if (!(ex instanceof RivetException refusal)) {
			this.listener.failed(ex);
		}
		else if (isTemporary(refusal)) {
			retryLater();
		}
		else {
			boolean deleted = this.client.actorId() != null && codeOf(refusal) == ErrorCode.ACTOR_NOT_FOUND;
			this.listener.rejected(deleted ? new RivetException(ErrorCode.DESTROYING) : refusal);
		}
	}

	private boolean isTemporary(RivetException refusal) {
		ErrorCode code = codeOf(refusal);
		return code == ErrorCode.OUTCOME_UNKNOWN || code == ErrorCode.RESTARTING
				|| code == ErrorCode.CONNECTION_NOT_FOUND
				|| (this.again && (code == ErrorCode.STATE_UNAVAILABLE || code == ErrorCode.OVERLOADED));
	}

	private static @Nullable ErrorCode codeOf(RivetException refusal) {
		return ErrorCode.ofReason(refusal.group() + "." + refusal.code());
	}

}
