/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.NullNode;

import io.rivetevents.actor.Schedule;
import io.rivetevents.actor.answer.IdempotentAnswers;
import io.rivetevents.actor.answer.KeyedCall;
import io.rivetevents.actor.call.ActorType.ActionSettings;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.actor.schedule.DueRun;
import io.rivetevents.actor.schedule.InstanceSchedules;
import io.rivetevents.actor.state.StoredAnswer;
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
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
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
 * Runs the actions of one instance, for its clients and for server code. Methods are
 * called in turns of the instance unless their documentation states otherwise.
 */
public final class ActionHandler {

	private static final Log logger = LogFactory.getLog(ActionHandler.class);

	/** The caller of calls by server code. */
	private static final IdempotentAnswers.Caller SERVER = new IdempotentAnswers.Caller("server", "server");

	private final CalledInstance instance;

	private final ActorType type;

	private final MethodInvoker calls;

	private final ActionListeners listeners;

	private final InterceptorChain interceptors;

	private final ActionFailures failures;

	private final Observers observers;

	private final ValueMapper mapper;

	private final CallerScope callers;

	/** Whether outbound interceptors are present. */
	private final boolean intercepted;

	/** Whether some events are stored before they are sent. */
	private final boolean durableEvents;

	private final IdempotentAnswers answers;

	private final DueQueue.Entry due;

