/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.CurrentTurn;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.persistence.ActorDocument;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredActors;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.Guarded;
import io.rivetevents.placement.pending.TurnRequest;
import io.rivetevents.protocol.ErrorCode;

/**
 * The stored instances, seen from one node: an instance in its memory stops when it is
 * replaced in the store.
 */
final class NodeStoredActors implements StoredActors {

	/** Maximum number of attempts if other nodes save the instance concurrently. */
	private static final int ATTEMPTS = 3;

	private final Instances instances;

	private final ActorRuntime runtime;

	private final ActorDocument documents;

	/**
	 * Creates the stored instances.
	 * @param instances the instances in memory
	 * @param runtime provides the store
	 */
	NodeStoredActors(Instances instances, ActorRuntime runtime) {
		this.instances = instances;
		this.runtime = runtime;
		this.documents = new ActorDocument(runtime.mapper());
	}

	@Override
	public List<StoredActor> list(String namespace, String name, @Nullable String after, int limit) {
		Assert.isTrue(limit > 0, "The limit must be positive");
		return await(stored(() -> store().list(namespace, name, after, limit)));
	}

	@Override
	public String export(ActorAddress address) {
		return await(stored(() -> store().load(address)).map(this.documents::write)
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.ACTOR_NOT_FOUND))));
	}

	/**
	 * In a turn, so that the instance saves nothing between the load and the save. It is
	 * stopped after the save: until then, its clients would only wake it again.
	 */
	@Override
	public StoredActor restore(String document) {
		StoredActor wanted = this.documents.read(document);
		ActorAddress address = wanted.address();
		checkOutsideOfTurn(address);
		return await(
				Mono.defer(
						() -> TurnRequest.ask(this.instances.at(address, "restore"), false,
								(instance) -> Mono.fromSupplier(() -> replace(wanted, ATTEMPTS))
									.map((replaced) -> stop(instance).thenReturn(replaced))))
					.flatMap(Function.identity()));
	}

	private static void checkOutsideOfTurn(ActorAddress address) {
		ActorContext<?, ?> current = CurrentTurn.context();
		Assert.state(
				current == null
						|| !address.equals(new ActorAddress(current.namespace(), current.name(), current.key())),
				() -> "%s cannot be put back in one of its own turns: it would deadlock".formatted(address));
	}

	private StoredActor replace(StoredActor wanted, int attempts) {
		StoredActor present = store().load(wanted.address());
		checkIdentity(wanted, present);
		StoredActor next = (present != null) ? over(present, wanted) : wanted;
		StoredActor replaced = next.toBuilder()
			.version(Math.max(next.version(), wanted.version()) + 1)
			.savedAt(this.runtime.clock().instant())
			.build();
		try {
			store().commit(Change.of(replaced, (present != null) ? present.version() : 0));
			return replaced;
		}
		catch (StaleStateException ex) {
			if (attempts > 1) {
				return replace(wanted, attempts - 1);
			}
			throw ex;
		}
	}

	private void checkIdentity(StoredActor wanted, @Nullable StoredActor present) {
		String id = wanted.actorId();
		Assert.state(present == null || present.actorId().equals(id),
				() -> "%s is another instance: delete it before putting back the one with id %s"
					.formatted(wanted.address(), id));
		StoredActor other = (present == null) ? store().loadById(id) : null;
		Assert.state(other == null, () -> "The id %s belongs to another instance: delete it before putting back %s"
			.formatted(id, wanted.address()));
	}

	/**
	 * Returns the present instance with the contents of another. Its positions go on, so
	 * that none is given twice, in a new epoch: clients have seen events that the new
	 * state may contradict.
	 */
	private static StoredActor over(StoredActor present, StoredActor wanted) {
		return present.toBuilder()
			.createdAt(wanted.createdAt())
			.format(wanted.format())
			.state(wanted.state())
			.input(wanted.input())
			.owner(null)
			.epoch((present.epoch() != null) ? UUID.randomUUID().toString() : null)
			.build();
	}

	/** Stops an instance without saving it, if it is in memory. */
	private Mono<Void> stop(ActorInstance instance) {
		if (!instance.isRunning()) {
			return Mono.empty();
		}
		instance.requestRestart();
		return this.instances.departures().of(instance);
	}

	private ActorStateStore store() {
		return this.runtime.store();
	}

	private <T> Mono<T> stored(Callable<? extends @Nullable T> access) {
		return Guarded.<T>defer(() -> Mono.fromCallable(access)).subscribeOn(this.runtime.workers());
	}

	private static <T> T await(Mono<T> result) {
		Assert.state(!Schedulers.isInNonBlockingThread(),
				() -> "Stored actors cannot be used on thread %s, which must not block"
					.formatted(Thread.currentThread().getName()));
		return result.blockOptional().orElseThrow();
	}

}
