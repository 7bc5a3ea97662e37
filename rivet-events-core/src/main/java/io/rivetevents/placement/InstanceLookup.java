/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.failure.Guarded;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Finds instances in memory and in the store without waking them. The store is read on a
 * worker.
 */
final class InstanceLookup {

	private final Instances instances;

	private final ActorRuntime runtime;

	/**
	 * Creates a lookup.
	 * @param instances the instances in memory
	 * @param runtime provides the store
	 */
	InstanceLookup(Instances instances, ActorRuntime runtime) {
		this.instances = instances;
		this.runtime = runtime;
	}

	/**
	 * Returns the address of a target.
	 * @return the address, at which another instance may be by now; {@code
	 * actor.not_found} if there is no instance with its id
	 */
	Mono<ActorAddress> locate(ActorTarget target) {
		return Mono.defer(() -> (target instanceof ActorTarget.ById byId && byId.address() == null)
				? locateById(byId.actorId()) : Mono.just(Instances.addressOf(target)));
	}

	private Mono<ActorAddress> locateById(String actorId) {
		ActorAddress address = this.instances.findAddress(actorId);
		if (address != null) {
			return Mono.just(address);
		}
		return stored(() -> this.runtime.store().loadById(actorId)).map(StoredActor::address)
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.ACTOR_NOT_FOUND)));
	}

	Mono<ActorInfo> find(ActorTarget target) {
		return locate(target).flatMap(this::lookUp)
			.filter((info) -> !(target instanceof ActorTarget.ById byId) || byId.actorId().equals(info.actorId()))
			.onErrorResume(InstanceLookup::isAbsent, (ex) -> Mono.empty());
	}

	/**
	 * Returns whether an instance at the address of a target is the target: not if the
	 * target is given by id, and another instance was created at the address since.
	 */
	static boolean isAt(ActorTarget target, ActorInstance instance) {
		return !(target instanceof ActorTarget.ById byId) || instance.hasId(byId.actorId());
	}

	private static boolean isAbsent(Throwable ex) {
		return ex instanceof RivetException refusal
				&& !refusal.closeReason().equals(CloseReason.of(ErrorCode.STATE_UNAVAILABLE));
	}

	private Mono<ActorInfo> lookUp(ActorAddress address) {
		ActorInfo info = awake(address);
		return (info != null) ? Mono.just(info)
				: stored(() -> this.runtime.store().load(address)).map(InstanceLookup::asleep);
	}

	Mono<List<ActorInfo>> list(String namespace, String name, @Nullable String after, int limit) {
		return stored(() -> this.runtime.store().list(namespace, name, after, limit))
			.map((found) -> found.stream().map((stored) -> {
				ActorInfo info = awake(stored.address());
				return (info != null) ? info : asleep(stored);
			}).toList());
	}

	private @Nullable ActorInfo awake(ActorAddress address) {
		ActorInstance instance = this.instances.find(address);
		return (instance != null) ? instance.info() : null;
	}

	private static ActorInfo asleep(StoredActor stored) {
		return new ActorInfo(stored.actorId(), stored.address(), stored.generation(), stored.createdAt(), null, false);
	}

	private <T> Mono<T> stored(Callable<? extends @Nullable T> access) {
		return Guarded.<T>defer(() -> Mono.fromCallable(access)).subscribeOn(this.runtime.workers());
	}

}
