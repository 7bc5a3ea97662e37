/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.CurrentContext;
import io.rivetevents.actor.call.ActionHandler;
import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.answer.IdempotentAnswers;
import io.rivetevents.actor.call.InterceptorChain;
import io.rivetevents.actor.event.InstanceEvents;
import io.rivetevents.actor.hibernation.ConnectionFormat;
import io.rivetevents.actor.hibernation.ForwardedEvents;
import io.rivetevents.actor.hibernation.Hibernation;
import io.rivetevents.actor.hibernation.SleepingConnections;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.NotBegun;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.persistence.CreatorShare;
import io.rivetevents.actor.persistence.Draft;
import io.rivetevents.actor.persistence.Variables;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.schedule.InstanceSchedules;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.actor.stream.TurnCommits;
import io.rivetevents.actor.turn.Expirations;
import io.rivetevents.actor.turn.LoggedTurn;
import io.rivetevents.actor.turn.Mailbox;
import io.rivetevents.actor.turn.RanTurn;
import io.rivetevents.actor.turn.Turn;
import io.rivetevents.actor.turn.TurnLog;
import io.rivetevents.actor.subscription.RenewalHandler;
import io.rivetevents.actor.subscription.SubscriptionHandler;
import io.rivetevents.connection.Connection;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ClientRequests;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.delivery.EventTargets;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Invocation;
import io.rivetevents.failure.Guarded;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.limit.call.InstanceUsage;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.MovedClients;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.DueQueue;

/**
 * One instance of an actor in memory, and its turns. Methods are called within turns of
 * its mailbox unless their documentation states otherwise. Each of its parts refers to it
 * by an interface.
 */
public final class ActorInstance implements InstanceLife.Owner, Mailbox.Owner<ActorInstance>, DueQueue.Visitor {

	private final ActorAddress address;

	private final ActorType type;

	private final InstanceHost host;

	private final ActorRuntime runtime;

	private final Observers observers;

	private final Scheduler workers;

	private final DueQueue.Entry due;

	private final Mailbox<ActorInstance> mailbox;

	private final Expirations expirations;

	private final InstanceUsage usage;

	private final ActorState state;

	private final ActorConnections connections;

	private final InstanceEvents events;

	private final ForwardedEvents next;

	private final EventTargets<@Nullable Object> targets;

	private final MethodInvoker calls;

	private final ActionHandler actions;

	private final ConnectHandler clients;

	private final SubscriptionHandler subscriptions;

	private final RenewalHandler renewals;

	private final ClientMessages messages;

	private final Arrivals arrivals = new Arrivals();

	private final MovedClients moved = new MovedClients();

	private final InstanceLife life;

	private final InstanceStart start;

	private final Hibernation hibernation;

	private final TurnCommits commits;

	private final Variables vars = new Variables();

	private final TurnLog turns = new TurnLog();

	/**
	 * The turn that has found the instance out of date, {@code null} if there is none.
	 * Used in turns.
	 */
	private @Nullable Turn<ActorInstance> displaced;

	/** See {@link #refusal}. Used in turns. */
	private @Nullable RivetException refusal;

	/** Whether the next instance of the address gets its connections. */
	private volatile boolean hibernates;

	/** Whether the next instance of the address has its connections. */
	private volatile boolean hibernated;

