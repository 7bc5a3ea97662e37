/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActionListeners;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.answer.KeptAnswers;
import io.rivetevents.actor.hibernation.SleepingConnections;
import io.rivetevents.actor.hibernation.SleepingInstances;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.instance.InstanceHost;
import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.runtime.ClientMoves;
import io.rivetevents.actor.runtime.EarlySleep;
import io.rivetevents.actor.schedule.OtherNodeException;
import io.rivetevents.actor.schedule.OtherNodesAddresses;
import io.rivetevents.actor.schedule.ScheduleRunner;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.turn.Mailbox;
import io.rivetevents.actor.turn.Turn;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.limit.CreatedInstance;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.placement.inspection.InspectedInstances;
import io.rivetevents.placement.pending.Departures;
import io.rivetevents.placement.pending.EndedConnections;
import io.rivetevents.placement.pending.TurnRequest;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.DueQueue;

/**
 * The instances in the memory of this node: finds, creates and removes them, and submits
 * turns to them. Safe for use by several threads.
 */
final class Instances implements InstanceHost, InspectedInstances {

	/** Workers for work outside of turns, by name of the actor. */
	private final Map<String, Scheduler> workers = new ConcurrentHashMap<>();

	private final Map<ActorAddress, ActorInstance> instances = new ConcurrentHashMap<>();

	private final Map<String, ActorAddress> addresses = new ConcurrentHashMap<>();

	/** Creators of the instances in an in-memory store, whether awake or not. */
	private final Map<ActorAddress, CreatedInstance> creators = new ConcurrentHashMap<>();

	private final KeptAnswers keptAnswers;

	private final ActionListeners listeners;

	private final ActorTypes types;

	private final ActorRuntime runtime;

	private final ConnectionIndex members;

	private final EventTaps taps = new EventTaps();

	private final Actors actors;

	private final Supplier<ActorDirectory> placement;

	/** Delay before another attempt to wake an instance for ended connections. */
	private static final Duration RETRY = Duration.ofSeconds(5);

	private final SleepingInstances sleeping;

	private final EndedConnections ended = new EndedConnections(this::wake);

	/** Sleeping instances that are woken for ended connections after the delay. */
	private final Set<ActorAddress> retried = ConcurrentHashMap.newKeySet();

	private final Departures departures;

	private final DueQueue dueQueue;

	private final EarlySleep earlySleep;

	private final ScheduleRunner schedules;

	private final OtherNodesAddresses onOtherNodes = new OtherNodesAddresses();

	private volatile ClientMoves moves = ClientMoves.NONE;

	private volatile boolean stopping;

	/**
	 * Creates an empty registry.
	 * @param types the actor types
	 * @param runtime shared by all instances
	 * @param members the connections of all instances
	 * @param actors finds the instances that an actor calls
	 * @param listeners listeners that are called after actions
	 * @param placement finds the instances of all nodes; resolved at each use
	 */
	Instances(ActorTypes types, ActorRuntime runtime, ConnectionIndex members, Actors actors, ActionListeners listeners,
			Supplier<ActorDirectory> placement) {
		this.types = types;
		this.runtime = runtime;
		this.members = members;
		this.actors = actors;
		this.listeners = listeners;
		this.placement = placement;
		this.keptAnswers = new KeptAnswers(runtime.connections().limits().answers());
		this.sleeping = new SleepingInstances(members, runtime.observers());
		this.departures = new Departures(this.instances, runtime.workers());
		this.dueQueue = new DueQueue(runtime.timers());
		this.earlySleep = new EarlySleep(() -> this.instances.values().forEach(ActorInstance::lookAhead), runtime,
				this.dueQueue);
		this.schedules = new ScheduleRunner(runtime.store(), this::run, runtime.timers(), runtime.workers(),
				runtime.clock(), runtime.schedules());
	}

	int size() {
		return this.instances.size();
	}

	@Override
	public Collection<ActorInstance> all() {
		return this.instances.values();
	}

	@Override
	public Departures departures() {
		return this.departures;
	}

	@Override
	public @Nullable ActorInstance find(ActorAddress address) {
		return this.instances.get(address);
	}

