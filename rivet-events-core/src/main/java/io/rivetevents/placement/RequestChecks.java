/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.Map;
import java.util.function.Function;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.failure.Guarded;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.limit.RequestUsage;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;

/**
 * The checks for a request of a client before it reaches an instance: limits for clients,
 * the size of its input, and the access rule of its actor.
 */
final class RequestChecks {

	private final ActorTypes types;

	private final Instances instances;

	private final ActorRuntime runtime;

	/**
	 * Creates checks.
	 * @param types have the access rules
	 * @param instances the instances in memory
	 * @param runtime has the limits
	 */
	RequestChecks(ActorTypes types, Instances instances, ActorRuntime runtime) {
		this.types = types;
		this.instances = instances;
		this.runtime = runtime;
	}

	/**
	 * Runs work for a request without a connection. The memory of the request counts
	 * until the work has ended and no turn holds it.
	 * @param weight memory of the action that it calls, in bytes
	 */
	<T> Mono<T> visit(ActorTarget target, ConnectRequest caller, long weight, String operation,
			Function<RequestUsage, Mono<T>> work) {
		return Mono.using(() -> this.runtime.connections()
			.limits()
			.visit(caller.identity(), weight + MessageWeight.ofRequest(caller.params(), target.input()), operation),
				work, RequestUsage::close);
	}

	/**
	 * Checks the size of an input, before the request waits.
	 * @throws RivetException {@code actor.input_too_large}
	 */
	void checkInput(ActorAddress address, ActorTarget target) {
		ActorType type = this.types.find(address.name());
		byte[] input = target.input();
		if (type != null && input != null && input.length > type.settings().maxInputSize()) {
			throw new RivetException(ErrorCode.INPUT_TOO_LARGE);
		}
	}

	/**
	 * Checks the access rule of an actor: on a worker, since a rule may block; at once if
	 * there is none.
	 */
	Mono<Void> authorize(ActorAddress address, Identity identity) {
		ActorType type = this.types.find(address.name());
		return (type == null || !type.isGuarded()) ? Mono.empty()
				: Guarded.<Void>defer(() -> Mono.fromRunnable(() -> type.checkAccess(identity.principal(), address)))
					.subscribeOn(this.runtime.workersFor(identity, type.name()));
	}

	/**
	 * Checks that there is memory for a call.
	 * @throws RivetException {@code actor.overloaded}
	 */
	void checkRoom(ActorTarget target, long bytes) {
		Limits limits = this.runtime.connections().limits();
		limits.checkRoom(bytes);
		ActorInstance instance = this.instances.find(target);
		if (instance != null && !instance.type().isGuarded()) {
			Limit met = instance.usage().refuses(bytes);
			if (met != null) {
				throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
						Map.of("channel", met.property(), "operation", "action"));
			}
		}
	}

}