	/**
	 * Creates an instance that has not been started.
	 * @param host the node of the instance
	 * @param workers worker threads for its work outside of turns
	 * @param heap bytes reserved for it from the memory for loaded instances
	 * @param received open connections of the instance that has slept, {@code null} if
	 * there are none
	 */
	public ActorInstance(ActorAddress address, ActorType type, InstanceHost host, ActorRuntime runtime,
			Scheduler workers, long heap, @Nullable SleepingConnections received) {
		this.address = address;
		this.type = type;
		this.host = host;
		this.runtime = runtime;
		this.observers = runtime.observers();
		this.workers = workers;
		this.due = host.dueQueue().register(this);
		this.mailbox = new Mailbox<>(type.settings().mailboxCapacity(), runtime.workers(),
				runtime.connections().bursts(), this);
		this.expirations = new Expirations(this.mailbox, this.due);
		this.usage = new InstanceUsage(limits());
		CreatorShare share = new CreatorShare(address, host.creators(), runtime.store(), limits());
		this.state = new ActorState(runtime.store(), runtime.mapper(), type.stateFormat(),
				type.settings().state().maxSize(), share::countGrowth, schedules(), this.due, runtime.clock());
		this.connections = connections(address);
		this.events = new InstanceEvents(type, this.connections, runtime.observers().tracing());
		this.next = forwarded(address, type, host);
		this.targets = new EventTargets<>(this.events, runtime.connections().targets());
		this.calls = new MethodInvoker(this, runtime.timers(), this.due);
		InterceptorChain interceptors = new InterceptorChain(this, runtime.interceptors(), runtime.callers(),
				runtime.timers());
		this.actions = new ActionHandler(this, this.calls, host.listeners(), interceptors,
				new IdempotentAnswers(host.keptAnswers()), runtime.connections(), this.due);
		this.subscriptions = new SubscriptionHandler(this, this.connections, this.calls, interceptors,
				runtime.timers());
		this.clients = new ConnectHandler(this, this.calls, this.actions, this.subscriptions, interceptors, runtime);
		this.renewals = new RenewalHandler(this, this.connections, this.calls, this.subscriptions, this.moved);
		this.messages = new ClientMessages(this, this.actions, this.subscriptions, this.moved, runtime);
		this.hibernation = new Hibernation(this, this.clients, type.settings().hibernation(),
				new ConnectionFormat(runtime.mapper(), runtime.principals(), type.connectionStateType()),
				new Hibernation.Services(runtime.store(), limits().hits(), runtime::newEpoch), received);
		this.life = new InstanceLife(this, this.calls, this.clients, this.hibernation, share, runtime, this.due, heap);
		this.commits = new TurnCommits(this.connections.stream(), this.state, this.life.stored(), runtime.store(),
				type.committedEvents(), runtime.clock(), () -> offerTurn(Mono::empty));
		this.start = new InstanceStart(this, this.life, this.calls, this.clients, this.hibernation, share, runtime);
		if (received != null) {
			this.clients.adopt(received);
		}
	}

	private ActorConnections connections(ActorAddress address) {
		return new ActorConnections(address, this.host.members(), this.type.settings().history(), limits().history(),
				this::now, this.due, this.runtime.connections().deliveries(), this.host.taps(),
				this.runtime.newEpoch());
	}

	private static ForwardedEvents forwarded(ActorAddress address, ActorType type, InstanceHost host) {
		return new ForwardedEvents((event) -> host.dispatch(address, event),
				(event) -> InstanceEvents.argumentsOf(type, event));
	}

	private InstanceSchedules schedules() {
		return new InstanceSchedules(this.address, this.runtime.store(), this.runtime.clock(),
				this.runtime.schedules().maxPerInstance(), this.runtime::newId, () -> this.commits.hold(),
				this.host::scheduled);
	}

	// Parts

	@Override
	public ActorAddress address() {
		return this.address;
	}

	public InstanceUsage usage() {
		return this.usage;
	}

	@Override
	public ActorType type() {
		return this.type;
	}

	@Override
	public String actorId() {
		return this.state.stored().actorId();
	}

	@Override
	public boolean hasId(String actorId) {
		return this.state.hasId(actorId);
	}

	@Override
	public Scheduler workers() {
		return this.workers;
	}

	@Override
	public Scheduler workersFor(Identity client) {
		return this.runtime.workersFor(client, this.type.name());
	}

	private Limits limits() {
		return this.runtime.connections().limits();
	}

	@Override
	public ActorState state() {
		return this.state;
	}

	@Override
	public boolean hasAction(String name) {
		return this.type.action(name) != null;
	}

