/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActionHandler;
import io.rivetevents.actor.call.MethodInvoker;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.actor.call.InterceptorChain;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.runtime.KeptRequests;
import io.rivetevents.actor.hibernation.Hibernation;
import io.rivetevents.actor.hibernation.SleepingConnections;
import io.rivetevents.actor.persistence.Draft;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.actor.subscription.SubscriptionHandler;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.conversion.Args;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.Guarded;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.CallerScope;

/**
 * Connects, resumes and disconnects the clients of one instance. Methods are called in
 * turns of the instance unless their documentation states otherwise.
 */
public final class ConnectHandler implements Hibernation.Clients {

	private final ClientInstance instance;

	private final ActorType type;

	private final MethodInvoker calls;

	private final ActionHandler actions;

	private final SubscriptionHandler subscriptions;

	private final ActorConnections connections;

	private final InterceptorChain interceptors;

	private final Observers observers;

	private final ValueMapper mapper;

	private final CallerScope callers;

	private final ContractFingerprints contracts;

	private final ConnectionScope owner;

	/**
	 * Creates the handler.
	 * @param instance instance that clients connect to
	 * @param calls calls the methods of the actor
	 * @param actions its actions, one of which may provide the snapshot of a client
	 * @param subscriptions handler of subscriptions
	 * @param interceptors interceptors of connects
	 * @param runtime services that instances share
	 */
	ConnectHandler(ClientInstance instance, MethodInvoker calls, ActionHandler actions,
			SubscriptionHandler subscriptions, InterceptorChain interceptors, ActorRuntime runtime) {
		this.instance = instance;
		this.type = instance.type();
		this.calls = calls;
		this.actions = actions;
		this.subscriptions = subscriptions;
		this.interceptors = interceptors;
		this.connections = instance.connections();
		this.observers = runtime.observers();
		this.mapper = runtime.mapper();
		this.callers = runtime.callers();
		this.contracts = runtime.contracts();
		this.owner = new ConnectionScope(instance.address().name(), instance.address().key(),
				this.type.hooks().contains(Hook.CREATE_CONN_STATE), instance.events(), runtime.connections());
	}

	/**
	 * An accepted client that has not been notified yet.
	 *
	 * @param connection its connection
	 * @param welcome the first message that it receives
	 */
	public record Accepted(ActorConnection connection, ToClient welcome) {

		/** Notifies the client. */
		public void tell() {
			if (this.connection.request().stream() != null) {
				this.connection.outbound().release(OutgoingMessage.of(this.welcome));
			}
			else {
				this.connection.deliver(OutgoingMessage.of(this.welcome));
			}
		}

	}

	/**
	 * Returns whether a hook that may take long runs before a client is accepted.
	 * {@link #connect} then does not hold the turn during the hook. With interceptors it
	 * holds the turn.
	 */
	public boolean connectsAside(ConnectRequest request) {
		return this.type.hooks().contains(Hook.BEFORE_CONNECT) && !this.interceptors.wants(inbound(request));
	}

	/**
	 * Returns whether this hook does not need an instance, so that an instance is created
	 * only for a client that the hook accepts.
	 */
	boolean connectsBeforeCreation(ConnectRequest request) {
		return connectsAside(request) && !this.type.usesContext(Hook.BEFORE_CONNECT);
	}

	/**
	 * Calls the hook that decides whether a client may connect to an instance that does
	 * not exist yet. Thread-safe.
	 * @param draft the instance to be created
	 */
	public Mono<Void> askBeforeCreation(ConnectRequest request, Draft draft) {
		return this.calls.beforeCreation(Hook.BEFORE_CONNECT, Caller.of(request), draft, request.identity());
	}

	private Inbound inbound(ConnectRequest request) {
		List<JsonNode> params = (request.params() != null) ? List.of(request.params()) : List.of();
		return new Inbound(Inbound.Kind.CONNECT, this.instance.address(), "", new Args(this.mapper, params), null,
				request.identity().principal());
	}

	/**
	 * A client that is connecting.
	 *
	 * @param request its request
	 * @param outbound queue for messages to the client
	 * @param usage its share of the node's limits, {@code null} if it is not limited
	 * @param gone whether it has disconnected in the meantime
	 * @param onAdmitted called when it is accepted, within the same turn
	 */
	public record Guest(ConnectRequest request, Outbound outbound, @Nullable ClientUsage usage, BooleanSupplier gone,
			Consumer<Accepted> onAdmitted) {
	}

