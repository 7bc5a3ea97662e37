/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.protocol.MessageWeight;

/**
 * Properties of operations: their memory, and which of them may run twice.
 */
final class Operations {

	private Operations() {
	}

	/**
	 * Returns whether an operation may run again after its node was lost: it has no
	 * effect, or a repetition has no further one. A {@code Connect} replaces the
	 * connection with its id. A {@code Call} is not among them, even with an idempotency
	 * key: such a key belongs to a connection.
	 */
	static boolean mayRunTwice(Operation operation) {
		if (operation instanceof Operation.Resolve resolve) {
			return !(resolve.target() instanceof ActorTarget.Create);
		}
		return operation instanceof Operation.Find || operation instanceof Operation.Authorize
				|| operation instanceof Operation.Connect || operation instanceof Operation.Release
				|| operation instanceof Operation.Inbound inbound && mayArriveTwice(inbound.request().content());
	}

	/** Numbered messages that arrive twice are handled once. */
	private static boolean mayArriveTwice(InboundRequest.Content content) {
		return !(content instanceof InboundRequest.Messages messages) || messages.sequence() != null;
	}

	/**
	 * Returns whether {@code actor.restarting} means that an operation has not run. The
	 * code of an action may fail with it, which clients do not receive, and the server
	 * does.
	 */
	static boolean isRejectedByRestarting(Operation operation) {
		return !(operation instanceof Operation.Call call && call.caller() == null);
	}

	/** Returns the memory of a pending operation, in bytes. */
	static long weight(Operation operation) {
		if (operation instanceof Operation.Call call) {
			return weight(call.target(), call.caller()) + MessageWeight.of(call.action());
		}
		if (operation instanceof Operation.Predict predict) {
			return weight(predict.target(), null) + MessageWeight.of(predict.action());
		}
		if (operation instanceof Operation.Dispatch dispatch) {
			return weight(dispatch.target(), null) + MessageWeight.of(dispatch.event().args());
		}
		if (operation instanceof Operation.Connect connect) {
			return weight(connect.target(), connect.request());
		}
		if (operation instanceof Operation.Resolve resolve) {
			return weight(resolve.target(), resolve.caller());
		}
		if (operation instanceof Operation.Inbound inbound
				&& inbound.request().content() instanceof InboundRequest.Messages messages) {
			return MessageWeight.ofRequest(null, messages.body());
		}
		return MessageWeight.ofRequest(null, null);
	}

	private static long weight(ActorTarget target, @Nullable ConnectRequest caller) {
		return MessageWeight.ofRequest((caller != null) ? caller.params() : null, target.input());
	}

}
