package io.rivetevents.actor;

import java.time.Duration;
import java.util.Optional;

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
import io.rivetevents.connection.PendingCall;
import io.rivetevents.protocol.Args;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.InvalidArgumentException;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ValueMapper;

/**
 * What is called of one instance, by its clients and by the server itself. All of it
 * happens in turns of the instance.
 */
final class ActorActions {

	private static final Log logger = LogFactory.getLog(ActorActions.class);

	private final ActorInstance instance;

	private final ActorType type;

	private final ActorCalls calls;

	private final ActionListeners listeners;

	private final InterceptorChain interceptors;

	private final ActorObserver observer;

	private final ValueMapper mapper;

	private final Answers answers = new Answers();

	ActorActions(ActorInstance instance, ActorCalls calls, ActionListeners listeners, InterceptorChain interceptors,
			ActorRuntime runtime) {
		this.instance = instance;
		this.type = instance.type();
		this.calls = calls;
		this.listeners = listeners;
		this.interceptors = interceptors;
		this.observer = runtime.observer();
		this.mapper = runtime.mapper();
	}

	/**
	 * Call an action for a connected client, and answer it.
	 * @param connection who calls
	 * @param request what it calls
	 * @param pending by which it can cancel the call, {@code null} in the plain protocol
	 */
	Mono<Void> answer(ClientConnection connection, ToServer.ActionRequest request, @Nullable PendingCall pending) {
		ActionSettings action = this.type.action(request.name());
		boolean oneWay = request.options().oneWay() || (action != null && action.oneWay());
		if (pending != null && connection.hasEnded() && !oneWay) {
			return Mono.empty(); // the client has seen it fail
		}
		Mono<JsonNode> result = (pending != null) ? performOnce(connection, request, pending)
				: perform(connection, request);
		return result.doOnNext((output) -> {
			if (!oneWay) {
				connection.deliver(OutgoingMessage
					.of(new ToClient.ActionResponse(request.id(), output.isMissingNode() ? null : output)));
			}
		}).onErrorResume((ex) -> {
			if (!oneWay) {
				connection.deliver(OutgoingMessage.of(this.instance.error((RivetException) ex, request.id())));
			}
			else {
				logger.debug("One-way %s of %s failed: %s".formatted(request.name(), this.instance.address(), ex));
			}
			return Mono.empty();
		}).then();
	}

	private Mono<JsonNode> performOnce(ClientConnection connection, ToServer.ActionRequest request,
			PendingCall pending) {
		if (pending.isCancelled()) {
			return Mono.error(new RivetException(ErrorCode.CANCELLED));
		}
		long now = this.instance.now();
		Duration left = pending.left(now);
		if (left != null && (left.isNegative() || left.isZero())) {
			return Mono.error(new RivetException(ErrorCode.DEADLINE_EXCEEDED));
		}
		String key = request.options().idempotencyKey();
		if (key == null) {
			return perform(connection, request, pending, false);
		}
		return this.answers.once(new Answers.Key(caller(connection), request.name(), key), now,
				() -> perform(connection, request, pending, false));
	}

	private static String caller(ClientConnection connection) {
		var principal = connection.principal();
		return (principal != null) ? "user " + principal.getName() : "stream " + connection.streamId();
	}

	/**
	 * Call an action, and the listeners of its name.
	 * @param connection who calls, {@code null} for the server itself
	 * @return the result, a missing node for none; every failure is a
	 * {@code RivetException}
	 */
	Mono<JsonNode> perform(@Nullable ClientConnection connection, ToServer.ActionRequest request) {
		return perform(connection, request, null, false);
	}

	/**
	 * Call an action as a part of the current turn, whether it may interleave or not.
	 * @param connection who calls
	 * @return the result, as for {@link #perform}
	 */
	Mono<JsonNode> performWithinTurn(ClientConnection connection, ToServer.ActionRequest request) {
		return perform(connection, request, null, true);
	}

	private Mono<JsonNode> perform(@Nullable ClientConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending, boolean withinTurn) {
		ActionSettings action = this.type.action(request.name());
		if (action == null && !this.listeners.has(this.instance, request.name())) {
			String message = "Action `%s` was not found.".formatted(request.name());
			return Mono.error(new RivetException(ErrorCode.ACTION_NOT_FOUND, message));
		}
		Inbound inbound = new Inbound(Inbound.Kind.ACTION, this.instance.address(), request.name(),
				new Args(this.mapper, request.args()), connection,
				(connection != null) ? connection.principal() : null);
		Run run = new Run(action, connection, limit(action, pending), pending,
				action != null && action.interleave() && !withinTurn);
		Mono<Optional<Object>> result = this.interceptors.isEmpty() ? run(run, inbound)
				: this.interceptors
					.around(inbound, run.limit(), run.interleave(),
							(current) -> run(run, current).mapNotNull((value) -> value.orElse(null)))
					.map(Optional::of)
					.defaultIfEmpty(Optional.empty());
		if (this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE)) {
			result = result.flatMap((value) -> beforeResponse(request.name(), connection, value));
		}
		return result.map((value) -> toTree(action, value)).onErrorMap((ex) -> refusal(ex, inbound, connection));
	}

	/** How an action is run; {@code null} for one that has listeners alone. */
	private record Run(@Nullable ActionSettings action, @Nullable ClientConnection connection,
			InterceptorChain.Limit limit, @Nullable PendingCall pending, boolean interleave) {
	}

	private InterceptorChain.Limit limit(@Nullable ActionSettings action, @Nullable PendingCall pending) {
		Duration timeout = (action != null) ? action.timeout() : this.type.settings().actionTimeout();
		Duration left = (pending != null) ? pending.left(this.instance.now()) : null;
		return (left != null && left.compareTo(timeout) < 0)
				? new InterceptorChain.Limit(left, ErrorCode.DEADLINE_EXCEEDED)
				: new InterceptorChain.Limit(timeout, ErrorCode.ACTION_TIMED_OUT);
	}

	private RivetException refusal(Throwable ex, Inbound inbound, @Nullable ClientConnection connection) {
		RivetException refusal = (ex instanceof RivetException known) ? known
				: this.type.translate(ex, invocation(inbound, connection));
		if (refusal instanceof InvalidArgumentException violation) {
			this.observer.badRequest(connection, inbound.actor(), inbound.name(), violation);
		}
		return refusal;
	}

	private Mono<Optional<Object>> run(Run run, Inbound inbound) {
		ClientConnection connection = run.connection();
		Mono<Optional<Object>> result = (run.action() != null) ? this.calls.call(invocation(inbound, connection),
				run.limit().time(), run.limit().onTimeout(), run.pending()) : Mono.just(Optional.empty());
		if (run.interleave()) {
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

}