	/** Returns the instance of a target, {@code null} if it is not in memory. */
	@Nullable ActorInstance find(ActorTarget target) {
		ActorAddress address = (target instanceof ActorTarget.ById byId) ? findAddress(byId.actorId())
				: addressOf(target);
		return (address != null) ? find(address) : null;
	}

	/**
	 * Returns the address of the instance with an id, {@code null} if it is not in
	 * memory.
	 */
	@Nullable ActorAddress findAddress(String actorId) {
		return this.addresses.get(actorId);
	}

	/**
	 * Returns the address of a target that has one, which is any target except one that
	 * is given by id only.
	 */
	static ActorAddress addressOf(ActorTarget target) {
		return Objects.requireNonNull(target.address());
	}

	/**
	 * Notifies an instance that a connection has ended, if it is in memory or sleeps with
	 * the connection: then it wakes when its turn comes.
	 * @param address address of the instance
	 * @param connectionId id of the connection
	 */
	@Override
	public void disconnected(ActorAddress address, String connectionId) {
		if (find(address) == null && this.sleeping.end(address, connectionId)) {
			this.ended.add(new EndedConnections.Ended(address, connectionId));
		}
		else {
			end(address, connectionId);
		}
	}

	/** Returns the instance that handles the end, {@code null} if there is none. */
	private @Nullable ActorInstance end(ActorAddress address, String connectionId) {
		ActorInstance instance = find(address, connectionId);
		while (instance != null && !instance.disconnected(connectionId)) {
			forget(instance); // waits until the next instance has the connection
			instance = find(address, connectionId);
		}
		return instance;
	}

	private Mono<Void> wake(EndedConnections.Ended ended) {
		return Mono.create((sink) -> {
			ActorInstance instance = end(ended.address(), ended.connectionId());
			Mailbox.Offer offered = (instance != null)
					? instance.offer(Turn.ofRuntime((woken) -> Mono.fromRunnable(sink::success)))
					: Mailbox.Offer.CLOSED;
			if (offered != Mailbox.Offer.ACCEPTED) {
				sink.success();
			}
		});
	}

	/**
	 * Passes a message of a client to the instance, if it is in memory or sleeps with the
	 * connection.
	 * @return whether the instance has the connection; otherwise nothing was done
	 */
	boolean deliver(ActorAddress address, String connectionId, ToServer message) {
		ActorInstance instance = find(address, connectionId);
		boolean received = instance != null && instance.receive(connectionId, message);
		while (!received && instance != null && instance.hasHibernated()) {
			instance = find(address, connectionId);
			received = instance != null && instance.receive(connectionId, message);
		}
		return received;
	}

	/**
	 * Returns the instance of a connection: in memory, or created to wake; {@code null}
	 * if there is none.
	 */
	private @Nullable ActorInstance find(ActorAddress address, String connectionId) {
		ActorInstance present = find(address);
		if (present != null || this.stopping) {
			return present;
		}
		// an instance that goes to sleep or wakes meanwhile is found here
		return this.instances.computeIfAbsent(address,
				(key) -> this.sleeping.contains(key, connectionId) ? create(key, this.types.at(key)) : null);
	}

	@Override
	public SleepingInstances sleeping() {
		return this.sleeping;
	}

	/**
	 * Returns the address of an instance that is in memory or sleeps with open
	 * connections, {@code null} if there is none.
	 */
	@Nullable ActorAddress connected(ActorTarget target) {
		ActorAddress address = (target instanceof ActorTarget.ById byId) ? findAddress(byId.actorId())
				: addressOf(target);
		// again: it may have woken in the meantime
		boolean connected = address != null
				&& (find(address) != null || this.sleeping.contains(address) || find(address) != null);
		return connected ? address : null;
	}

	/** Stops creating instances. */
	void refuseNew() {
		this.stopping = true;
	}

	/** Creates instances again. */
	void acceptNew() {
		this.stopping = false;
	}

	// Turns

	/**
	 * Returns a consumer that submits turns to the instance at an address; creates the
	 * instance if necessary.
	 */
	Consumer<Turn<ActorInstance>> at(ActorAddress address, String operation) {
		return (turn) -> submit(address, turn, operation);
	}