	@Override
	public Variables vars() {
		return this.vars;
	}

	@Override
	public @Nullable JsonNode input() {
		return this.state.stored().decodeInput();
	}

	@Override
	public ValueMapper mapper() {
		return this.runtime.mapper();
	}

	@Override
	public Dispatcher events() {
		return this.events;
	}

	@Override
	public Dispatcher next() {
		return this.next;
	}

	@Override
	public EventTargets<@Nullable Object> targets(@Nullable ClientUsage payer) {
		return (payer == null) ? this.targets
				: new EventTargets<>(this.events.paidBy(payer), this.runtime.connections().targets());
	}

	@Override
	public TurnCommits commits() {
		return this.commits;
	}

	@Override
	public ActorConnections connections() {
		return this.connections;
	}

	@Override
	public Collection<Connection<@Nullable Object>> conns() {
		return this.connections.all();
	}

	@Override
	public @Nullable Connection<@Nullable Object> conn(String id) {
		return this.connections.find(id);
	}

	/** Returns the handler of its actions. */
	public ActionHandler actions() {
		return this.actions;
	}

	/** Returns the handler of its connecting clients. */
	public ConnectHandler clients() {
		return this.clients;
	}

	/** Returns the handler of its clients' messages. */
	public ClientMessages messages() {
		return this.messages;
	}

	@Override
	public <T extends @Nullable Object> CompletableFuture<T> turn(Invocation asked, Supplier<? extends T> work) {
		return this.calls.turn(asked, work);
	}

	@Override
	public Actors actors() {
		return this.host.actors(this.address.namespace());
	}

	@Override
	public Clock clock() {
		return this.runtime.clock();
	}

	@Override
	public long now() {
		return this.runtime.now();
	}

