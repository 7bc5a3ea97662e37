package io.rivetevents.actor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.Invocation.Caller;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.ConnectionOwner;
import io.rivetevents.connection.Outbound;
import io.rivetevents.connection.PendingCall;
import io.rivetevents.connection.StreamRequest;
import io.rivetevents.protocol.Args;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ValueMapper;

/**
 * What the clients of one instance do: connect, subscribe, call, leave. All of it happens
 * in turns of the instance.
 */
final class ActorClients {

	/** For one connection. */
	private static final int MAX_SUBSCRIPTIONS = 1000;

	/** Characters of the name of an event and the tags that are asked for. */
	private static final int MAX_SUBSCRIPTION_LENGTH = 1000;

	private final ActorInstance instance;

	private final ActorType type;

	private final ActorCalls calls;

	private final ActorActions actions;

	private final ActorConnections connections;

	private final InterceptorChain interceptors;

	private final ActorObserver observer;

	private final ValueMapper mapper;

	private final ConnectionOwner owner;

	ActorClients(ActorInstance instance, ActorCalls calls, ActionListeners listeners, ActorRuntime runtime) {
		this.instance = instance;
		this.type = instance.type();
		this.calls = calls;
		this.connections = instance.connections();
		this.interceptors = new InterceptorChain(instance, runtime);
		this.actions = new ActorActions(instance, calls, listeners, this.interceptors, runtime);
		this.observer = runtime.observer();
		this.mapper = runtime.mapper();
		this.owner = new ConnectionOwner(instance.address().name(), instance.address().key(),
				this.type.hooks().contains(Hook.CREATE_CONN_STATE), instance::dispatch, runtime.connections());
	}

	/**
	 * A client that has been let in, and does not know yet.
	 *
	 * @param connection its connection
	 * @param welcome what it is told
	 */
	record Admission(ClientConnection connection, ToClient welcome) {

		/** Tell the client. */
		void tell() {
			if (this.connection.request().stream() != null) {
				this.connection.outbound().release(OutgoingMessage.of(this.welcome));
			}
			else {
				this.connection.deliver(OutgoingMessage.of(this.welcome));
			}
		}

	}

