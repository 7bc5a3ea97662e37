/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.protocol.ErrorCode;

/**
 * An observed call of an action.
 */
final class ObservedCall implements ActionCall, ObservedAction {

	private final long startedAt;

	private final AtomicBoolean ended = new AtomicBoolean();

	private final Observers observers;

	private final ActorAddress actor;

	private final String action;

	private final @Nullable Connection<?> connection;

	private final CallContext caller;

	private TracedWork traced = TracedWork.NONE;

	ObservedCall(Observers observers, ActorAddress actor, String action, @Nullable Connection<?> connection,
			CallContext caller) {
		this.observers = observers;
		this.startedAt = observers.now();
		this.actor = actor;
		this.action = action;
		this.connection = connection;
		this.caller = caller;
	}

	/** Starts the trace of the call. */
	void trace(Tracing tracing) {
		this.traced = tracing.action(this, this.caller);
	}

	@Override
	public CallContext context() {
		return this.traced.context(this.caller);
	}

	@Override
	public CallContext.Scope enter() {
		return this.traced.enter();
	}

	@Override
	public ActorAddress actor() {
		return this.actor;
	}

	@Override
	public String action() {
		return this.action;
	}

	@Override
	public @Nullable Connection<?> connection() {
		return this.connection;
	}

	@Override
	public void succeed() {
		end(ActionOutcome.Kind.SUCCEEDED, null);
	}

	@Override
	public void fail(Throwable failure) {
		RivetException error = (failure instanceof RivetException known) ? known
				: new RivetException(ErrorCode.INTERNAL_ERROR);
		end(kind(error), error);
	}

	/** Returns the outcome of work that has failed. */
	static ActionOutcome.Kind kind(Throwable failure) {
		return (failure instanceof RivetException error) ? kind(error) : ActionOutcome.Kind.FAILED;
	}

	private static ActionOutcome.Kind kind(RivetException error) {
		ErrorCode code = ErrorCode.ofReason(error.group() + "." + error.code());
		if (code == ErrorCode.ACTION_TIMED_OUT || code == ErrorCode.DEADLINE_EXCEEDED) {
			return ActionOutcome.Kind.TIMED_OUT;
		}
		return (code == ErrorCode.CANCELLED) ? ActionOutcome.Kind.CANCELLED : ActionOutcome.Kind.FAILED;
	}

	private void end(ActionOutcome.Kind kind, @Nullable RivetException error) {
		if (this.ended.compareAndSet(false, true)) {
			Duration duration = Duration.ofNanos(this.observers.now() - this.startedAt);
			this.traced.end(kind, error);
			this.observers.actionEnded(this, new ActionOutcome(kind, error, duration));
		}
	}

	@Override
	public String toString() {
		return "call of %s of %s".formatted(this.action, this.actor);
	}

}
