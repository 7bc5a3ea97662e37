package io.rivetevents.actor.call;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.actor.answer.IdempotentAnswers;
import io.rivetevents.actor.call.ActorType.ActionSettings;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.conversion.Args;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.failure.Guarded;
import io.rivetevents.limit.PendingCall;
import io.rivetevents.observation.ObservedAction;
import io.rivetevents.observation.Observers;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.protocol.value.WireValues;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.DueQueue;

/**
 * What is called of one instance, by its clients and by the server itself. All of it
 * happens in turns of the instance.
 */
public final class ActionHandler {

	private static final Log logger = LogFactory.getLog(ActionHandler.class);

	private final CalledInstance instance;

	private final ActorType type;

	private final MethodInvoker calls;

	private final ActionListeners listeners;

	private final InterceptorChain interceptors;

	private final ActionFailures failures;

	private final Observers observers;

	private final ValueMapper mapper;

	private final CallerScope callers;

	/** Whether something else is asked about what is sent. */
	private final boolean intercepted;

	private final IdempotentAnswers answers;

	private final DueQueue.Entry due;

	/**
	 * Creates actions.
	 * @param instance whose actions are called
	 * @param calls the calls of its methods
	 * @param listeners to what clients call
	 * @param interceptors go around the actions
	 * @param answers remembered answers of the instance
	 * @param connections what connections share
	 * @param due has {@link #expire} called when answers are too old
	 */
	public ActionHandler(CalledInstance instance, MethodInvoker calls, ActionListeners listeners,
			InterceptorChain interceptors, IdempotentAnswers answers, ConnectionServices connections,
			DueQueue.Entry due) {
		this.instance = instance;
		this.type = instance.type();
		this.calls = calls;
		this.listeners = listeners;
		this.interceptors = interceptors;
		this.answers = answers;
		this.due = due;
		this.observers = connections.observers();
		this.failures = new ActionFailures(instance, this.observers);
		this.mapper = connections.mapper();
		this.callers = connections.callers();
		this.intercepted = !connections.interceptors().isEmpty();
	}

	/**
	 * Call an action for a connected client, and answer it.
	 * @param connection who calls
	 * @param request what it calls
	 * @param pending what it has counted as since its arrival
	 * @return what is left to do, {@code null} if it has been answered
	 */
	public @Nullable Mono<Void> answer(ActorConnection connection, ToServer.ActionRequest request,
			PendingCall pending) {
		ActionSettings action = this.type.action(request.name());
		Reply reply = new Reply(connection, request, isOneWay(action, request));
		RivetException refusal = refusal(pending);
		if (refusal != null) {
			reply.refuse(refusal);
			return null;
		}
		if (action != null && isImmediate(action, request)) {
			answerNow(action, reply, pending);
			return null;
		}
		Mono<JsonNode> result = Guarded.defer(() -> (request.options().idempotencyKey() != null)
				? performOnce(connection, request, pending) : perform(connection, request, pending, false));
		return result.doOnNext(reply::give).onErrorResume((ex) -> {
			reply.refuse((ex instanceof RivetException known) ? known
					: this.failures.refusal(ex, inbound(request, connection), connection));
			return Mono.empty();
		}).then();
	}

	private @Nullable RivetException refusal(PendingCall pending) {
		if (pending.isCancelled()) {
			return new RivetException(ErrorCode.CANCELLED);
		}
		boolean late = pending.deadline() - this.instance.now() <= 0;
		return late ? new RivetException(pending.onTimeout()) : null;
	}

	private static boolean isOneWay(@Nullable ActionSettings action, ToServer.ActionRequest request) {
		return request.options().oneWay() || (action != null && action.oneWay());
	}

