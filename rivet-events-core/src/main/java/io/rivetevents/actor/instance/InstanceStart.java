/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.call.CalledInstance;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.hibernation.Hibernation;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.CreatorShare;
import io.rivetevents.actor.persistence.Draft;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Hook;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Starts one instance: wakes it if it is stored, or creates it. Methods are called in
 * turns of the instance.
 */
public final class InstanceStart {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(InstanceStart.class));

	/**
	 * Maximum number of attempts if other nodes change the stored instance concurrently.
	 */
	private static final int START_ATTEMPTS = 3;

	private final CalledInstance instance;

	private final InstanceLife life;

	private final MethodInvoker calls;

	private final ConnectHandler clients;

	private final Hibernation hibernation;

	private final CreatorShare share;

	private final ActorRuntime runtime;

	private final ActorAddress address;

	private final ActorType type;

	private final ActorState state;

	/**
	 * Creates the start.
	 * @param instance the instance to start
	 * @param life its life cycle
	 * @param calls calls the methods of the actor
	 * @param clients its clients
	 * @param hibernation its open connections
	 * @param share share of its creator
	 * @param runtime services that instances share
	 */
	InstanceStart(CalledInstance instance, InstanceLife life, MethodInvoker calls, ConnectHandler clients,
			Hibernation hibernation, CreatorShare share, ActorRuntime runtime) {
		this.instance = instance;
		this.life = life;
		this.calls = calls;
		this.clients = clients;
		this.hibernation = hibernation;
		this.share = share;
		this.runtime = runtime;
		this.address = instance.address();
		this.type = instance.type();
		this.state = instance.state();
	}

	/**
	 * What a connecting client finds: either an instance or a draft.
	 *
	 * @param info id and address of the instance, {@code null} if there is none yet
	 * @param draft the instance to create once the client may connect, {@code null} if
	 * there is an instance
	 */
	public record Arrival(@Nullable ActorInfo info, @Nullable Draft draft) {

		static Arrival at(ActorInfo info) {
			return new Arrival(info, null);
		}

	}

	/**
	 * Makes sure that the instance exists as the target requires.
	 * @param caller the client, {@code null} for server code
	 * @return information about the instance
	 */
	Mono<ActorInfo> start(ActorTarget target, @Nullable ConnectRequest caller) {
		this.life.claim();
		return start(target,
				() -> draft(target).flatMap((draft) -> checkCreation(caller).then(create(draft, caller, false))));
	}

	/**
	 * Makes sure that the instance exists for a connecting client. If a connect hook
	 * needs no instance, a new instance is created only after the hook has accepted the
	 * client.
	 * @param target instance that the client has requested
	 * @param request its connect request
	 * @param allowed draft that the hook has accepted, {@code null} if it has not been
	 * called
	 */
	Mono<Arrival> arrive(ActorTarget target, ConnectRequest request, @Nullable Draft allowed) {
		if (allowed != null) {
			return start(target, () -> create(allowed, request, true)).map(Arrival::at);
		}
		if (this.life.isRunning() || !this.clients.connectsBeforeCreation(request)) {
			return start(target,
					() -> draft(target).flatMap((draft) -> checkCreation(request).then(create(draft, request, true))))
				.map(Arrival::at);
		}
		AtomicReference<@Nullable Draft> wanted = new AtomicReference<>();
		return start(target,
				() -> draft(target).flatMap((draft) -> checkCreation(request).then(Mono.fromRunnable(() -> {
					wanted.set(draft);
					this.state.reset();
				}))))
			.map(Arrival::at)
			.switchIfEmpty(Mono.fromSupplier(() -> new Arrival(null, wanted.get())));
	}

	/** Returns whether its input equals that of a draft. */
	boolean hasInputOf(Draft draft) {
		return Arrays.equals(this.state.stored().input(), draft.actor().input());
	}

	/**
	 * Wakes the instance if it is not running.
	 * @param absent called if it is not stored
	 */
	private Mono<ActorInfo> start(ActorTarget target, Supplier<Mono<ActorInfo>> absent) {
		if (this.life.isRunning()) {
			return checkRunning(target);
		}
		if (this.life.hasLeft()) {
			return Mono.error(new RivetException(ErrorCode.RESTARTING));
		}
		return start(target, absent, START_ATTEMPTS).onErrorMap((ex) -> !(ex instanceof RivetException),
				(ex) -> mask(ex, "start"));
	}

	/** If another node has changed the stored instance, it is loaded again. */
	private Mono<ActorInfo> start(ActorTarget target, Supplier<Mono<ActorInfo>> absent, int attempts) {
		return take()
			.flatMap((found) -> found.map((stored) -> wake(stored, target)).orElseGet(() -> createIfOwned(absent)))
			.doOnError((ex) -> {
				this.share.giveBack();
				this.state.reset();
			})
			.onErrorResume(StaleStateException.class, (ex) -> {
				this.runtime.ownership().refused(this.address);
				return (attempts > 1) ? start(target, absent, attempts - 1)
						: Mono.error(new RivetException(ErrorCode.RESTARTING));
			});
	}

	/** Loads the stored instance, which no other node has in memory from now on. */
	private Mono<Optional<StoredActor>> take() {
		return Mono.fromSupplier(this::load)
			.flatMap((found) -> found.isEmpty() ? Mono.just(found)
					: this.runtime.ownership()
						.take(found.get())
						.flatMap((released) -> released
								? Mono.fromSupplier(this::load).subscribeOn(this.instance.workers())
								: Mono.just(found)));
	}

	private Optional<StoredActor> load() {
		this.life.trust();
		return Optional.ofNullable(this.runtime.store().load(this.address));
	}

	private Mono<ActorInfo> createIfOwned(Supplier<Mono<ActorInfo>> absent) {
		return this.runtime.ownership().owns(this.address) ? absent.get()
				: Mono.error(new RivetException(ErrorCode.RESTARTING));
	}

	private Mono<ActorInfo> wake(StoredActor stored, ActorTarget target) {
		this.state.begin(stored, null);
		this.state.schedules().begin(stored.actorId(), false);
		this.share.wake();
		return checkStored(target).then(Mono.defer(this::createMissingState))
			.then(Mono.fromRunnable(this::claim))
			.then(Mono.fromRunnable(() -> this.hibernation.restore(stored.generation())))
			.then(Mono.defer(this::createVars))
			.then(Mono.defer(() -> this.calls.hook(Hook.WAKE, null)))
			.then(Mono.fromSupplier(this.life::wake))
			.flatMap((info) -> this.hibernation.disconnectEnded().thenReturn(info));
	}

	/**
	 * Wakes an instance that has slept with open connections. If it has been deleted in
	 * the meantime, they are closed.
	 * @return the reason why it could not be woken, empty if it is awake
	 */
	Mono<RivetException> wakeForConnections() {
		return start(new ActorTarget.Get(this.address), (ConnectRequest) null).then(Mono.<RivetException>empty())
			.onErrorResume(RivetException.class, (ex) -> {
				if (ex.closeReason().equals(CloseReason.of(ErrorCode.ACTOR_NOT_FOUND))) {
					this.hibernation.closeAll();
				}
				return Mono.just(ex);
			});
	}

	/** The actor may have got a state after the instance was stored. */
	private Mono<Void> createMissingState() {
		return this.state.isMissing() ? this.calls.hook(Hook.CREATE_STATE, null)
			.doOnNext((made) -> this.state.supply(made.orElse(null)))
			.then() : Mono.empty();
	}

	/**
	 * Deletes the stored instance without calling its methods, because its state cannot
	 * be read.
	 */
	Mono<Void> deleteUnreadable(ActorTarget target) {
		return take().flatMap((found) -> {
			this.state.begin(found.orElseThrow(() -> new RivetException(ErrorCode.ACTOR_NOT_FOUND)), null);
			this.share.wake();
			return checkStored(target).then(this.life.stored().delete());
		}).doOnTerminate(() -> {
			this.share.giveBack();
			this.state.reset();
		})
			.onErrorMap(StaleStateException.class, (ex) -> new RivetException(ErrorCode.RESTARTING))
			.onErrorMap((ex) -> !(ex instanceof RivetException), (ex) -> mask(ex, "delete"));
	}

	private void claim() {
		StoredActor stored = this.state.stored();
		HandOver handOver = this.runtime.ownership().handedOver(stored);
		this.state.schedules().declare(this.type.schedules());
		this.state.wake(stored, (next) -> claim(stored, next));
		this.instance.commits().begin(handOver, this::ownLimits);
	}

	private @Nullable HistoryLimits ownLimits(String event) {
		ActorType.EventSettings settings = this.type.event(event);
		return (settings != null) ? settings.history() : null;
	}

	private StoredActor.Builder claim(StoredActor found, StoredActor.Builder next) {
		return this.instance.commits().claim(found, next).owner(this.runtime.ownership().node());
	}

	private Mono<ActorInfo> checkRunning(ActorTarget target) {
		return checkStored(target).then(Mono.fromSupplier(() -> this.life.info(false)));
	}

	private Mono<Void> checkStored(ActorTarget target) {
		if (target instanceof ActorTarget.Create) {
			Map<String, Object> metadata = Map.of("existing_actor_id", this.instance.actorId(), "key",
					this.address.key().serialize());
			return Mono.error(new RivetException(ErrorCode.DUPLICATE_KEY, ErrorCode.DUPLICATE_KEY.message(), metadata));
		}
		boolean other = target instanceof ActorTarget.ById byId && !byId.actorId().equals(this.instance.actorId());
		return other ? Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND)) : Mono.empty();
	}

	/** Prepares the instance to create, so that the hooks can use it. */
	private Mono<Draft> draft(ActorTarget target) {
		if (!target.creates()) {
			return Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND));
		}
		byte[] input = target.input();
		if (input != null && input.length > this.type.settings().maxInputSize()) {
			return Mono.error(new RivetException(ErrorCode.INPUT_TOO_LARGE));
		}
		StoredActor created = StoredActor.builder(this.runtime.newId(), this.address)
			.createdAt(this.runtime.clock().instant())
			.input(this.type.takesInput() ? input : null)
			.build();
		StoredActor draft = claim(created, created.toBuilder()).build();
		this.state.begin(draft, null);
		return Mono.just(new Draft(draft));
	}

	/**
	 * Creates the instance. If it has been stored and the client is then rejected, it is
	 * deleted again.
	 * @param caller the client, {@code null} for server code
	 * @param connects whether the client is not accepted yet and may be rejected
	 */
	private Mono<ActorInfo> create(Draft draft, @Nullable ConnectRequest caller, boolean connects) {
		return Mono.fromRunnable(() -> {
			this.state.begin(draft.actor(), null);
			this.state.schedules().begin(draft.actor().actorId(), true);
			this.state.schedules().declare(this.type.schedules());
			this.instance.commits().begin();
			this.share.take(caller);
		})
			.then(Mono.defer(() -> this.calls.hook(Hook.CREATE_STATE, null)))
			.doOnNext((made) -> this.state.begin(draft.actor(), made.orElse(null)))
			.then(Mono.defer(this::createVars))
			.then(Mono.defer(() -> this.calls.hook(Hook.CREATE, null)))
			.then(Mono.fromRunnable(() -> this.share.insert(this.state)))
			.then(Mono.defer(() -> this.calls.hook(Hook.WAKE, null)
				.onErrorResume((ex) -> (caller != null) ? this.life.stored().withdraw().then(Mono.error(ex))
						: Mono.error(ex))))
			.then(Mono.fromSupplier(() -> this.life.create(connects)));
	}

	/** Replaces variables that a failed start has left. */
	private Mono<Void> createVars() {
		return this.type.hooks().contains(Hook.CREATE_VARS) ? this.calls.hook(Hook.CREATE_VARS, null)
			.doOnNext((made) -> this.instance.vars()
				.begin(made.orElseThrow(
						() -> new IllegalStateException("The method annotated with @CreateVars has returned null"))))
			.then() : Mono.empty();
	}

	private Mono<Void> checkCreation(@Nullable ConnectRequest caller) {
		if (caller == null || !this.type.hooks().contains(Hook.CAN_CREATE)) {
			return Mono.empty();
		}
		return this.calls.hook(Hook.CAN_CREATE, Caller.of(caller)).flatMap((allowed) -> {
			boolean may = !this.type.returnsDecision(Hook.CAN_CREATE) || Boolean.TRUE.equals(allowed.orElse(null));
			return may ? Mono.empty() : Mono.error(new RivetException(ErrorCode.FORBIDDEN));
		});
	}

	private RivetException mask(Throwable ex, String operation) {
		failures.error(ex, () -> "Failed to %s %s".formatted(operation, this.address));
		return new RivetException(ErrorCode.INTERNAL_ERROR);
	}

}
