/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Instances that may still be on their way to this node. An event for the clients of an
 * instance that is not in memory has no recipients: before it is sent, such an instance
 * is woken, and its clients receive the event when they are connected to it.
 */
final class ArrivingInstances {

	private final Membership membership;

	private final ActorDirectory local;

	private final InstanceAddresses addresses;

	/**
	 * Creates it.
	 * @param membership which addresses have moved to this node
	 * @param local directory of this node
	 * @param addresses finds addresses by ids
	 */
	ArrivingInstances(Membership membership, ActorDirectory local, InstanceAddresses addresses) {
		this.membership = membership;
		this.local = local;
		this.addresses = addresses;
	}

	/** Wakes an instance if it may be on its way; completes also if there is none. */
	Mono<Void> await(ActorTarget target) {
		return Mono.defer(() -> {
			ActorAddress address = this.addresses.known(target);
			return (address != null && this.membership.comesFromAnother(address)) ? wake(address) : Mono.empty();
		});
	}

	private Mono<Void> wake(ActorAddress address) {
		return this.local.resolve(new ActorTarget.Get(address))
			.then()
			.onErrorResume(ArrivingInstances::isNotFound, (ex) -> Mono.empty());
	}

	private static boolean isNotFound(Throwable ex) {
		return ex instanceof RivetException refusal
				&& refusal.closeReason().equals(CloseReason.of(ErrorCode.ACTOR_NOT_FOUND));
	}

}