	/**
	 * Notes a call that has arrived: its time-out counts from now. For any thread.
	 */
	public PendingCall arrived(ActorConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name());
		Duration timeout = (action != null) ? action.timeout() : this.type.settings().actionTimeout();
		Duration deadline = request.options().deadline();
		boolean early = deadline != null && deadline.compareTo(timeout) < 0;
		Duration limit = (deadline != null && early) ? deadline : timeout;
		return PendingCall.ofAction(MessageWeight.of(request), connection.usage(),
				this.instance.now() + limit.toNanos(), early ? ErrorCode.DEADLINE_EXCEEDED : ErrorCode.ACTION_TIMED_OUT,
				(why) -> refuse(connection, request, new RivetException(why)));
	}

	/** Answers a call that has not begun and will not. For any thread. */
	public void refuse(ActorConnection connection, ToServer.ActionRequest request, RivetException refusal) {
		new Reply(connection, request, isOneWay(this.type.action(request.name()), request)).refuse(refusal);
	}

	/**
	 * The answer to a call of a client: one, whatever comes together. It is itself the
	 * flag that the answer has been sent: one is made for each call.
	 */
	private final class Reply extends AtomicBoolean {

		private final ActorConnection connection;

		private final ToServer.ActionRequest request;

		private final boolean oneWay;

		private ObservedAction observed = ObservedAction.NONE;

		Reply(ActorConnection connection, ToServer.ActionRequest request, boolean oneWay) {
			this.connection = connection;
			this.request = request;
			this.oneWay = oneWay;
		}

		/** Reports from now on what becomes of the call. */
		void observe() {
			this.observed = ActionHandler.this.observers.actionStarted(ActionHandler.this.instance.address(),
					this.request.name(), this.connection);
		}

		void give(JsonNode output) {
			this.observed.succeed();
			if (!this.oneWay && compareAndSet(false, true)) {
				this.connection.deliver(OutgoingMessage
					.of(new ToClient.ActionResponse(this.request.id(), output.isMissingNode() ? null : output)));
			}
		}

		void refuse(RivetException ex) {
			if (!compareAndSet(false, true)) {
				return;
			}
			this.observed.fail(ex);
			if (!this.oneWay) {
				this.connection.deliver(
						OutgoingMessage.of(ActionHandler.this.instance.error(ex, ex.metadata(), this.request.id())));
			}
			else {
				logger.debug("One-way %s of %s failed: %s".formatted(SafeText.of(this.request.name()),
						ActionHandler.this.instance.address(), ex));
			}
		}

	}

	/**
	 * Whether the method is all there is to do, so that the answer is known once it
	 * returns. Most calls are of this kind.
	 */
	private boolean isImmediate(ActionSettings action, ToServer.ActionRequest request) {
		return action.immediate() && !action.interleave() && this.interceptors.isEmpty()
				&& request.options().idempotencyKey() == null
				&& !this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE);
	}

	/**
	 * Return whether a call may block its thread. For any thread.
	 */
	public boolean mayBlock(ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name());
		return action == null || this.type.isGuarded() || action.blocking() || !isImmediate(action, request)
				|| this.intercepted || this.listeners.has(this.instance, request.name());
	}

	private void answerNow(ActionSettings action, Reply reply, PendingCall pending) {
		ActorConnection connection = reply.connection;
		Inbound inbound = inbound(reply.request, connection);
		reply.observe();
		try {
			checkAccess(connection);
			ActorState.Mark before = mark(action);
			Object result = this.calls.invoke(MethodInvocation.ofAction(inbound, this.instance, connection),
					pending.deadline(), pending.onTimeout(), pending, (why) -> reply.refuse(new RivetException(why)));
			if (result != MethodInvoker.LATE) {
				save(before);
				tellListeners(connection, inbound);
				reply.give(toTree(action, connection, result));
			}
		}
		catch (Throwable ex) {
			reply.refuse(this.failures.refusal(ex, inbound, connection));
		}
	}

	private Mono<JsonNode> performOnce(ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending) {
		String key = Objects.requireNonNull(request.options().idempotencyKey());
		return authorize(connection, request, pending).then(Mono.defer(() -> {
			AtomicBoolean first = new AtomicBoolean();
			long now = this.instance.now();
			Mono<JsonNode> answer = this.answers.once(caller(connection),
					new IdempotentAnswers.Key(request.name(), key, digest(request.args())), now, () -> {
						first.set(true);
						AtomicBoolean begun = new AtomicBoolean();
						// later: nothing of the application runs under the lock of the
						// answers
						return Mono.defer(() -> perform(connection, request, pending, false, () -> begun.set(true)))
							.onErrorMap((ex) -> begun.get() ? ex : new IdempotentAnswers.NotRun(ex));
					});
			this.due.arm(now + IdempotentAnswers.MAX_AGE_NANOS);
			return first.get() ? answer : askInterceptors(connection, request, pending).then(answer);
		}));
	}

	/**
	 * Asks the interceptors about a call that has been made before. What they go around
	 * has no result, and theirs is not used.
	 */
	private Mono<Void> askInterceptors(ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending) {
		ActionSettings action = this.type.action(request.name());
		Inbound inbound = inbound(request, connection);
		return this.interceptors
			.around(inbound, limit(action, pending), action != null && action.interleave(), (current) -> Mono.empty())
			.onErrorMap((ex) -> this.failures.refusal(ex, inbound, connection, false))
			.then();
	}

	private static byte[] digest(List<JsonNode> args) {
		try {
			return MessageDigest.getInstance("SHA-256")
				.digest(WireValues.encodeJson(JsonNodeFactory.instance.arrayNode().addAll(args)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex); // each Java platform has it
		}
	}

	/** Drops answers that are too old. For any thread. */
	public void expire(long now) {
		this.answers.expire(now).ifPresent(this.due::arm);
	}

	/** The instance leaves memory. */
	public void end() {
		this.answers.clear();
	}

	/**
	 * Whoever may not call an action any more does not get what it has answered, and a
	 * refusal is not kept.
	 */
	private Mono<Void> authorize(ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending) {
		ActionSettings action = this.type.action(request.name());
		Inbound inbound = inbound(request, connection);
		return Mono.fromRunnable(() -> checkAccess(connection)).then(Mono.defer(() -> {
			InterceptorChain.Limit limit = limit(action, pending);
			return (action != null)
					? this.calls.call(MethodInvocation.ofAction(inbound, this.instance, connection).asCheck(),
							limit.time(), limit.onTimeout(), pending, () -> {
							})
						.then()
					: Mono.<Void>empty();
		})).onErrorMap((ex) -> this.failures.refusal(ex, inbound, connection));
	}

	private void checkAccess(@Nullable ActorConnection connection) {
		if (connection != null && this.type.isGuarded()) {
			this.type.checkAccess(connection.principal(), this.instance.address());
		}
	}

	private static IdempotentAnswers.Caller caller(ActorConnection connection) {
		Identity identity = connection.request().identity();
		if (identity.owner() != null) {
			String user = "user " + identity.owner();
			return new IdempotentAnswers.Caller(user, user);
		}
		String stream = "stream " + connection.streamId();
		InetAddress address = identity.address();
		return new IdempotentAnswers.Caller(stream, (address != null) ? "address " + address.getHostAddress() : stream);
	}

	/**
	 * Call an action, and the listeners of its name.
	 * @param connection who calls, {@code null} for the server itself
	 * @param pending what it has counted as since its arrival
	 * @return the result, a missing node for none; every failure is a
	 * {@code RivetException}
	 */
	public Mono<JsonNode> perform(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			PendingCall pending) {
		return perform(connection, request, pending, false);
	}

	/**
	 * Call an action that is declared for it as a part of the current turn, whether it
	 * may interleave or not.
	 * @param connection who calls
	 * @return the result, as for {@link #perform}
	 */
	public Mono<JsonNode> snapshot(ActorConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name());
		if (action == null) {
			return Mono.error(notFound(request.name()));
		}
		if (!action.snapshot()) {
			return Mono.error(new RivetException(ErrorCode.FORBIDDEN,
					"Action `%s` is not declared with `snapshot = true`.".formatted(request.name())));
		}
		return perform(connection, request, null, true);
	}

	private Mono<JsonNode> perform(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending, boolean withinTurn) {
		return perform(connection, request, pending, withinTurn, () -> {
		});
	}

	/**
	 * Calls an action, and reports that to observers.
	 * @param onBegin called once nothing but its method can refuse it any more
	 */
	private Mono<JsonNode> perform(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending, boolean withinTurn, Runnable onBegin) {
		ActionSettings action = this.type.action(request.name());
		if (action == null && !this.listeners.has(this.instance, request.name())) {
			return Mono.error(notFound(request.name()));
		}
		if (!this.observers.observeActions()) {
			return performUnobserved(connection, request, action, pending, withinTurn, onBegin);
		}
		return Mono.defer(() -> {
			ObservedAction observed = this.observers.actionStarted(this.instance.address(), request.name(), connection);
			return Guarded.defer(() -> performUnobserved(connection, request, action, pending, withinTurn, onBegin))
				.doOnSuccess((output) -> observed.succeed())
				.doOnError(observed::fail)
				.doOnCancel(() -> observed.fail(new RivetException(ErrorCode.CANCELLED)));
		});
	}

	private Mono<JsonNode> performUnobserved(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable ActionSettings action, @Nullable PendingCall pending, boolean withinTurn, Runnable onBegin) {
		Inbound inbound = inbound(request, connection);
		try {
			checkAccess(connection);
		}
		catch (RivetException ex) {
			return Mono.error(ex);
		}
		AtomicBoolean begun = new AtomicBoolean();
		Run run = new Run(action, connection, limit(action, pending), pending,
				action != null && action.interleave() && !withinTurn, () -> {
					begun.set(true);
					onBegin.run();
				}, new ConcurrentLinkedQueue<>());
		InboundInterceptor.Next last = (current) -> run(run, current).mapNotNull((value) -> value.orElse(null));
		Mono<Optional<Object>> result = this.interceptors.isEmpty() ? run(run, inbound)
				: this.interceptors.around(inbound, run.limit(), run.interleave(), last)
					.map(Optional::of)
					.defaultIfEmpty(Optional.empty());
		if (this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE)) {
			result = result.flatMap((value) -> beforeResponse(run, request.name(), value));
		}
		ActorState.Mark before = mark(action);
		return result.doOnNext((value) -> save(before))
			.doOnNext((value) -> run.saved().forEach((saved) -> tellListeners(connection, saved)))
			.map((value) -> toTree(action, connection, value.orElse(null)))
			.onErrorMap((ex) -> this.failures.refusal(ex, inbound, connection, begun.get()));
	}

	private static RivetException notFound(String action) {
		return new RivetException(ErrorCode.ACTION_NOT_FOUND, "Action `%s` was not found.".formatted(action));
	}

	private Inbound inbound(ToServer.ActionRequest request, @Nullable ActorConnection connection) {
		return new Inbound(Inbound.Kind.ACTION, this.instance.address(), request.name(),
				new Args(this.mapper, request.args()), connection,
				(connection != null) ? connection.principal() : null);
	}

	/**
	 * How an action is run.
	 *
	 * @param action the action, {@code null} if there are listeners alone
	 * @param onBegin called once its method begins
	 * @param saved what listeners are told once it is saved
	 */
	private record Run(@Nullable ActionSettings action, @Nullable ActorConnection connection,
			InterceptorChain.Limit limit, @Nullable PendingCall pending, boolean interleave, Runnable onBegin,
			Queue<Inbound> saved) {

		boolean isDurable() {
			return this.action != null && this.action.durable();
		}

	}

	private InterceptorChain.Limit limit(@Nullable ActionSettings action, @Nullable PendingCall pending) {
		if (pending != null) {
			return new InterceptorChain.Limit(pending.left(this.instance.now()), pending.onTimeout());
		}
		Duration timeout = (action != null) ? action.timeout() : this.type.settings().actionTimeout();
		return new InterceptorChain.Limit(timeout, ErrorCode.ACTION_TIMED_OUT);
	}

	private Mono<Optional<Object>> run(Run run, Inbound inbound) {
		ActorConnection connection = run.connection();
		Mono<Optional<Object>> result = (run.action() != null)
				? this.calls.call(MethodInvocation.ofAction(inbound, this.instance, connection), run.limit().time(),
						run.limit().onTimeout(), run.pending(), run.onBegin())
				: Mono.fromSupplier(() -> {
					run.onBegin().run();
					return Optional.empty();
				});
		if (run.interleave()) {
			result = this.instance.inNewTurn(result);
		}
		return result.doOnNext((value) -> {
			if (run.isDurable()) {
				run.saved().add(inbound); // they do not hear of what leaves no trace
			}
			else {
				tellListeners(connection, inbound);
			}
		});
	}

	/** Tells them what a client has called; not what the server itself has. */
	private void tellListeners(@Nullable ActorConnection connection, Inbound inbound) {
		if (connection != null) {
			this.listeners.call(this.instance, inbound.name(), connection, inbound.args());
		}
	}

	private Mono<Optional<Object>> beforeResponse(Run run, String action, Optional<Object> value) {
		Caller caller = (run.connection() != null) ? Caller.of(run.connection()) : null;
		return this.calls.hook(Hook.BEFORE_ACTION_RESPONSE, caller, action, value.orElse(null));
	}

	/** Notes what the state is before a durable action, {@code null} for another one. */
	private ActorState.@Nullable Mark mark(@Nullable ActionSettings action) {
		return (action != null && action.durable()) ? this.instance.state().mark() : null;
	}

	/** Saves what a durable action has changed; if that fails, nothing has changed. */
	private void save(ActorState.@Nullable Mark before) {
		if (before != null) {
			this.instance.saveOrUndo(before);
		}
	}

	private JsonNode toTree(@Nullable ActionSettings action, @Nullable ActorConnection caller, @Nullable Object value) {
		if (value == null) {
			return (action == null || action.isVoid()) ? MissingNode.getInstance() : NullNode.getInstance();
		}
		if (value instanceof JsonNode || value instanceof String || value instanceof Number) {
			return this.mapper.toTree(value); // without a serializer of the application
		}
		return this.callers.call((caller != null) ? CallerScope.client(caller.principal()) : null,
				() -> (action != null) ? action.result().toTree(value) : this.mapper.toTree(value));
	}

}
