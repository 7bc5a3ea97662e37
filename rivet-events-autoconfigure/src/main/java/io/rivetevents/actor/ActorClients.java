package io.rivetevents.actor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.actor.ActorType.ActionSettings;
import io.rivetevents.actor.Invocation.Caller;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.ConnectRequest;
import io.rivetevents.connection.ConnectionOwner;
import io.rivetevents.connection.Outbound;
import io.rivetevents.protocol.Args;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.InvalidArgumentException;
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

	private static final Log logger = LogFactory.getLog(ActorClients.class);

	/** For one connection. */
	private static final int MAX_SUBSCRIPTIONS = 1000;

	/** Characters of the name of an event and the tags that are asked for. */
	private static final int MAX_SUBSCRIPTION_LENGTH = 1000;

	private final ActorInstance instance;

	private final ActorType type;

	private final ActorCalls calls;

	private final ActorConnections connections;

	private final ActionListeners listeners;

	private final InterceptorChain interceptors;

	private final ActorObserver observer;

	private final ValueMapper mapper;

	private final ConnectionOwner owner;

	ActorClients(ActorInstance instance, ActorCalls calls, ActionListeners listeners, ActorRuntime runtime) {
		this.instance = instance;
		this.type = instance.type();
		this.calls = calls;
		this.connections = instance.connections();
		this.listeners = listeners;
		this.interceptors = new InterceptorChain(instance, runtime);
		this.observer = runtime.observer();
		this.mapper = runtime.mapper();
		this.owner = new ConnectionOwner(instance.address().name(), instance.address().key(),
				this.type.hooks().contains(Hook.CREATE_CONN_STATE), instance::dispatch, runtime.connections());
	}

	/**
	 * Let a client in.
	 * @return its connection, once it is in the list and its hooks have run
	 */
	Mono<ClientConnection> connect(ConnectRequest request, Outbound outbound) {
		List<JsonNode> params = (request.params() != null) ? List.of(request.params()) : List.of();
		Inbound inbound = new Inbound(Inbound.Kind.CONNECT, this.instance.address(), "", new Args(this.mapper, params),
				null, request.identity().principal());
		AtomicReference<@Nullable ClientConnection> entered = new AtomicReference<>();
		return this.interceptors
			.around(inbound, hookLimit(), false, (current) -> enter(request, outbound, entered).cast(Object.class))
			.onErrorMap((ex) -> !(ex instanceof RivetException), (ex) -> this.type.translate(ex, inbound))
			.then(Mono.fromSupplier(entered::get))
			.switchIfEmpty(Mono.error(() -> new RivetException(ErrorCode.SKIPPED)))
			.doOnError((ex) -> leave(entered.get()));
	}

	private InterceptorChain.Limit hookLimit() {
		return new InterceptorChain.Limit(this.type.settings().connectionHookTimeout(), ErrorCode.CALLBACK_TIMED_OUT);
	}

	private Mono<ClientConnection> enter(ConnectRequest request, Outbound outbound,
			AtomicReference<@Nullable ClientConnection> entered) {
		Caller stranger = new Caller(null, request.identity().principal(), request.params());
		Mono<Optional<Object>> state = Mono.defer(() -> this.calls.hook(Hook.CREATE_CONN_STATE, stranger));
		return this.calls.hook(Hook.BEFORE_CONNECT, stranger).then(state).flatMap((made) -> {
			ClientConnection connection = new ClientConnection(request, outbound, this.owner, made.orElse(null));
			this.connections.add(connection);
			entered.set(connection);
			return this.calls.hook(Hook.CONNECT, Caller.of(connection))
				.thenReturn(connection)
				.doOnNext(this::tellOpened);
		});
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

	/** Tell a client that it is connected. */
	void welcome(ClientConnection connection) {
		connection.deliver(OutgoingMessage.of(new ToClient.Init(this.instance.actorId(), connection.id())));
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

	/** Handle a message of a connected client. */
	Mono<Void> receive(String connectionId, ToServer message) {
		ClientConnection connection = this.connections.find(connectionId);
		if (connection == null) {
			return Mono.empty();
		}
		if (message instanceof ToServer.ActionRequest request) {
			return act(connection, request);
		}
		return subscribe(connection, (ToServer.SubscriptionRequest) message);
	}

	private Mono<Void> act(ClientConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name());
		boolean oneWay = action != null && action.oneWay();
		return perform(connection, request).doOnNext((output) -> {
			if (!oneWay) {
				connection.deliver(OutgoingMessage
					.of(new ToClient.ActionResponse(request.id(), output.isMissingNode() ? null : output)));
			}
		}).onErrorResume((ex) -> {
			if (!oneWay) {
				connection.deliver(OutgoingMessage.of(error((RivetException) ex, request.id())));
			}
			else {
				logger.debug("One-way %s of %s failed: %s".formatted(request.name(), this.instance.address(), ex));
			}
			return Mono.empty();
		}).then();
	}

	private Mono<Void> subscribe(ClientConnection connection, ToServer.SubscriptionRequest request) {
		if (!request.subscribe()) {
			this.connections.unsubscribe(connection, request.eventName());
			return Mono.empty();
		}
		if (isTooMuch(connection, request)) {
			refuseSubscription(connection, new RivetException(ErrorCode.TOO_MANY_SUBSCRIPTIONS));
			return Mono.empty();
		}
		Inbound inbound = new Inbound(Inbound.Kind.SUBSCRIPTION, this.instance.address(), request.eventName(),
				new Args(this.mapper, List.of()), connection, connection.principal());
		return this.interceptors
			.around(inbound, hookLimit(), false,
					(current) -> checkSubscription(connection, current.name())
						.doOnSuccess(
								(allowed) -> this.connections.subscribe(connection, current.name(), request.tags()))
						.cast(Object.class))
			.onErrorMap((ex) -> !(ex instanceof RivetException), (ex) -> this.type.translate(ex, inbound))
			.onErrorResume(RivetException.class, (ex) -> {
				refuseSubscription(connection, ex);
				return Mono.empty();
			})
			.then();
	}

	private static boolean isTooMuch(ClientConnection connection, ToServer.SubscriptionRequest request) {
		int length = request.eventName().length() + request.tags().stream().mapToInt(String::length).sum();
		boolean isNew = !connection.isSubscribed(request.eventName());
		return length > MAX_SUBSCRIPTION_LENGTH || (isNew && connection.subscriptionCount() >= MAX_SUBSCRIPTIONS);
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

	private void refuseSubscription(ClientConnection connection, RivetException ex) {
		connection.deliver(OutgoingMessage.of(error(ex, null)));
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
		return (connection != null) ? perform(connection, request) : Mono.error(() -> new IllegalArgumentException(
				"Connection %s is none of %s".formatted(connectionId, this.instance.address())));
	}

	/**
	 * Call an action, and the listeners of its name.
	 * @param connection who calls, {@code null} for the server itself
	 * @return the result, a missing node for none; every failure is a
	 * {@code RivetException}
	 */
	Mono<JsonNode> perform(@Nullable ClientConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name());
		if (action == null && !this.listeners.has(this.instance, request.name())) {
			String message = "Action `%s` was not found.".formatted(request.name());
			return Mono.error(new RivetException(ErrorCode.ACTION_NOT_FOUND, message));
		}
		Inbound inbound = new Inbound(Inbound.Kind.ACTION, this.instance.address(), request.name(),
				new Args(this.mapper, request.args()), connection,
				(connection != null) ? connection.principal() : null);
		Duration timeout = (action != null) ? action.timeout() : this.type.settings().actionTimeout();
		InterceptorChain.Limit limit = new InterceptorChain.Limit(timeout, ErrorCode.ACTION_TIMED_OUT);
		Mono<Optional<Object>> result = this.interceptors.isEmpty() ? run(action, connection, inbound)
				: this.interceptors
					.around(inbound, limit, action != null && action.interleave(),
							(current) -> run(action, connection, current).mapNotNull((value) -> value.orElse(null)))
					.map(Optional::of)
					.defaultIfEmpty(Optional.empty());
		if (this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE)) {
			result = result.flatMap((value) -> beforeResponse(request.name(), connection, value));
		}
		return result.map((value) -> toTree(action, value)).onErrorMap((ex) -> refusal(ex, inbound, connection));
	}

	private RivetException refusal(Throwable ex, Inbound inbound, @Nullable ClientConnection connection) {
		RivetException refusal = (ex instanceof RivetException known) ? known
				: this.type.translate(ex, invocation(inbound, connection));
		if (refusal instanceof InvalidArgumentException violation) {
			this.observer.badRequest(connection, inbound.actor(), inbound.name(), violation);
		}
		return refusal;
	}

	private Mono<Optional<Object>> run(@Nullable ActionSettings action, @Nullable ClientConnection connection,
			Inbound inbound) {
		Mono<Optional<Object>> result = (action != null)
				? this.calls.call(invocation(inbound, connection), action.timeout(), ErrorCode.ACTION_TIMED_OUT)
				: Mono.just(Optional.empty());
		if (action != null && action.interleave()) {
			result = this.instance.inNewTurn(result);
		}
		return (connection != null)
				? result
					.doOnNext((value) -> this.listeners.call(this.instance, inbound.name(), connection, inbound.args()))
				: result;
	}

	private Invocation invocation(Inbound inbound, @Nullable ClientConnection connection) {
		return Invocation.ofAction(inbound.name(), new DefaultActorContext(this.instance, connection),
				(connection != null) ? Caller.of(connection) : null, inbound.args().values());
	}

	private Mono<Optional<Object>> beforeResponse(String action, @Nullable ClientConnection connection,
			Optional<Object> value) {
		return this.calls.hook(Hook.BEFORE_ACTION_RESPONSE, (connection != null) ? Caller.of(connection) : null, action,
				value.orElse(null));
	}

	private JsonNode toTree(@Nullable ActionSettings action, Optional<Object> value) {
		if (action != null && action.durable()) {
			this.instance.state().save();
		}
		return value.map(this.mapper::toTree)
			.orElseGet(() -> (action == null || action.isVoid()) ? MissingNode.getInstance() : NullNode.getInstance());
	}

	private ToClient.Error error(RivetException ex, @Nullable Long actionId) {
		JsonNode metadata = (ex.metadata() != null) ? this.mapper.toTree(ex.metadata()) : null;
		return new ToClient.Error(ex.group(), ex.code(), ex.text(), metadata, actionId,
				this.instance.info(false).specifier());
	}

}