	/**
	 * Creates the handler.
	 * @param instance instance of the actions
	 * @param calls calls the methods of the actor
	 * @param listeners listeners to the calls of clients
	 * @param interceptors interceptors of the actions
	 * @param answers stored answers of the instance
	 * @param connections services that connections share
	 * @param due calls {@link #expire} when answers expire
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
		this.durableEvents = this.type.hasDurableEvents();
		this.intercepted = !connections.interceptors().isEmpty();
	}

	/**
	 * Calls an action for a connected client and answers the client.
	 * @param connection connection of the caller
	 * @param request the call
	 * @param pending the registered call
	 * @return the remaining work, {@code null} if the call has been answered
	 */
	public @Nullable Mono<Void> answer(ActorConnection connection, ToServer.ActionRequest request,
			PendingCall pending) {
		ActionSettings action = action(connection, request);
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

	/** Returns the called action, {@code null} if there is none for its caller. */
	private @Nullable ActionSettings action(@Nullable ActorConnection caller, ToServer.ActionRequest request) {
		return this.type.action(request.name(), caller != null);
	}

	private static boolean isOneWay(@Nullable ActionSettings action, ToServer.ActionRequest request) {
		return request.options().oneWay() || (action != null && action.oneWay());
	}

	/**
	 * Registers a call that has arrived, which starts its timeout. Safe for use by
	 * several threads.
	 */
	public PendingCall arrived(ActorConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = action(connection, request);
		Duration timeout = (action != null) ? action.timeout() : this.type.settings().actionTimeout();
		Duration deadline = request.options().deadline();
		boolean early = deadline != null && deadline.compareTo(timeout) < 0;
		Duration limit = (deadline != null && early) ? deadline : timeout;
		return PendingCall.ofAction(MessageWeight.of(request), connection.usage(),
				this.instance.now() + limit.toNanos(), early ? ErrorCode.DEADLINE_EXCEEDED : ErrorCode.ACTION_TIMED_OUT,
				(why) -> refuse(connection, request, new RivetException(why)));
	}

	/**
	 * Answers a call that has not begun and will not begin. Safe for use by several
	 * threads.
	 */
	public void refuse(ActorConnection connection, ToServer.ActionRequest request, RivetException refusal) {
		new Reply(connection, request, isOneWay(action(connection, request), request)).refuse(refusal);
	}

	/**
	 * The answer to a client's call, which is sent once only, even if several outcomes
	 * compete. The object itself is the flag that the answer has been sent, because one
	 * is created for each call.
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

		/** Starts to report the outcome of the call to observers. */
		void observe() {
			this.observed = ActionHandler.this.observe(this.connection, this.request, CallContext.NONE);
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
				logger
					.debug("One-way %s of %s from connection %s failed: %s".formatted(SafeText.of(this.request.name()),
							ActionHandler.this.instance.address(), this.connection.id(), ex));
			}
		}

	}

	/**
	 * Whether the call consists only of its method, so that the answer is available once
	 * the method returns. This holds for most calls.
	 */
	private boolean isImmediate(ActionSettings action, ToServer.ActionRequest request) {
		return action.immediate() && !action.interleave() && this.interceptors.isEmpty()
				&& request.options().idempotencyKey() == null
				&& !this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE);
	}

	/**
	 * Returns whether a call of a client may block its thread. Safe for use by several
	 * threads.
	 */
	public boolean mayBlock(ToServer.ActionRequest request) {
		ActionSettings action = this.type.action(request.name(), true);
		return action == null || this.durableEvents || this.type.isGuarded() || action.blocking()
				|| action.transactional() || !isImmediate(action, request) || this.intercepted
				|| this.listeners.has(this.instance, request.name());
	}

	private void answerNow(ActionSettings action, Reply reply, PendingCall pending) {
		ActorConnection connection = reply.connection;
		Inbound inbound = inbound(reply.request, connection);
		reply.observe();
		try (CallContext.Scope scope = reply.observed.enter()) {
			checkAccess(connection);
			ActorState.Mark before = mark(action, Occasion.PLAIN);
			JoinedAction joined = joined(action, connection, before, Occasion.PLAIN);
			Object result = this.calls.invoke(
					MethodInvocation.ofAction(inbound, this.instance, connection, joined, pending), pending.deadline(),
					pending.onTimeout(), pending, (why) -> reply.refuse(new RivetException(why)));
			if (result != MethodInvoker.LATE) {
				JsonNode output = commit(action, before, connection, result, Occasion.PLAIN, joined);
				tellListeners(connection, inbound);
				reply.give(output);
			}
		}
		catch (Throwable ex) {
			reply.refuse(this.failures.refusal(ex, inbound, connection));
		}
	}

	private Mono<JsonNode> performOnce(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending) {
		String key = Objects.requireNonNull(request.options().idempotencyKey());
		IdempotentAnswers.Caller caller = caller(connection);
		IdempotentAnswers.Key call = new IdempotentAnswers.Key(request.name(), key, digest(request.args()));
		KeyedCall keyed = new KeyedCall(caller, call, this.instance.clock(), this.mapper);
		return authorize(connection, request, pending).then(Mono.defer(() -> {
			long now = this.instance.now();
			StoredAnswer stored = this.answers.has(caller, call) ? null
					: this.instance.commits().answer(keyed.key(), this.answers.hasDropped(now));
			if (stored != null) {
				return askInterceptors(connection, request, pending).then(KeyedCall.read(stored));
			}
			AtomicBoolean first = new AtomicBoolean();
			Mono<JsonNode> answer = this.answers.once(caller, call, now, () -> {
				first.set(true);
				// deferred: no application code runs under the lock of the answers
				return Mono
					.defer(() -> perform(connection, request, pending,
							new Occasion(false, keyed, null, null, connection == null)))
					.onErrorResume((ex) -> inContext(() -> keepFailure(keyed, ex)).then(Mono.error(ex)))
					.onErrorMap((ex) -> keyed.hasRun() ? ex : new IdempotentAnswers.NotRun(ex));
			});
			this.due.arm(now + IdempotentAnswers.MAX_AGE_NANOS);
			return first.get() ? answer : askInterceptors(connection, request, pending).then(answer);
		}));
	}

	private void keepFailure(KeyedCall keyed, Throwable ex) {
		if (keyed.hasRun() && ex instanceof RivetException failure) {
			try {
				this.instance.commits().keep(keyed.answer(failure));
			}
			catch (RuntimeException unwritable) {
				logger.warn("An error of %s is not stored: its metadata cannot be written as JSON"
					.formatted(this.instance.address()), unwritable);
			}
		}
	}

	/**
	 * Runs the interceptors for a call that has been made before. The call itself has no
	 * result here, and the result of the interceptors is not used.
	 */
	private Mono<Void> askInterceptors(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending) {
		ActionSettings action = action(connection, request);
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
			throw new IllegalStateException(ex); // every Java platform provides it
		}
	}

	/** Drops expired answers. Safe for use by several threads. */
	public void expire(long now) {
		this.answers.expire(now).ifPresent(this.due::arm);
	}

	/** Drops all answers because the instance leaves memory. */
	public void end() {
		this.answers.clear();
	}

	/**
	 * Checks access again. A caller that may no longer call an action does not receive
	 * its stored answer, and a rejection is not stored.
	 */
	private Mono<Void> authorize(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending) {
		ActionSettings action = action(connection, request);
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

	private static IdempotentAnswers.Caller caller(@Nullable ActorConnection connection) {
		if (connection == null) {
			return SERVER;
		}
		Identity identity = connection.request().identity();
		if (identity.owner() != null) {
			String user = "user " + identity.owner();
			return new IdempotentAnswers.Caller(user, user);
		}
		String stream = "stream " + connection.streamId();
		InetAddress address = identity.address();
		return new IdempotentAnswers.Caller(stream, (address != null) ? "address " + address.getHostAddress() : stream);
	}

	/** Calls an action for server code, and only once if it has an idempotency key. */
	public Mono<JsonNode> performForServer(ToServer.ActionRequest request, PendingCall pending) {
		return (request.options().idempotencyKey() != null) ? performOnce(null, request, pending)
				: perform(null, request, pending);
	}

	/**
	 * Calls an action and the listeners of its name.
	 * @param connection connection of the caller, {@code null} for server code
	 * @param pending the registered call
	 * @return the result, a missing node if there is none; every failure is a
	 * {@code RivetException}
	 */
	public Mono<JsonNode> perform(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			PendingCall pending) {
		return perform(connection, request, pending, false);
	}

	/**
	 * Calls an action that allows snapshots. It is part of the current turn, even if the
	 * action interleaves.
	 * @param connection connection of the caller
	 * @return the result, as for {@link #perform}
	 */
	public Mono<JsonNode> snapshot(ActorConnection connection, ToServer.ActionRequest request) {
		ActionSettings action = action(connection, request);
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
		return perform(connection, request, pending, new Occasion(withinTurn, null, null, null, false));
	}

	/**
	 * Runs a schedule if it is due, in the current turn: the action's changes, its events
	 * and the next time of the schedule are committed together. A failed action leaves
	 * nothing but the failed attempt.
	 * @return when the schedule is due next, empty if it is not; an error if the instance
	 * could not commit
	 */
	public Mono<Instant> runScheduled(String id) {
		return Guarded.defer(() -> {
			InstanceSchedules schedules = this.instance.state().schedules();
			DueRun run = DueRun.of(schedules, id);
			if (run == null) {
				// it may have been moved to a later time
				return Mono.justOrEmpty(schedules.nextRun(id));
			}
			this.instance.commits().beginRun();
			ActorState.Mark before = this.instance.state().mark();
			return runDue(run, before).onErrorResume((ex) -> afterMethod(() -> commitFailure(run, before, ex)))
				.doFinally((signal) -> this.instance.commits().endRun())
				.then(Mono.fromSupplier(() -> schedules.nextRun(id)));
		});
	}

	private Mono<Void> runDue(DueRun run, ActorState.Mark before) {
		if (run.isLeftOver(this.type.schedules()) || run.isSkipped()) {
			return Mono.fromRunnable(() -> {
				if (run.isSkipped()) {
					run.succeed();
				}
				else {
					run.remove();
				}
				this.instance.commits().commit(null, true, null);
			});
		}
		this.instance.loggedTurn().runs(run.entry().id());
		ToServer.ActionRequest request = new ToServer.ActionRequest(0, run.entry().action(), run.args());
		return perform(null, request, null, new Occasion(true, null, run, before, true)).then();
	}

	private void commitFailure(DueRun run, ActorState.Mark before, Throwable cause) {
		if (run.isCommitted()) {
			// by a transaction, before the failure: what followed it is undone
			this.instance.commits().undo(this.instance.state().storedMark(), cause);
			return;
		}
		this.instance.commits().undo(before, cause);
		if (run.isUncommitted(cause)) {
			throw Guarded.unchecked(cause);
		}
		this.instance.scheduleFailed(cause);
		Schedule failed = run.fail(this.instance.address(), cause);
		this.instance.commits().commit(null, true, null);
		if (failed != null) {
			this.observers.scheduleFailed(this.instance.address(), failed, cause);
		}
	}

	/** Runs work on a worker once a method that has timed out has returned. */
	private Mono<Void> afterMethod(Runnable work) {
		return Mono.<Void>create((sink) -> this.calls.onceReturned(sink::success))
			.publishOn(this.instance.workers())
			.then(inContext(work));
	}

	/**
	 * How an action is called.
	 *
	 * @param withinTurn whether it is part of the current turn, even if it interleaves
	 * @param keyed the run of a call with an idempotency key, {@code null} for another
	 * @param due the run of a schedule, {@code null} for another
	 * @param before the state before the run of a schedule, otherwise {@code null}
	 * @param saved whether the caller repeats nothing afterwards and waits for the save
	 */
	private record Occasion(boolean withinTurn, @Nullable KeyedCall keyed, @Nullable DueRun due,
			ActorState.@Nullable Mark before, boolean saved) {

		static final Occasion PLAIN = new Occasion(false, null, null, null, false);

		boolean interleaves(@Nullable ActionSettings action) {
			return action != null && action.interleave() && !this.withinTurn;
		}

		/** Notes that the action has succeeded and is about to be committed. */
		void succeed() {
			if (this.due != null) {
				this.due.succeed();
			}
		}

		void begin() {
			if (this.keyed != null) {
				this.keyed.begin();
			}
		}

	}

	/** Calls an action and reports it to observers. */
	private Mono<JsonNode> perform(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable PendingCall pending, Occasion occasion) {
		ActionSettings action = action(connection, request);
		if (action == null && !this.listeners.has(this.instance, request.name())) {
			return Mono.error(notFound(request.name()));
		}
		if (!this.observers.observeActions()) {
			return performUnobserved(connection, request, action, pending, occasion);
		}
		return Mono.deferContextual((context) -> {
			ObservedAction observed = observe(connection, request, CallContext.carried(context));
			return observed.context()
				.around(Guarded.defer(() -> performUnobserved(connection, request, action, pending, occasion)))
				.doOnSuccess((output) -> observed.succeed())
				.doOnError(observed::fail)
				.doOnCancel(() -> observed.fail(new RivetException(ErrorCode.CANCELLED)));
		});
	}

	private ObservedAction observe(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			CallContext caller) {
		return this.observers.actionStarted(this.instance.address(), request.name(), connection,
				caller.causedBy(request.options().traceparent()));
	}

	private Mono<JsonNode> performUnobserved(@Nullable ActorConnection connection, ToServer.ActionRequest request,
			@Nullable ActionSettings action, @Nullable PendingCall pending, Occasion occasion) {
		Inbound inbound = inbound(request, connection);
		try {
			checkAccess(connection);
		}
		catch (RivetException ex) {
			return Mono.error(ex);
		}
		AtomicBoolean begun = new AtomicBoolean();
		ActorState.Mark before = (occasion.due() != null) ? occasion.before() : mark(action, occasion);
		JoinedAction joined = joined(action, connection, before, occasion);
		Run run = new Run(action, connection, joined, limit(action, pending), pending, occasion.interleaves(action),
				() -> {
					begun.set(true);
					occasion.begin();
				}, new ConcurrentLinkedQueue<>());
		InboundInterceptor.Next last = (current) -> run(run, current).mapNotNull((value) -> value.orElse(null));
		Mono<Optional<Object>> result = this.interceptors.isEmpty() ? run(run, inbound)
				: this.interceptors.around(inbound, run.limit(), run.interleave(), last)
					.map(Optional::of)
					.defaultIfEmpty(Optional.empty());
		if (this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE)) {
			result = result.flatMap((value) -> beforeResponse(run, request.name(), value));
		}
		return inContext(result, (value) -> {
			JsonNode output = commit(action, before, connection, value.orElse(null), occasion, joined);
			run.saved().forEach((saved) -> tellListeners(connection, saved));
			return output;
		}).onErrorMap((ex) -> (occasion.keyed() != null && connection != null)
				? this.failures.refusalOnce(ex, inbound, connection, begun.get(), occasion.keyed().isUndone())
				: this.failures.refusal(ex, inbound, connection, begun.get()));
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
	 * Parameters of a run of an action.
	 *
	 * @param action the action, {@code null} if there are only listeners
	 * @param joined the action, if a transaction of the application may commit it
	 * @param onBegin called when its method begins
	 * @param saved calls that are passed to listeners after the state is saved
	 */
	private record Run(@Nullable ActionSettings action, @Nullable ActorConnection connection,
			@Nullable JoinedAction joined, InterceptorChain.Limit limit, @Nullable PendingCall pending,
			boolean interleave, Runnable onBegin, Queue<Inbound> saved) {
	}

	/** Returns whether an action may fail after its method because of its commit. */
	private boolean mayCommit(@Nullable ActionSettings action) {
		return action != null && !action.interleave() && (action.durable() || this.durableEvents);
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
				? this.calls.call(
						MethodInvocation.ofAction(inbound, this.instance, connection, run.joined(), run.pending()),
						run.limit().time(), run.limit().onTimeout(), run.pending(), run.onBegin())
				: Mono.fromSupplier(() -> {
					run.onBegin().run();
					return Optional.empty();
				});
		if (run.interleave()) {
			result = this.instance.inNewTurn(result);
		}
		return inContext(result, (value) -> {
			if (mayCommit(run.action())) {
				run.saved().add(inbound); // listeners are not called if saving fails
			}
			else {
				tellListeners(connection, inbound);
			}
			return value;
		});
	}

	/** Returns a later step of a call, which runs with its context. */
	private static Mono<Void> inContext(Runnable step) {
		return Mono.deferContextual((context) -> Mono.fromRunnable(() -> CallContext.carried(context).run(step)));
	}

	/**
	 * Continues a call with its context, on the thread of a result that may be
	 * asynchronous.
	 */
	private static <T, R> Mono<R> inContext(Mono<T> result, Function<T, R> step) {
		return Mono.deferContextual((context) -> {
			CallContext caller = CallContext.carried(context);
			return result.map((value) -> {
				try (CallContext.Scope scope = caller.enter()) {
					return step.apply(value);
				}
			});
		});
	}

	/**
	 * Calls the listeners for a client's call; calls of server code are not passed to
	 * them.
	 */
	private void tellListeners(@Nullable ActorConnection connection, Inbound inbound) {
		if (connection != null) {
			this.listeners.call(this.instance, inbound.name(), connection, inbound.args());
		}
	}

	private Mono<Optional<Object>> beforeResponse(Run run, String action, Optional<Object> value) {
		Caller caller = (run.connection() != null) ? Caller.of(run.connection()) : null;
		return this.calls.hook(Hook.BEFORE_ACTION_RESPONSE, caller, action, value.orElse(null));
	}

	/**
	 * Records the state before an action that may have to be undone, {@code null} for
	 * other actions, and holds back the events of a durable one.
	 */
	private ActorState.@Nullable Mark mark(@Nullable ActionSettings action, Occasion occasion) {
		if (!mayCommit(action) && (!occasion.saved() || action == null || action.interleave())) {
			return null;
		}
		this.instance.commits().hold();
		return this.instance.state().mark();
	}

	/** Returns the run of an action that a transaction of the application may commit. */
	private @Nullable JoinedAction joined(@Nullable ActionSettings action, @Nullable ActorConnection connection,
			ActorState.@Nullable Mark before, Occasion occasion) {
		if (action == null || !action.transactional() || action.interleave()) {
			return null;
		}
		return new JoinedAction(this.instance.commits(), this.calls, before, occasion.keyed(),
				(result) -> toTree(action, connection, result), occasion.due());
	}

	/** Returns whether something may follow the last turn of an interleaved action. */
	private boolean endsOutsideTurns() {
		return !this.interceptors.isEmpty() || this.type.hooks().contains(Hook.BEFORE_ACTION_RESPONSE);
	}

	/**
	 * Converts the result of an action, unless a transaction has done so, and commits the
	 * action. If one of both fails, the state is restored.
	 */
	private JsonNode commit(@Nullable ActionSettings action, ActorState.@Nullable Mark before,
			@Nullable ActorConnection caller, @Nullable Object value, Occasion occasion,
			@Nullable JoinedAction joined) {
		KeyedCall keyed = occasion.keyed();
		// what a transaction has committed stays
		ActorState.Mark undone = (joined != null && joined.isCommitted()) ? null : before;
		try {
			JsonNode converted = (joined != null) ? joined.output(value) : null;
			JsonNode output = (converted != null) ? converted : orUndo(undone, () -> toTree(action, caller, value));
			StoredAnswer answer = (keyed != null) ? orUndo(undone, () -> keyed.answer(output)) : null;
			commit(action, before, occasion, answer, joined);
			return output;
		}
		catch (Throwable ex) {
			if (keyed != null && undone != null) {
				keyed.undo();
			}
			throw ex;
		}
	}

	private <T> T orUndo(ActorState.@Nullable Mark before, Supplier<T> work) {
		try {
			return work.get();
		}
		catch (Throwable ex) {
			if (before != null) {
				this.instance.commits().undo(before, ex);
			}
			throw ex;
		}
	}

	private void commit(@Nullable ActionSettings action, ActorState.@Nullable Mark before, Occasion occasion,
			@Nullable StoredAnswer answer, @Nullable JoinedAction joined) {
		boolean durable = occasion.saved()
				|| (action != null && (action.durable() || this.type.settings().state().sync()));
		if (occasion.due() == null && action != null && action.interleave() && endsOutsideTurns()) {
			this.instance.commits().commitOutsideTurns(durable, answer);
		}
		else if (joined != null && joined.isCommitted()) {
			commitRest(before, durable, (answer != null && !joined.hasStored(answer)) ? answer : null);
		}
		else {
			occasion.succeed();
			this.instance.commits().commit(before, durable, answer);
		}
	}

	/**
	 * Commits what hooks and interceptors have changed after the transaction that has
	 * committed the action.
	 */
	private void commitRest(ActorState.@Nullable Mark before, boolean durable, @Nullable StoredAnswer answer) {
		ActorState state = this.instance.state();
		ActorState.Mark committed = (before != null) ? state.storedMark() : null;
		this.instance.commits().commit(committed, durable && state.isDirty(), answer);
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
