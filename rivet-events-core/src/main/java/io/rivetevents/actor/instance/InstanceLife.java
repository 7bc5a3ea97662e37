/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.hibernation.Hibernation;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.StoredInstance;
import io.rivetevents.actor.persistence.CreatorShare;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.extension.Hook;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.Observers;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.scheduling.DueQueue;
import io.rivetevents.scheduling.IdleTimer;

/**
 * The life cycle of one instance: what keeps it in memory, when it is saved, and how it
 * leaves memory. Methods are called in turns of the instance unless their documentation
 * states otherwise.
 */
final class InstanceLife {

	private static final Log logger = LogFactory.getLog(InstanceLife.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Delay before a failed end is retried, in nanoseconds. */
	private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

	/** Time without a comparison after one that has failed, in nanoseconds. */
	private static final long COMPARISON_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

	private static final Duration EARLY_SLEEP = Duration.ofSeconds(1);

	private final Owner owner;

	private final MethodInvoker calls;

	private final ConnectHandler clients;

	private final Hibernation hibernation;

	private final CreatorShare share;

	private final ActorRuntime runtime;

	private final DueQueue.Entry due;

	private final ActorState state;

	private final StoredInstance stored;

	private final IdleTimer idle;

	private final AtomicReference<@Nullable End> end = new AtomicReference<>();

	private volatile boolean running;

	/** See {@link #isDoubtful}. Written in turns. */
	private volatile long merges;

	/** When the next comparison may begin, in nanoseconds. Written in turns. */
	private volatile long comparedFrom;

	/** Whether it has left memory, which is final. */
	private volatile boolean left;

	/** Whether the hook for the sleep has been called. Used in turns. */
	private boolean hookCalled;

	/** Whether the hook for state changes has been called after the last turn. */
	private boolean changeTold;

	private volatile @Nullable Instant startedAt;

	/** Bytes reserved from the memory for loaded instances. */
	private long heap;

	/** What it has passed on when it was released. */
	private volatile @Nullable HandOver handOver;

	/** Set while it exists only for clients that are not accepted yet. */
	private volatile @Nullable Fresh fresh;

	/** The instance of this life cycle. */
	interface Owner extends ClientInstance {

		/** Returns whether no turn waits or runs. */
		boolean isIdle();

		/** Notes that the instance has started. */
		void started();

		/**
		 * Called when it leaves memory: its waiting turns are passed to the next instance
		 * of its address.
		 */
		void leaves();

		/**
		 * Called when a client leaves for another node, in the order of events.
		 * @param connection its connection, which is removed next
		 * @param position position of the last event before
		 */
		void moved(ActorConnection connection, Position position);

		/**
		 * Called when it stays in memory although its clients have left for another node.
		 */
		void staysWithoutMoved();

		/**
		 * Called when it leaves memory while its clients stay connected: its waiting
		 * turns are passed to the next instance of its address, which continues with the
		 * connections.
		 */
		void hibernates();

		/** Notes that it has left memory and that observers have been notified. */
		void left();

	}

	/**
	 * An instance as it was when it was created.
	 *
	 * @param state its state as JSON, {@code null} if it has none
	 * @param vars its variables
	 */
	private record Fresh(byte @Nullable [] state, Map<String, Object> vars) {
	}

	/**
	 * How an instance leaves memory; of several requests, the last of these constants
	 * takes effect.
	 */
	enum End {

		/** Saved; the next use wakes it. */
		SLEEP(ErrorCode.STOPPED),

		/**
		 * Saved, because another node takes it, with its clients; it stays if it cannot
		 * be saved.
		 */
		RELEASE(ErrorCode.RESTARTING),

		/** Saved, because the application stops. */
		SHUTDOWN(ErrorCode.RESTARTING),

		/** Deleted. */
		DESTROY(ErrorCode.DESTROYING),

		/** Removed, because what is stored is newer than its state. */
		FENCED(ErrorCode.RESTARTING);

		private final ErrorCode code;

		End(ErrorCode code) {
			this.code = code;
		}

		/** Returns whether it waits a short time for calls in progress. */
		boolean waits() {
			return this == SLEEP || this == RELEASE;
		}

	}

	/**
	 * Creates the life cycle of an instance that has not been started.
	 * @param owner the instance
	 * @param calls calls the methods of the actor
	 * @param clients its clients
	 * @param hibernation its sleep while clients are connected
	 * @param share share of its creator
	 * @param runtime services that instances share
	 * @param due calls {@link #check} when work is due
	 * @param heap bytes reserved for it from the memory for loaded instances
	 */
	InstanceLife(Owner owner, MethodInvoker calls, ConnectHandler clients, Hibernation hibernation, CreatorShare share,
			ActorRuntime runtime, DueQueue.Entry due, long heap) {
		this.owner = owner;
		this.calls = calls;
		this.clients = clients;
		this.hibernation = hibernation;
		this.share = share;
		this.runtime = runtime;
		this.due = due;
		this.idle = new IdleTimer(hibernation::isPrevented, this::sleepTimeout, due, runtime.now());
		this.heap = heap;
		this.state = owner.state();
		this.stored = new StoredInstance(owner.address(), this.state, share, runtime.workers(), runtime.timers(),
				this::replaced);
	}

	/** Another node may have it in memory by now. Called by any thread. */
	private void replaced() {
		this.runtime.ownership().fenced(this.owner.address());
		requestEnd(End.FENCED);
	}

	// Doubt

	/** Notes that what is loaded next is the newest copy, as far as nodes have met. */
	void trust() {
		this.merges = this.runtime.ownership().merges();
		this.comparedFrom = now();
	}

	/**
	 * Returns whether another node may have saved the instance since it was loaded:
	 * {@link #isCurrent} must be called before the next turn. Thread-safe.
	 */
	boolean isDoubtful() {
		return this.running && this.merges != this.runtime.ownership().merges() && now() - this.comparedFrom >= 0;
	}

	/**
	 * Compares the instance with what is stored; blocks. Another node that has woken it
	 * has stored a newer generation. If the store does not answer, the instance is used
	 * as it is, and compared again after a second: otherwise each turn would wait for the
	 * store.
	 */
	boolean isCurrent() {
		long merges = this.runtime.ownership().merges();
		StoredActor own = this.state.stored();
		try {
			StoredActor found = this.runtime.store().load(this.owner.address());
			if (found == null || !found.actorId().equals(own.actorId()) || found.generation() != own.generation()) {
				logger.warn("%s was woken or deleted by another node meanwhile; the last changes of this copy are lost"
					.formatted(this.owner.address()));
				return false;
			}
			this.merges = merges;
		}
		catch (RuntimeException ex) {
			this.comparedFrom = now() + COMPARISON_PAUSE_NANOS;
			failures.error(ex, () -> "Failed to compare %s with what is stored after nodes were apart; will retry"
				.formatted(this.owner.address()));
		}
		return true;
	}

	/** Ends it without a save after the current turn, since a newer copy is stored. */
	void drop() {
		raiseEnd(End.FENCED);
	}

	/** Returns its storage. */
	StoredInstance stored() {
		return this.stored;
	}

	/** Returns whether it has started and is still in memory. Thread-safe. */
	boolean isRunning() {
		return this.running;
	}

	/** Returns whether it has left memory. Thread-safe. */
	boolean hasLeft() {
		return this.left;
	}

	/** Returns information about it. */
	ActorInfo info(boolean created) {
		StoredActor stored = this.state.stored();
		return new ActorInfo(stored.actorId(), this.owner.address(), stored.generation(), stored.createdAt(),
				this.startedAt, created);
	}

	/** Returns the bytes reserved for it from the memory for loaded instances. */
	long heap() {
		return this.heap;
	}

	private Observers observers() {
		return this.runtime.observers();
	}

	private long now() {
		return this.runtime.now();
	}

	// Start

	/** Notes that it has been woken. */
	ActorInfo wake() {
		ActorInfo info = begin(false);
		observers().actorWoken(info);
		return info;
	}

	/**
	 * Notes that it has been created.
	 * @param forNewcomer whether it exists only for a client that is not accepted yet
	 */
	ActorInfo create(boolean forNewcomer) {
		this.fresh = forNewcomer ? new Fresh(this.state.bytes(), new HashMap<>(this.owner.vars().named())) : null;
		ActorInfo info = begin(true);
		observers().actorCreated(info);
		return info;
	}

	private ActorInfo begin(boolean created) {
		countInput();
		this.startedAt = this.runtime.clock().instant();
		this.running = true;
		this.owner.started();
		return info(created);
	}

	/** In a store in memory the input is counted there. */
	private void countInput() {
		StoredActor stored = this.state.stored();
		byte[] input = stored.input();
		if (input != null && this.share.heapStored(stored) == 0) {
			this.runtime.connections().limits().awake().acquire(input.length);
			this.heap += input.length;
		}
	}

	// Use

	/** Notes that it has been used. */
	void touch() {
		this.idle.touch(now());
	}

	/** Returns the timer for sleeping. Thread-safe. */
	IdleTimer idle() {
		return this.idle;
	}

	/** Schedules {@link #check} for the next time when work is due. Thread-safe. */
	void lookAhead() {
		if (this.running && this.end.get() != null) {
			this.due.arm(now() + RETRY_NANOS);
		}
		else if (this.running) {
			this.state.armSave(saveInterval());
			this.idle.arm();
		}
	}

	private long saveInterval() {
		return this.owner.type().settings().saveInterval().toNanos();
	}

	/**
	 * Performs the work that is due. If a turn is running, it does the work or schedules
	 * it when it ends. Thread-safe.
	 */
	void check(long now) {
		if (!this.running || !this.owner.isIdle()) {
			return;
		}
		if (this.end.get() != null) {
			this.owner.offerTurn(Mono::empty); // retries an end that has failed
			return;
		}
		boolean saves = this.state.isDue(now, saveInterval());
		if (saves) {
			this.owner.offerTurn(this.stored::save);
		}
		boolean sleeps = this.idle.isIdle(now);
		if (sleeps) {
			this.owner.offerTurn(this::sleepIfUnused);
		}
		if (!saves && !sleeps) {
			lookAhead();
		}
	}

	/** While memory is scarce, unused instances sleep early unless they never sleep. */
	private Duration sleepTimeout() {
		Duration timeout = this.owner.type().settings().sleepTimeout();
		boolean early = !timeout.equals(ActorSettings.NEVER) && this.runtime.isScarce()
				&& timeout.compareTo(EARLY_SLEEP) > 0;
		return early ? EARLY_SLEEP : timeout;
	}

	private Mono<Void> sleepIfUnused() {
		if (this.idle.isUnused()) {
			this.end.compareAndSet(null, End.SLEEP);
		}
		return Mono.empty();
	}

	/** Returns the work before the next turn, {@code null} for none. */
	@Nullable Mono<Void> afterTurn() {
		End how = this.end.get();
		if (how != null) {
			return (how.waits() && this.idle.delaysRelease(now())) ? null : stop(how);
		}
		long now = now();
		boolean changeTold = this.changeTold;
		this.changeTold = false;
		if (this.state.endTurn(now) && !changeTold && this.owner.type().hooks().contains(Hook.STATE_CHANGE)) {
			this.changeTold = true;
			return stateChanged();
		}
		return this.state.isDue(now, saveInterval()) ? this.stored.save() : null;
	}

	/** Changes that the hook makes do not call it again. */
	private Mono<Void> stateChanged() {
		return Mono
			.defer(() -> this.state.hasChanged() ? this.calls.tolerant(Hook.STATE_CHANGE, null, this.state.peek())
				.then(Mono.<Void>fromRunnable(this.state::noteSeen)) : Mono.empty())
			.onErrorResume((ex) -> {
				failures.error(ex, () -> "Failed to write the state of %s as JSON; @OnStateChange is not called"
					.formatted(this.owner.address()));
				return Mono.empty();
			});
	}

	/** Notes that it is used by more than clients that are not accepted yet. */
	void claim() {
		this.fresh = null;
	}

	/**
	 * Deletes it if it was created for a client that was then rejected, nothing has
	 * changed since and no other client uses it. Thread-safe.
	 */
	void discardIfUnclaimed() {
		// while it is not running, it may be being created
		if (!this.running || this.fresh != null) {
			this.owner.offerTurn(this::discard);
		}
	}

	private Mono<Void> discard() {
		Fresh fresh = this.fresh;
		// the last of the waiting clients deletes the instance
		if (this.running && fresh != null && this.idle.isUnused() && this.owner.connections().isEmpty()
				&& Arrays.equals(fresh.state(), this.state.bytes()) && fresh.vars().equals(this.owner.vars().named())) {
			raiseEnd(End.DESTROY);
		}
		return Mono.empty();
	}

	// End

	/**
	 * Requests the end after the current turn, unless a request that takes precedence is
	 * present. Thread-safe.
	 */
	void requestEnd(End how) {
		raiseEnd(how);
		// if no turn is running, the end follows this one
		this.owner.offerTurn(Mono::empty);
	}

	private void raiseEnd(End how) {
		this.end.accumulateAndGet(how, (present, asked) -> isBeyond(present, asked) ? present : asked);
	}

	private static boolean isBeyond(@Nullable End one, End other) {
		return one != null && one.compareTo(other) > 0;
	}

	private Mono<Void> stop(End how) {
		return end(how).doFinally((signal) -> {
			if (this.left) {
				this.owner.left();
			}
		});
	}

	private Mono<Void> end(End how) {
		this.owner.commits().beginTurn(); // its hooks may send events
		if (how == End.SLEEP && this.hibernation.isWanted()) {
			return hibernate();
		}
		if (how == End.DESTROY) {
			this.hibernation.addMoved(); // during its release: their hooks are called
		}
		Mono<Void> disconnected = (how == End.RELEASE) ? moveClients() : disconnectClients(how);
		return switch (how) {
			case SLEEP, RELEASE, SHUTDOWN ->
				disconnected.then(Mono.defer(this::callOnSleep)).then(Mono.fromRunnable(() -> saveAndLeave(how)));
			case DESTROY -> disconnected.then(Mono.defer(() -> this.calls.tolerant(Hook.DESTROY, null)))
				.then(Mono.defer(this::deleteAndLeave));
			case FENCED -> disconnected.then(Mono.fromRunnable(this::leave));
		};
	}

	private Mono<Void> disconnectClients(End how) {
		CloseReason reason = CloseReason.of(how.code);
		return Flux.fromIterable(this.owner.connections().snapshot())
			.doOnNext((connection) -> connection.outbound().close(reason))
			.concatMap((connection) -> disconnect(connection, how))
			.then();
	}

	/** With hibernation, their connections continue at the other node. */
	private Mono<Void> moveClients() {
		Set<ActorConnection> continued = this.hibernation.prepareMove();
		return Flux.fromIterable(this.owner.connections().snapshot())
			.concatMap((connection) -> this.clients.move(connection, continued.contains(connection),
					(position) -> this.owner.moved(connection, position)))
			.then();
	}

	/**
	 * Returns what it has passed on, {@code null} if it has not left, or not for another
	 * node. Thread-safe.
	 */
	@Nullable HandOver handOver() {
		return this.handOver;
	}

	/**
	 * The newer copy calls the hook for the connections that it finds in the store.
	 */
	private Mono<Void> disconnect(ActorConnection connection, End how) {
		return (how == End.FENCED && this.state.connections().isStored(connection.id()))
				? Mono.fromRunnable(() -> this.clients.remove(connection)) : this.clients.disconnect(connection);
	}

	/** Unless its connections cannot be stored, which is found out before the hook. */
	private Mono<Void> hibernate() {
		return this.hibernation.disconnectOthers()
			.then(Mono.defer(() -> this.hibernation.prepare()
					? callOnSleep().then(Mono.<Void>fromRunnable(this::saveAndHibernate))
					: Mono.fromRunnable(() -> stayAwake(End.SLEEP))));
	}

	/** Calls the hook, unless another end follows the one that it was called for. */
	private Mono<Void> callOnSleep() {
		if (this.hookCalled) {
			return Mono.empty();
		}
		this.hookCalled = true;
		return this.calls.tolerant(Hook.SLEEP, null);
	}

	/**
	 * Saves the instance with its connections and removes it from memory. If another end
	 * has been requested in the meantime, that is done next.
	 */
	private void saveAndHibernate() {
		try {
			this.owner.commits().endTurn();
			if (!this.hibernation.prepare()) {
				stayAwake(End.SLEEP);
				return;
			}
			this.owner.commits().saveLast(now());
			if (this.end.get() == End.SLEEP) {
				leave(observers()::actorSlept, this.owner::hibernates);
			}
		}
		catch (StaleStateException ex) {
			replaced();
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Failed to save the state of %s; it stays in memory and will retry"
				.formatted(this.owner.address()));
			stayAwake(End.SLEEP);
		}
	}