	/** Returns a consumer that submits turns to an instance, and never creates one. */
	static Consumer<Turn<ActorInstance>> of(ActorInstance instance, String operation) {
		return (turn) -> submitTo(instance, turn, operation);
	}

	private void submit(ActorAddress address, Turn<ActorInstance> turn, String operation) {
		while (true) {
			ActorInstance instance = instance(address);
			switch (instance.offer(turn)) {
				case ACCEPTED -> {
					return;
				}
				case FULL -> throw instance.overloaded(turn.call(), operation);
				case CLOSED -> forget(instance); // it is leaving memory; the next one is
													// fresh
			}
		}
	}

	private static void submitTo(ActorInstance instance, Turn<ActorInstance> turn, String operation) {
		switch (instance.offer(turn)) {
			case ACCEPTED -> {
			}
			case FULL -> throw instance.overloaded(turn.call(), operation);
			case CLOSED -> turn.doNow(instance); // without an effect on clients: the
													// instance has ended
		}
	}

	private ActorInstance instance(ActorAddress address) {
		ActorInstance present = find(address);
		if (present != null) {
			return present;
		}
		if (this.stopping) {
			throw new NotBegun();
		}
		ActorType type = this.types.at(address);
		int keySize = address.key().serialize().getBytes(StandardCharsets.UTF_8).length;
		if (keySize > type.settings().maxKeySize()) {
			throw new RivetException(ErrorCode.KEY_TOO_LARGE,
					"A key must have at most %d bytes.".formatted(type.settings().maxKeySize()));
		}
		ActorInstance instance = this.instances.computeIfAbsent(address, (key) -> create(key, type));
		if (this.stopping) {
			// it may have changed since the check above, and stop() may have missed this
			// instance
			instance.requestShutdown();
			throw new NotBegun();
		}
		return instance;
	}