	@Override
	public ToClient.Error error(RivetException ex, @Nullable Object metadata, @Nullable Long actionId) {
		JsonNode tree = (metadata != null) ? mapper().toTree(metadata) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), tree, actionId,
				this.state.isStored() ? this.life.info(false).specifier() : null);
	}

	// Thread-safe

	/** Returns how many turns wait or run. */
	public int depth() {
		return this.mailbox.depth();
	}

	/** Returns for how many nanoseconds no turn of a client has begun. */
	public long unusedNanos() {
		return now() - this.life.idle().lastUsed();
	}

	/** Adds a turn to the mailbox. */
	public Mailbox.Offer offer(Turn<ActorInstance> turn) {
		PendingCall call = turn.call();
		if (call != null && !call.begin(this.usage)) {
			return Mailbox.Offer.FULL;
		}
		boolean wakes = turn.interleave() && mustWake();
		Turn<ActorInstance> held = wakes ? turn.notHeldByRest() : turn;
		Mailbox.Offer outcome = this.mailbox.offer(this.turns.observed(held, this.observers, this.address));
		if (outcome == Mailbox.Offer.ACCEPTED && this.observers.observeQueues()) {
			this.observers.turnQueued(this.address, depth());
		}
		if (call != null && outcome == Mailbox.Offer.ACCEPTED) {
			this.expirations.add(call);
		}
		else if (call != null) {
			call.end();
		}
		if (outcome == Mailbox.Offer.FULL) {
			limits().hits().add(Limit.MAILBOX);
		}
		return outcome;
	}

	/** Keeps its turns for some time from now, and returns the last ones. */
	public List<RanTurn> keepTurns(Duration duration) {
		this.turns.keep(duration, clock(), this::now);
		return this.turns.newestFirst();
	}

	@Override
	public LoggedTurn loggedTurn() {
		return this.turns.current();
	}

	@Override
	public void scheduleFailed(Throwable cause) {
		this.host.scheduleFailed(cause);
	}

	@Override
	public void offerWork(Runnable work, Consumer<RivetException> refusal) {
		Turn<ActorInstance> turn = Turn.ofClient((current) -> {
			if (current == this && isRunning()) {
				work.run();
			}
			else {
				// the next instance of the address
				refusal.accept(new RivetException(ErrorCode.STOPPED));
			}
			return null;
		}, false);
		switch (offer(turn)) {
			case ACCEPTED -> {
			}
			case FULL -> refusal.accept(overloaded(null, "turn"));
			case CLOSED -> refusal.accept(new RivetException(ErrorCode.STOPPED));
		}
	}

	@Override
	public void offerTurn(Supplier<Mono<Void>> work) {
		offer(Turn.ofRuntime((instance) -> work.get()));
	}

	/** Returns the error for a caller whose turn was rejected by a limit. */
	public RivetException overloaded(@Nullable PendingCall call, String operation) {
		Limit met = (call != null) ? call.met() : null;
		Map<String, Object> metadata = (met != null) ? Map.of("channel", met.property(), "operation", operation) : Map
			.of("channel", "mailbox", "capacity", this.type.settings().mailboxCapacity(), "operation", operation);
		return new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(), metadata);
	}

	/**
	 * Handles a message of a connected client, and wakes the instance for it. Messages of
	 * one connection are handled in the order of the calls.
	 * @return whether the connection is one of this instance
	 */
	public boolean receive(String connectionId, ToServer message) {
		ActorConnection connection = this.connections.find(connectionId);
		if (connection == null) {
			return this.moved.keep(connectionId, message);
		}
		this.connections.reportHandled(connection, message);
		message.accept(this.arrivals, connection);
		if (mustWake()) {
			offerTurn(Mono::empty); // the message may have no turn that wakes it
		}
		return true;
	}

	/**
	 * Turns client messages into turns of the instance, except those that cannot wait for
	 * one.
	 */
	private final class Arrivals implements ToServer.Visitor<ActorConnection> {

		@Override
		public void actionRequest(ToServer.ActionRequest request, ActorConnection connection) {
			ClientMessages messages = ActorInstance.this.messages;
			if (request.name().equals(ClientRequests.REPLY)) {
				messages.answerRequest(connection, request);
				return;
			}
			PendingCall call = messages.arrived(connection, request);
			String id = connection.id();
			Turn<ActorInstance> turn = Turn.ofCall(call, (current) -> current.messages.answer(id, request, call),
					ActorInstance.this.type.isInterleaved(request.name(), true),
					ActorInstance.this.actions.mayBlock(request));
			submit(turn.ofMessage(id), request,
					(refusal) -> ActorInstance.this.actions.refuse(connection, request, refusal));
		}

		@Override
		public void subscriptionRequest(ToServer.SubscriptionRequest request, ActorConnection connection) {
			SubscriptionHandler subscriptions = ActorInstance.this.subscriptions;
			PendingCall call = subscriptions.arrived(connection, request);
			String id = connection.id();
			Turn<ActorInstance> turn = Turn.ofCall(call, (current) -> current.messages.subscribe(id, request), false,
					true);
			submit(turn.ofMessage(id), request, (refusal) -> subscriptions.refuseAside(connection, request, refusal));
		}

		@Override
		public void cancel(ToServer.Cancel cancel, ActorConnection connection) {
			ActorInstance.this.messages.cancel(connection, cancel);
		}

		@Override
		public void authenticate(ToServer.Authenticate message, ActorConnection connection) {
			RenewalHandler renewals = ActorInstance.this.renewals;
			String id = connection.id();
			Turn<ActorInstance> turn = Turn.ofCall(renewals.arrived(connection, message),
					(current) -> current.renewals.renew(id, message, current.refusal), false, true);
			submit(turn.ofMessage(id), message, (refusal) -> renewals.refuse(connection, refusal));
		}

		@Override
		public void hello(ToServer.Hello hello, ActorConnection connection) {
			throw new IllegalStateException("A second Hello must be rejected by the link");
		}

	}

	/** Adds the turn of a connected client, here or to the next instance. */
	private void submit(Turn<ActorInstance> turn, ToServer message, Consumer<RivetException> refuse) {
		Mailbox.Offer outcome = offer(turn);
		if (outcome == Mailbox.Offer.FULL) {
			refuse.accept(overloaded(turn.call(), "message"));
		}
		else if (outcome == Mailbox.Offer.CLOSED && hasNext()) {
			try {
				this.host.submitToNext(this, turn);
			}
			catch (RivetException ex) {
				refuse.accept(ex);
			}
		}
		else if (outcome == Mailbox.Offer.CLOSED && turn.connectionId() != null) {
			this.moved.keep(turn.connectionId(), message);
		}
	}

	/** Returns whether the next instance of the address has its connections. */
	public boolean hasHibernated() {
		return this.hibernated;
	}

	/** Sends a keep-alive message to a client in the extended mode. Does not block. */
	public void keepAlive(String connectionId) {
		ActorConnection connection = this.connections.find(connectionId);
		if (connection != null && connection.wasConnected()) {
			this.connections.keepAlive(connection);
		}
	}

	/**
	 * Handles the end of a connection's transport.
	 * @return {@code false} if the next instance of the address has the connection
	 */
	public boolean disconnected(String connectionId) {
		ActorConnection connection = this.connections.find(connectionId);
		if (connection != null && connection.isDetached() && !connection.hasEnded()) {
			if (mustWake()) {
				offerTurn(Mono::empty); // that it was created for
			}
			return true; // its node has only left the connection that it continues
		}
		if (connection != null) {
			// the turn that waits for its answer ends and does not delay the next one
			connection.end();
		}
		Mailbox.Offer outcome = offer(Turn.ofRuntime((current) -> current.disconnect(connectionId)));
		return outcome != Mailbox.Offer.CLOSED || !hasNext();
	}

	/** Returns whether the next instance has its connections, if it is closed. */
	private boolean hasNext() {
		return this.hibernates || mustWake();
	}

	/**
	 * Disconnects a client. If the instance could not be woken for it, the next one that
	 * starts does so.
	 */
	private @Nullable Mono<Void> disconnect(String connectionId) {
		if (this.hibernated) {
			this.host.disconnected(this.address, connectionId);
			return null;
		}
		return (this.refusal != null) ? null : this.clients.disconnect(connectionId);
	}

	@Override
	public void await(List<ActorConnection> detached) {
		this.host.await(this.address, detached);
	}

	/**
	 * Handles the end of connections that no node has attached. Thread-safe.
	 * @return {@code false} if the next instance of the address has them
	 */
	public boolean expire(List<ActorConnection> detached) {
		Mailbox.Offer outcome = offer(Turn.ofRuntime((current) -> current.disconnect(detached)));
		return outcome != Mailbox.Offer.CLOSED || !hasNext();
	}

	/** Those that were attached in the meantime are not its connections any more. */
	private @Nullable Mono<Void> disconnect(List<ActorConnection> detached) {
		if (this.hibernated) {
			this.host.expire(this.address, detached);
			return null;
		}
		return (this.refusal != null) ? null
				: Flux.fromIterable(detached).concatMap((connection) -> this.clients.disconnect(connection)).then();
	}

	@Override
	public void visit(long now) {
		this.calls.check(now);
		this.expirations.check(now);
		this.connections.stream().expire(now);
		this.actions.expire(now);
		this.life.check(now);
	}

	@Override
	public void lookAhead() {
		this.life.lookAhead();
	}

	// Life cycle

	/** Returns its id and address, {@code null} if it is not running. Thread-safe. */
	public @Nullable ActorInfo info() {
		return this.life.isRunning() ? this.life.info(false) : null;
	}

	/** Returns whether it has started and is still in memory. Thread-safe. */
	public boolean isRunning() {
		return this.life.isRunning();
	}

	/** Returns whether it runs, and no other node may have a newer copy. Thread-safe. */
	public boolean isNewest() {
		return isRunning() && !this.life.isDoubtful();
	}

	/** Returns the bytes reserved for it from the memory for loaded instances. */
	public long heap() {
		return this.life.heap();
	}

	/** Starts the instance if the target requires it; see {@link InstanceStart#start}. */
	public Mono<ActorInfo> start(ActorTarget target, @Nullable ConnectRequest caller) {
		return this.start.start(target, caller);
	}

	/**
	 * Starts the instance for a connecting client if necessary; see
	 * {@link InstanceStart#arrive}.
	 */
	public Mono<InstanceStart.Arrival> arrive(ActorTarget target, ConnectRequest request, @Nullable Draft allowed) {
		return this.start.arrive(target, request, allowed);
	}

	/**
	 * Deletes the stored instance, which could not be started; see
	 * {@link InstanceStart#deleteUnreadable}.
	 */
	public Mono<Void> deleteUnreadable(ActorTarget target) {
		return this.start.deleteUnreadable(target);
	}

	/** Returns whether its input equals that of a draft. */
	public boolean hasInputOf(Draft draft) {
		return this.start.hasInputOf(draft);
	}

	@Override
	public void touch() {
		this.life.touch();
		this.life.lookAhead(); // the turn may have ended
	}

	@Override
	public <T> Mono<T> keepAwake(Mono<T> work) {
		return this.life.idle().keepAwake(work);
	}

	@Override
	public void claim() {
		this.life.claim();
	}

	@Override
	public void discardIfUnclaimed() {
		this.life.discardIfUnclaimed();
	}

	@Override
	public void saveNow() {
		Assert.state(!this.commits.isInRun(),
				"saveState() was called in a run of a schedule, whose commit saves the state");
		this.life.stored().saveNow();
	}

	@Override
	public void requestDestroy() {
		this.life.requestEnd(InstanceLife.End.DESTROY);
	}

	@Override
	public void requestSleep() {
		this.life.requestEnd(InstanceLife.End.SLEEP);
	}

	/**
	 * Requests its end without a save, because what is stored has been replaced; its
	 * connections close with {@code actor.restarting}. Thread-safe.
	 */
	public void requestRestart() {
		this.life.requestEnd(InstanceLife.End.FENCED);
	}

	/**
	 * Requests its end because another node takes it; it stays in memory if it cannot be
	 * saved. Its clients are connected to the other node. Thread-safe.
	 */
	public void requestRelease() {
		this.life.requestEnd(InstanceLife.End.RELEASE);
	}

	/** Requests its end because the application stops. Thread-safe. */
	public void requestShutdown() {
		this.life.requestEnd(InstanceLife.End.SHUTDOWN);
	}

	@Override
	public void started() {
		this.host.started(this);
	}

	@Override
	public void leaves() {
		this.due.remove();
		this.actions.end();
		this.commits.close();
		List<Turn<ActorInstance>> waiting = this.mailbox.close();
		this.host.forget(this);
		if (this.displaced != null) {
			passOn(this.displaced);
		}
		waiting.forEach(this::passOn);
		this.moved.end(true);
	}

	/** A message of a client that has moved is returned, in its turn. */
	private void passOn(Turn<ActorInstance> turn) {
		if (turn.connectionId() != null && this.moved.has(turn.connectionId())) {
			turn.doNow(this);
		}
		else {
			this.host.submitAgain(this, turn);
		}
	}

	@Override
	public boolean movesClients() {
		return this.host.movesClients();
	}

	@Override
	public void moved(ActorConnection connection, Position position) {
		move(connection, actorId(), position);
	}

	private void move(ActorConnection connection, String actorId, Position position) {
		this.moved.add(connection.id(), this.host.move(connection, this.address, actorId, position));
	}

	@Override
	public void staysWithoutMoved() {
		if (this.moved.isNeeded()) {
			// after the messages in the mailbox, which are returned in their turn
			offerTurn(() -> Mono.fromRunnable(() -> this.moved.end(false)));
		}
	}

	/**
	 * Returns what it has passed on after {@link #requestRelease}, {@code null} if it has
	 * not left memory, or has ended in another way. Thread-safe.
	 */
	public @Nullable HandOver handOver() {
		return this.life.handOver();
	}

	@Override
	public void hibernates() {
		this.hibernates = true;
		this.due.remove();
		this.actions.end();
		SleepingConnections connections = this.hibernation.handOver();
		this.commits.close();
		List<Turn<ActorInstance>> others = new ArrayList<>();
		this.host.hibernate(this, connections, () -> {
			List<Turn<ActorInstance>> waiting = this.mailbox.close();
			waiting.stream().filter((turn) -> !turn.client()).forEach(others::add);
			return waiting.stream().filter(Turn::client).toList();
		});
		this.hibernated = true;
		this.connections.clear();
		others.forEach((turn) -> this.host.submitAgain(this, turn));
	}

	/**
	 * Takes over the turns that have waited for the instance that has slept. Called
	 * before it is visible to other threads.
	 */
	public void takeOver(List<Turn<ActorInstance>> waiting) {
		List<Turn<ActorInstance>> turns = new ArrayList<>();
		turns.add(Turn.ofRuntime((instance) -> null)); // wakes it; the next may
														// interleave
		for (Turn<ActorInstance> turn : waiting) {
			turns.add(turn);
			PendingCall call = turn.call();
			if (call != null) {
				call.leave();
				call.begin(this.usage);
				this.expirations.add(call);
			}
		}
		this.mailbox.takeOver(turns);
	}

	/** Runs the turns that it has taken over. */
	public void resumeTurns() {
		this.mailbox.resumeTurns();
	}

	/**
	 * Returns the connections that it has received and does not use, because it was not
	 * started; {@code null} if there are none. Thread-safe.
	 */
	public @Nullable SleepingConnections unusedConnections() {
		return (this.life.isRunning() || this.life.hasLeft()) ? null : this.hibernation.unused();
	}

	/** Returns the scope of its connections while it sleeps. */
	public ConnectionScope sleepingScope() {
		return this.clients.scope().withDispatcher(this.next);
	}

	@Override
	public void left() {
		this.host.left(this);
	}

	// Turns

	@Override
	public boolean isIdle() {
		return this.mailbox.isIdle();
	}

	@Override
	public @Nullable Mono<Void> begin(Turn<ActorInstance> turn) {
		if (turn.client()) {
			this.life.touch();
		}
		this.commits.beginTurn();
		if (mustWake()) {
			return turn.interleave() ? refused(turn, new RivetException(ErrorCode.RESTARTING))
					: Mono.defer(() -> beginAsleep(turn));
		}
		return this.life.isDoubtful() ? Mono.defer(() -> beginDoubtful(turn)) : work(turn);
	}

	/** Returns whether it has connections but is not awake. Thread-safe. */
	private boolean mustWake() {
		return this.hibernation.hasReceived() && !this.life.isRunning() && !this.life.hasLeft();
	}

	private Mono<Void> beginAsleep(Turn<ActorInstance> turn) {
		return this.start.wakeForConnections().map(Optional::of).defaultIfEmpty(Optional.empty()).flatMap((failure) -> {
			if (failure.isPresent() && !this.runtime.ownership().owns(this.address)) {
				return moveClients().then(Mono.defer(() -> orEmpty(work(turn))));
			}
			return orEmpty(failure.isPresent() ? refused(turn, failure.get()) : work(turn));
		});
	}

	private static Mono<Void> orEmpty(@Nullable Mono<Void> rest) {
		return (rest != null) ? rest : Mono.empty();
	}

	/** Another node wakes it: messages of its clients are returned for that node. */
	private Mono<Void> moveClients() {
		HandOver passedOn = this.hibernation.passedOn();
		if (passedOn == null) {
			return Mono.empty();
		}
		this.host.passOn(this.address, passedOn);
		return Flux.fromIterable(this.connections.snapshot())
			.concatMap((connection) -> this.clients.move(connection, true,
					(position) -> move(connection, passedOn.actorId(), position)))
			.then();
	}

	/** Runs a turn although the instance is not awake. */
	private @Nullable Mono<Void> refused(Turn<ActorInstance> turn, RivetException refusal) {
		this.refusal = refusal;
		try {
			return work(turn);
		}
		finally {
			this.refusal = null;
		}
	}

	@Override
	public @Nullable RivetException refusal() {
		return this.refusal;
	}

	private @Nullable Mono<Void> work(Turn<ActorInstance> turn) {
		try {
			return turn.work().apply(this);
		}
		catch (Throwable ex) {
			return Mono.error(ex); // the mailbox logs it and continues
		}
	}

	/** Runs a turn, or passes it to the next instance if this one is out of date. */
	private Mono<Void> beginDoubtful(Turn<ActorInstance> turn) {
		if (this.life.isCurrent()) {
			return orEmpty(work(turn));
		}
		this.displaced = turn;
		this.life.drop();
		return Mono.empty();
	}

	@Override
	public CallerScope.Restoration enterThread() {
		CallerScope.Restoration caller = this.runtime.callers().enter(null);
		ActorContext<?, ?> before = CurrentContext.enter(null);
		if (before == null) {
			return caller;
		}
		return () -> {
			caller.close();
			CurrentContext.leave(before);
		};
	}

	@Override
	public String actor() {
		return this.type.name();
	}

	@Override
	public void resetThread() {
		this.runtime.callers().reset();
	}

	@Override
	public void onceReturned(Runnable next) {
		this.calls.onceReturned(next);
	}

	@Override
	public @Nullable Mono<Void> afterTurn() {
		if (this.life.isRunning()) {
			this.commits.endTurn();
			return this.life.afterTurn();
		}
		this.commits.abandon();
		if (this.mailbox.closeIfAlone()) {
			this.due.remove();
			this.commits.close(); // its history gives back its memory
			this.host.forget(this);
			this.host.left(this);
			this.moved.end(true);
		}
		return null;
	}

	@Override
	public <T> Mono<T> inTurn(Supplier<Mono<T>> work) {
		return Mono.create((sink) -> this.host.submit(this,
				Turn.<ActorInstance>ofRuntime((instance) -> (isRunning() ? Guarded.defer(work)
						: Mono.<T>error(new RivetException(ErrorCode.RESTARTING)))
					.doOnSuccess(sink::success)
					.onErrorResume((ex) -> Mono.fromRunnable(() -> sink.error(ex)))
					.then()).within(CallContext.carried(sink.contextView()))));
	}

	@Override
	public <T> Mono<T> startInNewTurn(Mono<T> work) {
		Mono<T> begun = Guarded.defer(() -> isRunning() ? work : Mono.error(new NotBegun()));
		return Mono.create((sink) -> {
			CallContext context = CallContext.carried(sink.contextView());
			this.host.submit(this, Turn.ofRuntime((instance) -> Mono.fromRunnable(
					() -> sink.onDispose(context.around(begun).subscribe(sink::success, sink::error, sink::success)))));
		});
	}

	@Override
	public <T> Mono<T> inNewTurn(Mono<T> result) {
		this.life.idle().await();
		return result
			.flatMap((value) -> Mono.<T>create((sink) -> this.host.submit(this,
					Turn.<ActorInstance>ofRuntime((instance) -> Mono.fromRunnable(() -> succeed(sink, value)))
						.within(CallContext.carried(sink.contextView())))))
			.doFinally((signal) -> this.life.idle().awaitNoMore());
	}

	/** What a call has changed after the last save is lost. */
	private <T> void succeed(MonoSink<T> sink, T value) {
		if (this.life.hasLeft()) {
			sink.error(new RivetException(ErrorCode.OUTCOME_UNKNOWN));
		}
		else {
			sink.success(value);
		}
	}

	@Override
	public String toString() {
		return this.address.toString();
	}

}
