/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.util.Map;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.actor.persistence.FencedException;
import io.rivetevents.actor.persistence.UncertainSaveException;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Inbound;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.Observers;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;

/**
 * Determines the errors that callers of actions of one instance receive.
 */
final class ActionFailures {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ActionFailures.class));

	/** Maximum length of the description of a failed call in the log, in characters. */
	private static final int MAX_LOGGED = 1000;

	private final CalledInstance instance;

	private final Observers observers;

	/**
	 * Creates the failures.
	 * @param instance instance of the actions
	 * @param observers receive calls with invalid arguments
	 */
	ActionFailures(CalledInstance instance, Observers observers) {
		this.instance = instance;
		this.observers = observers;
	}

	/**
	 * Returns the error for the caller of an action with an idempotency key. The caller
	 * repeats a call that this copy of the instance could not save, or that was undone
	 * but may have been stored with its answer: it runs once.
	 * @param begun whether the method of the action may have begun
	 * @param undone whether the commit has failed, and nothing of the call is left in
	 * memory
	 */
	RivetException refusalOnce(Throwable ex, Inbound inbound, ActorConnection connection, boolean begun,
			boolean undone) {
		boolean repeatable = isFenced(ex)
				|| (undone && ex instanceof UncertainSaveException uncertain && uncertain.isRepeatable());
		return repeatable ? new RivetException(ErrorCode.RESTARTING) : refusal(ex, inbound, connection, begun);
	}

	private boolean isFenced(Throwable ex) {
		return ex instanceof FencedException fenced && fenced.address().equals(this.instance.address());
	}

	/**
	 * Returns the error for the caller.
	 * @param begun whether the method of the action may have begun
	 */
	RivetException refusal(Throwable ex, Inbound inbound, @Nullable ActorConnection connection, boolean begun) {
		if (!(ex instanceof NotBegun)) {
			return refusal(ex, inbound, connection);
		}
		// an interceptor may have let it run before
		return begun ? refusal(ex, inbound, connection) : (NotBegun) ex;
	}

	/** Returns the error for the caller. */
	RivetException refusal(Throwable ex, Inbound inbound, @Nullable ActorConnection connection) {
		RivetException refusal = masked(
				(ex instanceof RivetException known) ? begun(known) : this.instance.type()
					.translate(ex, MethodInvocation.ofAction(inbound, this.instance, connection), inbound.caller()),
				inbound, connection);
		if (refusal instanceof InvalidArgumentException violation) {
			this.observers.badRequest(connection, inbound.actor(), inbound.name(), violation);
		}
		return refusal;
	}

	/** A call that has failed with the error of a nested call has begun itself. */
	private static RivetException begun(RivetException ex) {
		return (ex instanceof NotBegun) ? new RivetException(ErrorCode.RESTARTING) : ex;
	}

	/**
	 * The code of an action, or an action that it calls, may fail with an error which
	 * means that a call has not run. Clients repeat a call after such an error, so the
	 * client receives another error. Server code receives the original error.
	 */
	private RivetException masked(RivetException ex, Inbound inbound, @Nullable ActorConnection connection) {
		if ((ex instanceof UncertainSaveException uncertain && uncertain.isOfCommit())
				|| (connection != null && isFenced(ex))) {
			return new RivetException(ErrorCode.OUTCOME_UNKNOWN);
		}
		String reason = ex.group() + "." + ex.code();
		ErrorCode code = ErrorCode.ofReason(reason);
		if (connection == null || code == null || !code.isRepeated()) {
			return ex;
		}
		failures.error(ex,
				() -> "%s failed with %s, which would make clients repeat the call; the client receives rivetkit.internal_error"
					.formatted(SafeText.of(MethodInvocation.ofAction(inbound, this.instance, connection), MAX_LOGGED),
							reason));
		return new RivetException(ErrorCode.INTERNAL_ERROR, ErrorCode.INTERNAL_ERROR.message(),
				Map.of("cause", reason));
	}

}