	private ActorInstance create(ActorAddress address, ActorType type) {
		long heap = LimitSettings.Node.HEAP_OF_INSTANCE
				+ 2L * (address.namespace().length() + address.key().serialize().length());
		SleepingConnections received = this.sleeping.take(address);
		if (received != null) {
			// its clients are connected, and limited as such
			this.runtime.connections().limits().awake().acquire(heap);
		}
		else if (!this.runtime.connections().limits().awake().tryAcquire(heap)) {
			throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
					Map.of("channel", Limit.NODE_AWAKE.property(), "operation", "create"));
		}
		this.earlySleep.check(this.runtime.now());
		Scheduler workers = this.workers.computeIfAbsent(type.name(), this.runtime::workersFor);
		return new ActorInstance(address, type, this, this.runtime, workers, heap, received);
	}

	// Calls of instances

	@Override
	public Actors actors(String namespace) {
		return this.actors.inNamespace(namespace);
	}

	@Override
	public void submit(ActorInstance instance, Turn<ActorInstance> turn) {
		if (instance.offer(turn) == Mailbox.Offer.CLOSED) {
			turn.doNow(instance);
		}
	}

	@Override
	public void submitAgain(ActorInstance gone, Turn<ActorInstance> turn) {
		if (!turn.client()) {
			turn.doNow(gone);
			return;
		}
		PendingCall call = turn.call();
		if (call != null) {
			call.leave(); // from now on it counts for the next instance
		}
		try {
			submit(gone.address(), turn, "message");
		}
		catch (RivetException ex) {
			// no other instance accepts the turn, so the old one answers
			turn.doNow(gone);
		}
	}

	@Override
	public void started(ActorInstance instance) {
		this.earlySleep.check(this.runtime.now());
		this.addresses.put(instance.actorId(), instance.address());
	}

	/**
	 * Removes the id first, while the next instance of the address, which has the same
	 * id, cannot exist yet.
	 */
	@Override
	public void forget(ActorInstance instance) {
		this.instances.computeIfPresent(instance.address(), (address, present) -> {
			if (present != instance) {
				return present;
			}
			SleepingConnections unused = instance.unusedConnections();
			if (unused != null) {
				sleep(instance, unused);
				retryEnded(address, unused);
			}
			else if (instance.state().isStored()) {
				this.addresses.remove(instance.actorId());
			}
			this.runtime.connections().limits().awake().release(instance.heap());
			return null;
		});
		moveUnlessOwned(instance.address());
	}

	/** Another node that has asked for its release does not ask again. */
	private void moveUnlessOwned(ActorAddress address) {
		if (this.stopping) {
			closeSleeping(address);
		}
		else if (!this.runtime.ownership().owns(address)) {
			moveSleeping(address);
		}
	}

	/**
	 * Moves the clients of an instance to the node that wakes it next, if it sleeps with
	 * open connections.
	 * @return what the other node continues with, {@code null} if it does not sleep
	 */
	@Nullable HandOver moveSleeping(ActorAddress address) {
		SleepingConnections left = remove(address, (taken) -> {
			this.runtime.ownership().keep(address, taken.handOver());
			return this.sleeping.move(taken,
					(connection, position) -> move(connection, address, taken.actorId(), position));
		});
		return (left != null) ? left.handOver() : null;
	}

	@Override
	public void passOn(ActorAddress address, HandOver handOver) {
		this.addresses.remove(handOver.actorId(), address);
		this.runtime.ownership().keep(address, handOver);
	}

	/**
	 * Closes the connections of instances that sleep.
	 * @param wanted selects instances by their address
	 */
	void closeSleeping(Predicate<ActorAddress> wanted) {
		this.sleeping.addresses().stream().filter(wanted).forEach(this::closeSleeping);
	}

	private void closeSleeping(ActorAddress address) {
		remove(address, this.sleeping::close);
	}

	/**
	 * Removes what an instance that sleeps has left here.
	 * @param begins called while the address is locked; returns what is then done without
	 * the lock, since it may call code of the application, which uses other instances
	 * @return what was removed, {@code null} if there is nothing
	 */
	private @Nullable SleepingConnections remove(ActorAddress address, Function<SleepingConnections, Runnable> begins) {
		AtomicReference<@Nullable SleepingConnections> left = new AtomicReference<>();
		List<Runnable> rest = new ArrayList<>(1);
		this.instances.compute(address, (key, present) -> {
			SleepingConnections taken = (present == null) ? this.sleeping.take(key) : null;
			if (taken != null) {
				this.addresses.remove(taken.actorId(), key);
				left.set(taken);
				rest.add(begins.apply(taken));
			}
			return present;
		});
		rest.forEach(Runnable::run);
		return left.get();
	}

	@Override
	public void await(ActorAddress address, List<ActorConnection> detached) {
		Duration grace = this.runtime.ownership().disconnectGrace();
		if (grace.isZero()) {
			detached.forEach(ActorConnection::end);
		}
		else {
			this.runtime.timers().schedule(() -> expire(address, detached), grace.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	@Override
	public void expire(ActorAddress address, List<ActorConnection> detached) {
		detached.forEach(ActorConnection::end); // those that were attached are others
		ActorInstance instance = findAny(address, detached);
		while (instance != null && !instance.expire(detached)) {
			forget(instance); // waits until the next instance has the connections
			instance = findAny(address, detached);
		}
	}

	private @Nullable ActorInstance findAny(ActorAddress address, List<ActorConnection> detached) {
		ActorInstance present = find(address);
		return (present != null) ? present
				: detached.stream()
					.filter((connection) -> this.sleeping.contains(address, connection))
					.findFirst()
					.map((connection) -> find(address, connection.id()))
					.orElse(null);
	}

	private void sleep(ActorInstance instance, SleepingConnections connections) {
		connections.moveTo(instance.sleepingScope());
		this.sleeping.put(instance.address(), connections);
	}

	/** The instance could not be woken for the end of a connection. */
	private void retryEnded(ActorAddress address, SleepingConnections connections) {
		connections.connections()
			.values()
			.stream()
			.filter(ActorConnection::hasEnded)
			.findFirst()
			.filter((ended) -> this.retried.add(address))
			.ifPresent((ended) -> this.runtime.timers().schedule(() -> {
				this.retried.remove(address);
				disconnected(address, ended.id());
			}, RETRY.toMillis(), TimeUnit.MILLISECONDS));
	}

	/**
	 * While its address is locked, so that no other turn precedes those that wait: other
	 * threads find the instance closed, and then wait in {@link #forget}.
	 */
	@Override
	public void hibernate(ActorInstance instance, SleepingConnections connections,
			Supplier<List<Turn<ActorInstance>>> close) {
		AtomicReference<@Nullable ActorInstance> next = new AtomicReference<>();
		this.instances.computeIfPresent(instance.address(), (address, present) -> {
			List<Turn<ActorInstance>> waiting = close.get();
			sleep(instance, connections);
			this.runtime.connections().limits().awake().release(instance.heap());
			if (!waiting.isEmpty()) {
				ActorInstance created = create(address, this.types.at(address));
				created.takeOver(waiting);
				next.set(created);
			}
			return next.get();
		});
		ActorInstance created = next.get();
		if (created != null) {
			created.resumeTurns();
			if (this.stopping) {
				created.requestShutdown();
			}
		}
		else {
			moveUnlessOwned(instance.address());
		}
	}

	@Override
	public void submitToNext(ActorInstance gone, Turn<ActorInstance> turn) {
		submit(gone.address(), turn, "message");
	}

	@Override
	public Mono<Receipt> dispatch(ActorAddress address, AddressedEvent event) {
		return this.placement.get().dispatch(new ActorTarget.Get(address), event);
	}

	@Override
	public MovedClient move(ActorConnection connection, ActorAddress address, String actorId, Position position) {
		return (connection.outbound() instanceof MovedClient client) ? client
				: this.moves.move(connection, address, actorId, position);
	}

	@Override
	public boolean movesClients() {
		return this.moves != ClientMoves.NONE;
	}

	/** Uses another way to connect clients of this node to actors of others. */
	void moveClients(ClientMoves moves) {
		this.moves = moves;
	}

	@Override
	public void left(ActorInstance instance) {
		this.departures.note(instance);
	}

	@Override
	public DueQueue dueQueue() {
		return this.dueQueue;
	}

	@Override
	public Map<ActorAddress, CreatedInstance> creators() {
		return this.creators;
	}

	@Override
	public KeptAnswers keptAnswers() {
		return this.keptAnswers;
	}

	@Override
	public ActionListeners listeners() {
		return this.listeners;
	}

	@Override
	public void scheduled(DueSchedule schedule) {
		this.schedules.stored(schedule);
	}

	@Override
	public void scheduleFailed(Throwable cause) {
		this.schedules.noteFailure(cause);
	}

	/** Returns what runs the schedules of all instances. */
	ScheduleRunner schedules() {
		return this.schedules;
	}

	/**
	 * Runs a schedule in a turn of its instance, which is woken for it. Each node finds
	 * the schedules of all instances of a shared store.
	 */
	private Mono<Instant> run(DueSchedule due) {
		ActorTarget.ById target = new ActorTarget.ById(due.actorId());
		return CallContext.detached(
				locate(target).switchIfEmpty(Mono.error(() -> new OtherNodeException("A schedule of " + due.actorId())))
					.flatMap((address) -> TurnRequest.ask(at(address, "schedule"), false,
							(instance) -> instance.start(target, null)
								.then(Mono.defer(() -> instance.actions().runScheduled(due.id()))))));
	}

	/** Returns the address of an instance if it belongs on this node. */
	private Mono<ActorAddress> locate(ActorTarget.ById target) {
		Ownership ownership = this.runtime.ownership();
		ActorAddress known = this.onOtherNodes.find(target.actorId());
		Mono<ActorAddress> address = (known != null) ? Mono.just(known)
				: new InstanceLookup(this, this.runtime).locate(target);
		return address.filter((found) -> {
			boolean owned = ownership.owns(found);
			if (!owned) {
				this.onOtherNodes.add(target.actorId(), found);
			}
			return owned;
		});
	}

	@Override
	public ConnectionIndex members() {
		return this.members;
	}

	@Override
	public EventTaps taps() {
		return this.taps;
	}

}