	/**
	 * Saves the instance and removes it from memory. If it is to be deleted by now, or is
	 * to end although it was to stay in memory, that is done next.
	 */
	private void saveAndLeave(End how) {
		ActorAddress address = this.owner.address();
		try {
			this.owner.commits().endTurn();
			this.owner.commits().saveLast(now());
			if (!isBeyond(this.end.get(), End.SHUTDOWN)) {
				forwardEvents();
				this.handOver = (how == End.RELEASE) ? this.owner.commits().handOver() : null;
				leave(observers()::actorSlept, this.owner::leaves);
			}
		}
		catch (StaleStateException ex) {
			logger.warn("%s was saved by a newer copy, usually on another node; the last changes of this copy are lost"
				.formatted(address));
			this.runtime.ownership().fenced(address);
			leave();
		}
		catch (Throwable ex) {
			if (how == End.SLEEP || how == End.RELEASE) {
				failures.error(ex,
						() -> "Failed to save the state of %s; it stays in memory and will retry".formatted(address));
				stayAwake(how);
			}
			else if (!isBeyond(this.end.get(), how)) {
				logger.error("Failed to save the state of %s at shutdown; its last changes are lost".formatted(address),
						ex);
				leave();
			}
		}
	}

	/** Unless another end has been requested in the meantime. */
	private void stayAwake(End how) {
		if (this.end.compareAndSet(how, null)) {
			this.hookCalled = false;
		}
		this.owner.connections().stream().takeBack();
		if (how == End.RELEASE) {
			this.hibernation.undoMove();
		}
		this.owner.staysWithoutMoved();
		this.idle.stays();
		touch();
	}

	private Mono<Void> deleteAndLeave() {
		return this.stored.delete()
			.then(Mono.<Void>fromRunnable(() -> leave(observers()::actorDestroyed, this.owner::leaves)))
			.onErrorResume((ex) -> Mono.fromRunnable(() -> {
				this.stored.logUndeleted(ex);
				if (ex instanceof StaleStateException) {
					this.runtime.ownership().fenced(this.owner.address());
				}
				leave();
			}));
	}

	/** The next instance of the address may start before {@code told} has returned. */
	private void leave(Consumer<ActorInfo> told, Runnable leaves) {
		ActorInfo info = info(false);
		observers().actorLeaves(info);
		try {
			leave(leaves);
		}
		finally {
			told.accept(info);
		}
	}

	private void leave() {
		this.owner.commits().abandon();
		forwardEvents();
		leave(this.owner::leaves);
	}

	/** From now on the next instance of the address sends the events. */
	private void forwardEvents() {
		this.owner.connections().stream().handOver(this.owner.next());
	}

	private void leave(Runnable leaves) {
		this.running = false;
		this.left = true;
		this.share.giveBack();
		leaves.run();
	}

}