	/**
	 * Accepts a client or fails.
	 * @return the accepted client, once it is registered and its hooks have run
	 */
	public Mono<Accepted> connect(Guest guest) {
		Entry entry = new Entry(guest);
		ConnectRequest request = guest.request();
		boolean attaches = findDetached(request) != null;
		return admit(entry,
				connectsAside(request) ? this.instance.keepAwake((attaches ? Mono.<Void>empty()
						: this.calls.aside(Hook.BEFORE_CONNECT, Caller.of(request), request.identity()))
					.then(Mono
						.defer(() -> this.instance.inTurn(() -> enter(entry, attaches).doOnNext(guest.onAdmitted())))))
						: (attaches ? enter(entry, true) : intercepted(entry)).doOnNext(guest.onAdmitted()));
	}

	/**
	 * Accepts a client for which {@link #askBeforeCreation} has completed.
	 * @return the accepted client, once it is registered and its other hooks have run
	 */
	public Mono<Accepted> connectAllowed(Guest guest) {
		Entry entry = new Entry(guest);
		return admit(entry, enter(entry, false).doOnNext(guest.onAdmitted()));
	}

	private Mono<Accepted> admit(Entry entry, Mono<Accepted> admitted) {
		return Guarded.defer(() -> admitted)
			.doOnNext((admission) -> this.instance.claim())
			.onErrorMap((ex) -> !(ex instanceof RivetException),
					(ex) -> this.type.translate(ex, inbound(entry.guest.request()),
							CallerScope.client(entry.guest.request().identity().principal())))
			.doOnError((ex) -> {
				leave(entry.connection);
				this.instance.discardIfUnclaimed();
			});
	}