	/**
	 * Let a client in.
	 * @return its admission, once it is in the list and its hooks have run
	 */
	Mono<Admission> connect(ConnectRequest request, Outbound outbound) {
		List<JsonNode> params = (request.params() != null) ? List.of(request.params()) : List.of();
		Inbound inbound = new Inbound(Inbound.Kind.CONNECT, this.instance.address(), "", new Args(this.mapper, params),
				null, request.identity().principal());
		AtomicReference<@Nullable ClientConnection> entered = new AtomicReference<>();
		AtomicReference<@Nullable Admission> admission = new AtomicReference<>();
		return replaced(request)
			.then(this.interceptors.around(inbound, hookLimit(), false,
					(current) -> enter(request, outbound, entered).doOnNext(admission::set).cast(Object.class)))
			.onErrorMap((ex) -> !(ex instanceof RivetException), (ex) -> this.type.translate(ex, inbound))
			.then(Mono.fromSupplier(admission::get))
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.SKIPPED)))
			.doOnError((ex) -> leave(entered.get()));
	}

	/** The client comes back before the loss of its old connection was noticed. */
	private Mono<Void> replaced(ConnectRequest request) {
		StreamRequest wish = request.stream();
		ClientConnection old = (wish != null && wish.standing() == StreamRequest.Standing.PROVEN)
				? this.connections.findByStream(wish.stream()) : null;
		if (old == null) {
			return Mono.empty();
		}
		old.outbound().close(CloseReason.of(ErrorCode.CONNECTION_REPLACED));
		return disconnect(old);
	}

	private InterceptorChain.Limit hookLimit() {
		return new InterceptorChain.Limit(this.type.settings().connectionHookTimeout(), ErrorCode.CALLBACK_TIMED_OUT);
	}

	private Mono<Admission> enter(ConnectRequest request, Outbound outbound,
			AtomicReference<@Nullable ClientConnection> entered) {
		Caller stranger = new Caller(null, request.identity().principal(), request.params());
		Mono<Optional<Object>> state = Mono.defer(() -> this.calls.hook(Hook.CREATE_CONN_STATE, stranger));
		return this.calls.hook(Hook.BEFORE_CONNECT, stranger).then(state).flatMap((made) -> {
			ClientConnection connection = new ClientConnection(request, outbound, this.owner, made.orElse(null));
			StreamRequest wish = request.stream();
			return (wish != null) ? enterStream(connection, wish, entered) : enterPlain(connection, entered);
		}).doOnNext((admission) -> tellOpened(admission.connection()));
	}

	private Mono<Admission> enterPlain(ClientConnection connection,
			AtomicReference<@Nullable ClientConnection> entered) {
		this.connections.add(connection);
		entered.set(connection);
		return this.calls.hook(Hook.CONNECT, Caller.of(connection))
			.thenReturn(new Admission(connection, new ToClient.Init(this.instance.actorId(), connection.id())));
	}

	/**
	 * In the extended mode: what the client has subscribed to is effective before its
	 * hook runs, and what it has missed is queued.
	 */
	private Mono<Admission> enterStream(ClientConnection connection, StreamRequest wish,
			AtomicReference<@Nullable ClientConnection> entered) {
		Map<String, ToClient.Error> refused = new LinkedHashMap<>();
		return Flux.fromIterable(wish.subscriptions())
			.index()
			.concatMap((each) -> allow(connection, each.getT2(), each.getT1().intValue())
				.onErrorResume(RivetException.class, (ex) -> {
					refused.put(each.getT2().eventName(), this.instance.error(ex, null));
					return Mono.empty();
				}))
			.collectList()
			.flatMap((allowed) -> {
				ActorConnections.Entrance entrance = this.connections.enter(connection, allowed, wish);
				entered.set(connection);
				return snapshot(connection, wish, entrance)
					.flatMap((snapshot) -> this.calls.hook(Hook.CONNECT, Caller.of(connection))
						.thenReturn(new Admission(connection,
								welcome(connection, wish, entrance, snapshot.orElse(null), refused))));
			});
	}

	/** Whoever has missed nothing needs none. */
	private Mono<Optional<ToClient.SnapshotResult>> snapshot(ClientConnection connection, StreamRequest wish,
			ActorConnections.Entrance entrance) {
		ToServer.Snapshot wanted = wish.snapshot();
		if (wanted == null || entrance.outcome().kind() == ToClient.ResumeOutcome.Kind.RESUMED) {
			return Mono.just(Optional.empty());
		}
		return this.actions.performWithinTurn(connection, new ToServer.ActionRequest(0, wanted.name(), wanted.args()))
			.map((output) -> new ToClient.SnapshotResult(output, null))
			.onErrorResume(RivetException.class,
					(ex) -> Mono.just(new ToClient.SnapshotResult(null, this.instance.error(ex, null))))
			.map(Optional::of);
	}

	private ToClient.Welcome welcome(ClientConnection connection, StreamRequest wish,
			ActorConnections.Entrance entrance, ToClient.@Nullable SnapshotResult snapshot,
			Map<String, ToClient.Error> refused) {
		return new ToClient.Welcome(this.instance.actorId(), connection.id(), entrance.position(), wish.stream(),
				wish.secret(), entrance.outcome(), wish.keepAlive().toMillis(), snapshot, refused,
				this.instance.isOtherContract(wish.contract()));
	}

	/** A call over HTTP comes and goes with its action. */
	private void tellOpened(ClientConnection connection) {
		if (!connection.isStateless()) {
			connection.letIn();
			this.observer.connectionOpened(connection);
		}
	}

	/** In a turn of its own: after a time-out the hook may still be running. */
	private void leave(@Nullable ClientConnection connection) {
		if (connection != null) {
			this.instance.offer(Turn.ofRuntime((instance) -> disconnect(connection)));
		}
	}

	/** Let a client go; without effect for one that is not in the list. */
	Mono<Void> disconnect(String connectionId) {
		ClientConnection connection = this.connections.find(connectionId);
		return (connection != null) ? disconnect(connection) : Mono.empty();
	}

	/** Let a client go; without effect for one that is not in the list. */
	Mono<Void> disconnect(ClientConnection connection) {
		if (connection != this.connections.find(connection.id())) {
			return Mono.empty();
		}
		return this.calls.tolerant(Hook.DISCONNECT, Caller.of(connection)).doFinally((signal) -> {
			if (this.connections.remove(connection)) {
				connection.end();
				tellClosed(connection);
			}
			this.instance.touch();
		});
	}

	/** Of one that was refused by its last hook nobody has been told. */
	private void tellClosed(ClientConnection connection) {
		if (connection.wasLetIn()) {
			this.observer.connectionClosed(connection, connection.outbound().closeReason());
		}
	}

	/**
	 * Handle a message of a connected client.
	 * @param pending by which it can cancel a call, {@code null} in the plain protocol
	 * @return what is left to do, {@code null} if nothing is
	 */
	@Nullable Mono<Void> receive(String connectionId, ToServer message, @Nullable PendingCall pending) {
		ClientConnection connection = this.connections.find(connectionId);
		if (connection == null) {
			return null;
		}
		if (message instanceof ToServer.ActionRequest request) {
			Mono<Void> rest = this.actions.answer(connection, request, pending);
			if (rest == null && pending != null) {
				connection.calls().end(request.id(), pending);
			}
			return (rest != null && pending != null)
					? rest.doFinally((signal) -> connection.calls().end(request.id(), pending)) : rest;
		}
		return subscribe(connection, (ToServer.SubscriptionRequest) message);
	}

	/**
	 * Return whether {@link #receive} may block its thread. For any thread.
	 */
	boolean mayBlock(ToServer message) {
		return !(message instanceof ToServer.ActionRequest request) || this.actions.mayBlock(request);
	}

	private Mono<Void> subscribe(ClientConnection connection, ToServer.SubscriptionRequest request) {
		boolean extended = connection.request().stream() != null;
		if (!request.subscribe()) {
			return Mono.fromRunnable(() -> {
				if (extended) {
					this.connections.subscribe(connection, request, null);
				}
				else {
					this.connections.unsubscribe(connection, request.eventName());
				}
			});
		}
		return allow(connection, request, connection.subscriptionCount()).doOnNext((allowed) -> {
			if (extended) {
				this.connections.subscribe(connection, allowed, null);
			}
			else {
				this.connections.subscribe(connection, allowed.eventName(), allowed.tags());
			}
		}).then().onErrorResume(RivetException.class, (ex) -> {
			refuseSubscription(connection, request, ex);
			return Mono.empty();
		});
	}

	/**
	 * Ask all whether a client may subscribe.
	 * @param present how many subscriptions it has
	 * @return what it may subscribe to, as interceptors leave it
	 */
	private Mono<ToServer.SubscriptionRequest> allow(ClientConnection connection, ToServer.SubscriptionRequest request,
			int present) {
		if (isTooMuch(connection, request, present)) {
			return Mono.error(new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS));
		}
		Inbound inbound = new Inbound(Inbound.Kind.SUBSCRIPTION, this.instance.address(), request.eventName(),
				new Args(this.mapper, List.of()), connection, connection.principal());
		AtomicReference<ToServer.@Nullable SubscriptionRequest> allowed = new AtomicReference<>();
		return this.interceptors
			.around(inbound, hookLimit(), false, (current) -> checkSubscription(connection, current.name())
				.doOnSuccess(
						(none) -> allowed.set(new ToServer.SubscriptionRequest(current.name(), true, request.tags())))
				.cast(Object.class))
			.onErrorMap((ex) -> !(ex instanceof RivetException), (ex) -> this.type.translate(ex, inbound))
			.then(Mono.fromSupplier(allowed::get));
	}

	private static boolean isTooMuch(ClientConnection connection, ToServer.SubscriptionRequest request, int present) {
		int length = request.eventName().length() + request.tags().stream().mapToInt(String::length).sum();
		boolean isNew = !connection.isSubscribed(request.eventName());
		return length > MAX_SUBSCRIPTION_LENGTH || (isNew && present >= MAX_SUBSCRIPTIONS);
	}

	private Mono<Void> checkSubscription(ClientConnection connection, String event) {
		return Mono.defer(() -> {
			this.type.checkSubscription(event, connection.principal());
			if (!this.type.hooks().contains(Hook.CAN_SUBSCRIBE)) {
				return Mono.empty();
			}
			return this.calls.hook(Hook.CAN_SUBSCRIBE, Caller.of(connection), event)
				.filter((allowed) -> Boolean.TRUE.equals(allowed.orElse(null)))
				.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.FORBIDDEN)))
				.then();
		});
	}

	private void refuseSubscription(ClientConnection connection, ToServer.SubscriptionRequest request,
			RivetException ex) {
		if (connection.request().stream() != null) {
			this.connections.subscribe(connection, request, this.instance.error(ex, null));
		}
		else {
			connection.deliver(OutgoingMessage.of(this.instance.error(ex, null)));
		}
		CloseReason reason = CloseReason.of(ex);
		if (this.type.settings().closeOnForbiddenSubscription() && reason.equals(CloseReason.of(ErrorCode.FORBIDDEN))) {
			connection.outbound().close(reason);
		}
	}

	/**
	 * Call an action as a connection would.
	 * @param connectionId id of the connection
	 * @return the result, as for {@link #perform}
	 */
	Mono<JsonNode> predict(String connectionId, ToServer.ActionRequest request) {
		ClientConnection connection = this.connections.find(connectionId);
		return (connection != null) ? this.actions.perform(connection, request)
				: Mono.error(() -> new IllegalArgumentException(
						"Connection %s is none of %s".formatted(connectionId, this.instance.address())));
	}

	/**
	 * Call an action, and the listeners of its name.
	 * @param connection who calls, {@code null} for the server itself
	 * @return the result, a missing node for none; every failure is a
	 * {@code RivetException}
	 */
	Mono<JsonNode> perform(@Nullable ClientConnection connection, ToServer.ActionRequest request) {
		return this.actions.perform(connection, request);
	}

}
