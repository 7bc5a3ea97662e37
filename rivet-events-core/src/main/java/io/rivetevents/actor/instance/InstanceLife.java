package io.rivetevents.actor.instance;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
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
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.StoredInstance;
import io.rivetevents.actor.persistence.CreatorShare;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.extension.Hook;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.observation.Observers;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.DueQueue;
import io.rivetevents.scheduling.IdleTimer;

/**
 * The life of one instance from its start to its end: what keeps it awake, when it is
 * saved, and how it leaves memory. It goes on in turns of the instance; what other
 * threads may call is marked so.
 */
final class InstanceLife {

	private static final Log logger = LogFactory.getLog(InstanceLife.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Until an end that has failed is tried again. */
	private static final long RETRY_NANOS = Duration.ofMillis(50).toNanos();

	private static final Duration EARLY_SLEEP = Duration.ofSeconds(1);

	private final Owner owner;

	private final MethodInvoker calls;

	private final ConnectHandler clients;

	private final CreatorShare share;

	private final ActorRuntime runtime;

	private final DueQueue.Entry due;

	private final ActorState state;

	private final StoredInstance stored;

	private final IdleTimer idle;

	private final AtomicReference<@Nullable End> end = new AtomicReference<>();

	private volatile boolean running;

	/** Whether it has left memory, which is final. */
	private volatile boolean left;

	/** Whether its last turn has been told to the hook for changes of the state. */
	private boolean changeTold;

	private volatile @Nullable Instant startedAt;

	/** What it takes of what all that are awake may take, in bytes. */
	private long heap;

	/** Present while it exists only for clients that have not been let in. */
	private volatile @Nullable Fresh fresh;

	/** Whose life it is. */
	interface Owner extends ClientInstance {

		/** Returns whether no turn waits or runs. */
		boolean isIdle();

		/** It has been started. */
		void started();

		/** It leaves memory: its turns that wait are for the next at its address. */
		void leaves();

		/** It has left memory, and observers have been notified. */
		void left();

	}

	/**
	 * What an instance was when it was created.
	 *
	 * @param state its state as JSON, {@code null} if it has none
	 * @param vars its variables
	 */
	private record Fresh(byte @Nullable [] state, Map<String, Object> vars) {
	}

	/** How an instance leaves memory; of several, the last one of these wins. */
	enum End {

		/** Saved, to be woken by the next use. */
		SLEEP(ErrorCode.STOPPED),

		/** Saved, because the application stops. */
		SHUTDOWN(ErrorCode.RESTARTING),

		/** Deleted. */
		DESTROY(ErrorCode.DESTROYING),

		/** Dropped, because another one has replaced it. */
		FENCED(ErrorCode.RESTARTING);

		private final ErrorCode code;

		End(ErrorCode code) {
			this.code = code;
		}

	}

	/**
	 * Creates the life of an instance that has not been started.
	 * @param owner the instance
	 * @param calls the calls of its methods
	 * @param clients its clients
	 * @param share that of its creator
	 * @param runtime what instances share
	 * @param due has {@link #check} called when something of it is due
	 * @param heap what it has taken of what all that are awake may take, in bytes
	 */
	InstanceLife(Owner owner, MethodInvoker calls, ConnectHandler clients, CreatorShare share, ActorRuntime runtime,
			DueQueue.Entry due, long heap) {
		this.owner = owner;
		this.calls = calls;
		this.clients = clients;
		this.share = share;
		this.runtime = runtime;
		this.due = due;
		this.idle = new IdleTimer(() -> !owner.connections().isEmpty(), this::sleepTimeout, due, runtime.now());
		this.heap = heap;
		this.state = owner.state();
		this.stored = new StoredInstance(owner.address(), this.state, share, runtime.workers(), runtime::now,
				() -> requestEnd(End.FENCED));
	}

	/** Returns what is stored of it. */
	StoredInstance stored() {
		return this.stored;
	}

	/** Returns whether it has been started and has not left. By any thread. */
	boolean isRunning() {
		return this.running;
	}

	/** Returns whether it has left memory. By any thread. */
	boolean hasLeft() {
		return this.left;
	}

	/** Returns what is told of it. */
	ActorInfo info(boolean created) {
		StoredActor stored = this.state.stored();
		return new ActorInfo(stored.actorId(), this.owner.address(), stored.generation(), stored.createdAt(),
				this.startedAt, created);
	}

	/** Returns what it takes of what all that are awake may take, in bytes. */
	long heap() {
		return this.heap;
	}

	private Observers observers() {
		return this.runtime.observers();
	}

	private long now() {
		return this.runtime.now();
	}

	// Its begin

	/** It has been woken. */
	ActorInfo wake() {
		ActorInfo info = begin(false);
		observers().actorWoken(info);
		return info;
	}

	/**
	 * It has been created.
	 * @param forNewcomer whether it exists only for a client that is to be let in yet
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

	/** One in a store in memory has its input there. */
	private void countInput() {
		StoredActor stored = this.state.stored();
		byte[] input = stored.input();
		if (input != null && this.share.heapStored(stored) == 0) {
			this.runtime.connections().limits().awake().acquire(input.length);
			this.heap += input.length;
		}
	}

	// Its use

	/** It has just been used. */
	void touch() {
		this.idle.touch(now());
	}

	/** Returns what keeps it from sleeping. For any thread. */
	IdleTimer idle() {
		return this.idle;
	}

	/** Sees to it that {@link #check} is called when something is due. By any thread. */
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
	 * Does what is due, unless a turn runs: that does so, or looks ahead when it ends. By
	 * any thread.
	 */
	void check(long now) {
		if (!this.running || !this.owner.isIdle()) {
			return;
		}
		if (this.end.get() != null) {
			this.owner.offerTurn(Mono::empty); // its end has failed
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

	/** One that is not used makes room while room is scarce, unless it is never to. */
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

	/** Returns what has to be done before the next turn, {@code null} for nothing. */
	@Nullable Mono<Void> afterTurn() {
		End how = this.end.get();
		if (how != null) {
			return stop(how);
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

	/** What the hook changes itself is no reason to call it. */
	private Mono<Void> stateChanged() {
		return Mono
			.defer(() -> this.state.hasChanged() ? this.calls.tolerant(Hook.STATE_CHANGE, null, this.state.peek())
				.then(Mono.<Void>fromRunnable(this.state::noteSeen)) : Mono.empty())
			.onErrorResume((ex) -> {
				failures.error(ex, () -> "The state of %s cannot be written as JSON".formatted(this.owner.address()));
				return Mono.empty();
			});
	}

	/** It is used by more than clients that have not been let in. */
	void claim() {
		this.fresh = null;
	}

	/**
	 * Deletes it if it was created for a client that was not let in, nothing has changed
	 * since and no other client uses it. May be called by any thread.
	 */
	void discardIfUnclaimed() {
		// while it is not running, it may be in the midst of being created
		if (!this.running || this.fresh != null) {
			this.owner.offerTurn(this::discard);
		}
	}

	private Mono<Void> discard() {
		Fresh fresh = this.fresh;
		// whichever of the clients that wait to be let in is the last looks after this
		if (this.running && fresh != null && this.idle.isUnused() && Arrays.equals(fresh.state(), this.state.bytes())
				&& fresh.vars().equals(this.owner.vars().named())) {
			raiseEnd(End.DESTROY);
		}
		return Mono.empty();
	}

	// Its end

	/**
	 * Ask for the end after the current turn, unless one is asked for that wins. By any
	 * thread.
	 */
	void requestEnd(End how) {
		raiseEnd(how);
		// if no turn is running, this one is what it comes after
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
		CloseReason reason = CloseReason.of(how.code);
		Mono<Void> disconnected = Flux.fromIterable(this.owner.connections().snapshot())
			.doOnNext((connection) -> connection.outbound().close(reason))
			.concatMap(this.clients::disconnect)
			.then();
		return switch (how) {
			case SLEEP, SHUTDOWN -> disconnected.then(Mono.defer(() -> this.calls.tolerant(Hook.SLEEP, null)))
				.then(Mono.fromRunnable(() -> saveAndLeave(how)));
			case DESTROY -> disconnected.then(Mono.defer(() -> this.calls.tolerant(Hook.DESTROY, null)))
				.then(Mono.defer(this::deleteAndLeave));
			case FENCED -> disconnected.then(Mono.fromRunnable(this::leave));
		};
	}

	/**
	 * Saves it and leaves. If it is to be deleted instead by now, or is still to end
	 * though it was to stay awake, that comes next.
	 */
	private void saveAndLeave(End how) {
		ActorAddress address = this.owner.address();
		try {
			this.state.save(now());
			if (!isBeyond(this.end.get(), End.SHUTDOWN)) {
				leave(observers()::actorSlept);
			}
		}
		catch (StaleStateException ex) {
			logger.warn("%s has been replaced by another instance; its last changes are lost".formatted(address), ex);
			leave();
		}
		catch (Throwable ex) {
			if (how == End.SLEEP) {
				failures.error(ex, () -> "The state of %s could not be saved; it stays awake".formatted(address));
				stayAwake();
			}
			else if (!isBeyond(this.end.get(), how)) {
				logger.error(
						"The state of %s could not be saved at shutdown; its last changes are lost".formatted(address),
						ex);
				leave();
			}
		}
	}

	/** Unless another end has been asked for meanwhile. */
	private void stayAwake() {
		this.end.compareAndSet(End.SLEEP, null);
		touch();
	}

	private Mono<Void> deleteAndLeave() {
		return this.stored.delete()
			.then(Mono.<Void>fromRunnable(() -> leave(observers()::actorDestroyed)))
			.onErrorResume((ex) -> Mono.fromRunnable(() -> {
				this.stored.logUndeleted(ex);
				leave();
			}));
	}

	/** The next instance of the address may start before {@code told} has returned. */
	private void leave(Consumer<ActorInfo> told) {
		ActorInfo info = info(false);
		observers().actorLeaves(info);
		try {
			leave();
		}
		finally {
			told.accept(info);
		}
	}

	private void leave() {
		this.running = false;
		this.left = true;
		this.share.giveBack();
		this.owner.leaves();
	}

}