	private Mono<Accepted> intercepted(Entry entry) {
		AtomicReference<@Nullable Accepted> admission = new AtomicReference<>();
		return this.interceptors
			.around(inbound(entry.guest.request()), this.interceptors.hookLimit(), false,
					(current) -> this.calls.hook(Hook.BEFORE_CONNECT, Caller.of(entry.guest.request()))
						.then(Mono.defer(() -> enter(entry, false)))
						.doOnNext(admission::set)
						.cast(Object.class))
			.then(Mono.fromSupplier(admission::get))
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.SKIPPED)));
	}

	/** Progress of a connecting client. */
	private static final class Entry {

		private final Guest guest;

		/** Set when it is registered. */
		private volatile @Nullable ActorConnection connection;

		/** The connection that it continues, {@code null} if it is a new one. */
		private volatile @Nullable ActorConnection before;

		Entry(Guest guest) {
			this.guest = guest;
		}

	}

	/**
	 * Closes the old connection of a client that reconnects before its loss was detected.
	 */
	private Mono<Void> replaced(ConnectRequest request) {
		StreamRequest stream = request.stream();
		ActorConnection old = (stream != null && stream.proof() == StreamRequest.StreamProof.PROVEN)
				? this.connections.findByStream(stream.stream()) : null;
		if (old == null) {
			return Mono.empty();
		}
		old.outbound().close(CloseReason.of(ErrorCode.CONNECTION_REPLACED));
		return disconnect(old);
	}

	/**
	 * Returns the connection of a client that was connected to the instance on another
	 * node, and has not ended; {@code null} if there is none.
	 */
	private @Nullable ActorConnection findDetached(ConnectRequest request) {
		ActorConnection present = this.connections.find(request.connectionId());
		return (present != null && present.isDetached() && !present.hasEnded()) ? present : null;
	}

	/**
	 * Registers a client.
	 * @param attaches whether it was connected to the instance on another node, and has
	 * not ended: it keeps its state, and no hook is called
	 */
	private Mono<Accepted> enter(Entry entry, boolean attaches) {
		if (entry.guest.gone().getAsBoolean()) {
			return Mono.error(new RivetException(ErrorCode.CONNECTION_NOT_FOUND));
		}
		ConnectRequest request = entry.guest.request();
		if (attaches) {
			ActorConnection before = findDetached(request);
			// it has ended in the meantime: its node connects it again as a new one
			return (before != null) ? enter(entry, before.isStateful() ? before.state() : null, before)
					: Mono.error(new RivetException(ErrorCode.RESTARTING));
		}
		return replaced(request).then(Mono.defer(() -> this.calls.hook(Hook.CREATE_CONN_STATE, Caller.of(request))))
			.flatMap((made) -> enter(entry, made.orElse(null), null));
	}

	private Mono<Accepted> enter(Entry entry, @Nullable Object state, @Nullable ActorConnection before) {
		ConnectRequest request = entry.guest.request();
		StreamRequest stream = request.stream();
		ConnectRequest kept = this.instance.movesClients() ? KeptRequests.movable(request, entry.guest.outbound(),
				entry.guest.usage(), this.type.takesRequestHead()) : request.established();
		ActorConnection connection = new ActorConnection(kept, entry.guest.outbound(), this.owner, state,
				entry.guest.usage());
		entry.before = before;
		if (stream != null && stream.resume() != null) {
			this.instance.commits().load();
		}
		return ((stream != null) ? enterStream(connection, stream, entry) : enterPlain(connection, entry))
			.doOnNext(this::tellOpened);
	}

	private Mono<Accepted> enterPlain(ActorConnection connection, Entry entry) {
		register(connection, entry);
		this.connections.add(connection);
		return opened(connection, entry)
			.thenReturn(new Accepted(connection, new ToClient.Init(this.instance.actorId(), connection.id())));
	}

	/** From now on it has to be removed if it is rejected. */
	private void register(ActorConnection connection, Entry entry) {
		entry.connection = connection;
		if (entry.before != null) {
			this.connections.remove(entry.before); // its row stays
		}
	}

	/** Calls the hook of a client that is connected for the first time. */
	private Mono<Void> opened(ActorConnection connection, Entry entry) {
		return (entry.before != null) ? Mono.empty()
				: this.calls.hook(Hook.CONNECT, Caller.of(connection, entry.guest.request().head())).then();
	}

	/**
	 * Accepts a client in the extended mode. Its subscriptions are effective before its
	 * hook runs, and the events that it has missed are queued.
	 */
	private Mono<Accepted> enterStream(ActorConnection connection, StreamRequest stream, Entry entry) {
		Map<String, ToClient.Error> refused = new LinkedHashMap<>();
		return this.subscriptions.inTime(Flux.fromIterable(askable(connection, stream, refused))
			.concatMap(
					(each) -> this.subscriptions.allow(connection, each).onErrorResume(RivetException.class, (ex) -> {
						refused.put(each.eventName(), this.subscriptions.error(each.eventName(), ex));
						return Mono.empty();
					}))
			.collectList()).flatMap((allowed) -> {
				register(connection, entry);
				// predicates are evaluated again for missed events
				ActorConnections.Entrance entrance = Guarded
					.call(() -> this.callers.call(null, () -> this.connections.enter(connection, allowed, stream)));
				entrance.refused()
					.forEach((event) -> refused.put(event,
							this.subscriptions.error(event, new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS))));
				return snapshot(connection, stream, entrance)
					.flatMap((snapshot) -> opened(connection, entry).thenReturn(new Accepted(connection,
							welcome(connection, stream, entrance, snapshot.orElse(null), refused))));
			});
	}

	/**
	 * Returns the last subscription to each event, and rejects subscriptions beyond the
	 * limit, since each one is checked within the turn.
	 */
	private Collection<ToServer.SubscriptionRequest> askable(ActorConnection connection, StreamRequest stream,
			Map<String, ToClient.Error> refused) {
		ClientUsage usage = connection.usage();
		int most = (usage != null) ? usage.maxSubscriptions() : Integer.MAX_VALUE;
		Map<String, ToServer.SubscriptionRequest> byEvent = new LinkedHashMap<>();
		for (ToServer.SubscriptionRequest each : stream.subscriptions()) {
			if (byEvent.size() < most || byEvent.containsKey(each.eventName())) {
				byEvent.put(each.eventName(), each);
			}
			else {
				refused.put(each.eventName(), this.subscriptions.error(each.eventName(),
						new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS)));
			}
		}
		return byEvent.values();
	}

	/** A client that has missed nothing needs no snapshot. */
	private Mono<Optional<ToClient.SnapshotResult>> snapshot(ActorConnection connection, StreamRequest stream,
			ActorConnections.Entrance entrance) {
		ToServer.Snapshot wanted = stream.snapshot();
		if (wanted == null || entrance.outcome().kind() == ToClient.ResumeOutcome.Kind.RESUMED) {
			return Mono.just(Optional.empty());
		}
		return this.actions.snapshot(connection, new ToServer.ActionRequest(0, wanted.name(), wanted.args()))
			.map((output) -> new ToClient.SnapshotResult(output, null))
			.onErrorResume(RivetException.class,
					(ex) -> Mono.just(new ToClient.SnapshotResult(null, this.instance.error(ex, ex.metadata(), null))))
			.map(Optional::of);
	}

	private ToClient.Welcome welcome(ActorConnection connection, StreamRequest stream,
			ActorConnections.Entrance entrance, ToClient.@Nullable SnapshotResult snapshot,
			Map<String, ToClient.Error> refused) {
		return new ToClient.Welcome(this.instance.actorId(), connection.id(), entrance.position(), stream.stream(),
				stream.secret(), entrance.outcome(), stream.keepAlive().toMillis(), snapshot, refused,
				isOtherContract(stream.contract()));
	}

	/**
	 * Returns whether a client was built against a different contract.
	 * @param fingerprint the client's fingerprint, {@code null} if it has sent none
	 */
	private boolean isOtherContract(@Nullable String fingerprint) {
		if (fingerprint == null) {
			return false;
		}
		String ours = this.contracts.of(this.type.name());
		return ours != null && !fingerprint.equals(ours);
	}

	/**
	 * A call over HTTP has a connection only during its action, which is not reported.
	 */
	private void tellOpened(Accepted accepted) {
		ActorConnection connection = accepted.connection();
		if (!connection.isStateless()) {
			connection.markConnected();
			this.observers.connectionOpened(connection);
			tellResumed(connection, accepted.welcome());
		}
	}

	private void tellResumed(ActorConnection connection, ToClient message) {
		if (message instanceof ToClient.Welcome welcome
				&& welcome.outcome().kind() != ToClient.ResumeOutcome.Kind.FRESH) {
			this.observers.connectionResumed(connection, welcome.outcome().reason());
		}
	}

	/** In a new turn: after a timeout the hook may still be running. */
	private void leave(@Nullable ActorConnection connection) {
		if (connection != null) {
			this.instance.offerTurn(() -> disconnect(connection));
		}
	}

	/** Disconnects a client; without effect if it is not registered. */
	Mono<Void> disconnect(String connectionId) {
		ActorConnection connection = this.connections.find(connectionId);
		return (connection != null) ? disconnect(connection) : Mono.empty();
	}

	@Override
	public Mono<Void> disconnect(ActorConnection connection) {
		if (connection != this.connections.find(connection.id())) {
			return Mono.empty();
		}
		return this.calls.tolerant(Hook.DISCONNECT, Caller.of(connection)).doFinally((signal) -> {
			remove(connection);
			this.instance.touch();
		});
	}

	/**
	 * Disconnects a client that is connected to another node.
	 * @param continues whether its connection continues there: its hook is not called,
	 * and it stays stored
	 * @param first receives the position of the last event before it is removed
	 */
	Mono<Void> move(ActorConnection connection, boolean continues, Consumer<Position> first) {
		if (connection != this.connections.find(connection.id())) {
			return Mono.empty();
		}
		Mono<?> hook = continues ? Mono.empty() : this.calls.tolerant(Hook.DISCONNECT, Caller.of(connection));
		return hook.then().doFinally((signal) -> {
			boolean removed = connection.isDetached() ? this.connections.remove(connection)
					: this.connections.remove(connection, first);
			if (removed) {
				if (!continues) {
					this.instance.state().removeConnection(connection.id());
				}
				connection.end();
				tellClosed(connection);
			}
		});
	}

	@Override
	public void remove(ActorConnection connection) {
		if (this.connections.remove(connection)) {
			this.instance.state().removeConnection(connection.id());
			connection.end();
			tellClosed(connection);
		}
	}

	// Sleep with open connections

	/** Returns what its connections share. */
	ConnectionScope scope() {
		return this.owner;
	}

	/** Adds the open connections of the instance that has slept. */
	void adopt(SleepingConnections received) {
		received.moveTo(this.owner);
		this.connections.adopt(received.connections().values(), received.position());
	}

	@Override
	public ActorConnection add(ConnectRequest request, @Nullable Object state) {
		ActorConnection connection = new ActorConnection(request, Outbound.NONE, this.owner, state);
		this.connections.addDetached(connection);
		return connection;
	}

	/** A connection that its last hook has rejected was never reported as opened. */
	private void tellClosed(ActorConnection connection) {
		if (connection.wasConnected()) {
			this.observers.connectionClosed(connection, connection.outbound().closeReason());
		}
	}

}
