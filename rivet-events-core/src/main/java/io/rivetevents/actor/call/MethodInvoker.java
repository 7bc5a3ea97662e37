/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CurrentContext;
import io.rivetevents.actor.call.MethodInvocation.Caller;
import io.rivetevents.actor.persistence.Draft;
import io.rivetevents.actor.turn.LoggedTurn;
import io.rivetevents.actor.turn.MethodTimeout;
import io.rivetevents.actor.turn.TurnWork;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Invocation;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.DueQueue;

/**
 * Calls the methods of one instance, with a time limit. The methods are called by
 * {@link ActorType#invoke}.
 */
public final class MethodInvoker {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(MethodInvoker.class));

	/** Result of a method that has exceeded its time limit. */
	static final Object LATE = new Object();

	private final CalledInstance instance;

	private final ActorType type;

	private final Scheduler timers;

	private final DueQueue.Entry due;

	private final Body methods;

	/** Number of running methods: at most one. */
	private final AtomicInteger running = new AtomicInteger();

	private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

	private volatile @Nullable MethodTimeout watch;

	/** Code that runs under a time limit. */
	@FunctionalInterface
	private interface Body {

		@Nullable Object run(Invocation invocation) throws Exception;

	}

	/**
	 * Creates the invoker.
	 * @param instance instance of the methods
	 * @param timers scheduler for timeouts
	 * @param due calls {@link #check} at the deadline of a method
	 */
	public MethodInvoker(CalledInstance instance, Scheduler timers, DueQueue.Entry due) {
		this.instance = instance;
		this.type = instance.type();
		this.methods = this::call;
		this.timers = timers;
		this.due = due;
	}

	private @Nullable Object call(Invocation invocation) throws Exception {
		this.instance.loggedTurn().calls(invocation);
		JoinedAction joined = (invocation instanceof MethodInvocation method) ? method.joined() : null;
		if (joined == null) {
			return this.type.invoke(invocation);
		}
		joined.open();
		try {
			return this.type.invoke(invocation);
		}
		finally {
			joined.close();
		}
	}

	/**
	 * Ends the time limit of the method that this thread runs.
	 * @return {@code false} if it has already passed, or its client has cancelled the
	 * call: the caller has been answered
	 */
	boolean endTimeLimit() {
		MethodTimeout watch = this.watch;
		return watch != null && watch.end();
	}

	/** Checks the deadline of the running method. Safe for use by several threads. */
	public void check(long now) {
		MethodTimeout watch = this.watch;
		if (watch != null && !watch.check(now)) {
			this.due.arm(watch.deadline());
		}
	}

	/**
	 * Calls a hook.
	 * @return its result, empty if the actor does not have the hook; every failure is a
	 * {@code RivetException}
	 */
	public Mono<Optional<Object>> hook(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		if (!this.type.hooks().contains(hook)) {
			return Mono.just(Optional.empty());
		}
		Invocation invocation = invocation(hook, caller, payload);
		return call(invocation, caller).onErrorMap((ex) -> !(ex instanceof RivetException),
				(ex) -> this.type.translate(ex, invocation, invocation.caller()));
	}

	private Invocation invocation(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		ActorConnection connection = (caller != null) ? caller.connection() : null;
		return MethodInvocation.ofHook(hook, new DefaultActorContext(this.instance, connection), caller, payload);
	}

	private Mono<Optional<Object>> call(Invocation hook, @Nullable Caller caller) {
		ActorSettings settings = this.type.settings();
		Duration limit = (caller != null) ? settings.connectionHookTimeout() : settings.lifecycleHookTimeout();
		return call(hook, limit, ErrorCode.CALLBACK_TIMED_OUT, null, () -> {
		});
	}

	/**
	 * Calls a hook that does not hold the turn while it waits. A method with a context
	 * parameter begins in the current turn, and its result is awaited outside of the
	 * turn. A method without one runs outside of turns, so it may block.
	 * @param client client whose share of the workers is used
	 * @return completes after the hook; every failure is a {@code RivetException}
	 */
	public Mono<Void> aside(Hook hook, Caller caller, Identity client) {
		if (this.type.usesContext(hook)) {
			return hook(hook, caller).then();
		}
		return outsideTurns(MethodInvocation.ofHook(hook, DefaultActorContext.outsideTurns(this.instance), caller),
				client);
	}

	/**
	 * Calls a hook without a context parameter on a worker, before the instance exists.
	 * @param draft the instance to be created
	 * @param client client whose share of the workers is used
	 * @return completes after the hook; every failure is a {@code RivetException}
	 */
	public Mono<Void> beforeCreation(Hook hook, Caller caller, Draft draft, Identity client) {
		return outsideTurns(
				MethodInvocation.ofHook(hook, DefaultActorContext.beforeCreation(this.instance, draft), caller),
				client);
	}

	private Mono<Void> outsideTurns(Invocation invocation, Identity client) {
		Scheduler workers = this.instance.workersFor(client);
		return outsideTurns(invocation, this.type.settings().connectionHookTimeout(), workers)
			.onErrorMap((ex) -> !(ex instanceof RivetException),
					(ex) -> this.type.translate(ex, invocation, invocation.caller()))
			.then();
	}

	private Mono<Optional<Object>> outsideTurns(Invocation invocation, Duration limit, Scheduler workers) {
		return Mono.<Optional<Object>>create((sink) -> {
			Thread.interrupted(); // earlier work on this thread may have left it set
			CallContext context = CallContext.capture(sink.contextView());
			long deadline = this.instance.now() + limit.toNanos();
			MethodTimeout watch = new MethodTimeout(deadline,
					() -> sink.error(new RivetException(ErrorCode.CALLBACK_TIMED_OUT)));
			Disposable clock = this.timers.schedule(() -> watch.check(this.instance.now()), limit.toNanos(),
					TimeUnit.NANOSECONDS);
			Object result = null;
			Throwable failure = null;
			ActorContext<?, ?> before = CurrentContext.enter(invocation.context());
			try (CallContext.Scope scope = context.enter()) {
				result = watch.isInTime() ? this.type.invoke(invocation) : null;
			}
			catch (Throwable ex) {
				failure = ex;
			}
			finally {
				CurrentContext.leave(before);
				clock.dispose();
			}
			boolean inTime = watch.end();
			Thread.interrupted(); // the method may have left it set
			if (!inTime) {
				return; // the timeout has been signalled
			}
			if (failure != null) {
				sink.error(failure);
			}
			else if (result instanceof Mono<?> later) {
				sink.onDispose(Guarded.defer(() -> await(context.around(later), deadline, ErrorCode.CALLBACK_TIMED_OUT))
					.subscribe(sink::success, sink::error));
			}
			else {
				sink.success(Optional.ofNullable(result));
			}
		}).subscribeOn(workers);
	}

	/** Calls a hook whose failure has no effect except that it is logged. */
	public Mono<Void> tolerant(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		if (!this.type.hooks().contains(hook)) {
			return Mono.empty();
		}
		Invocation invocation = invocation(hook, caller, payload);
		return call(invocation, caller).onErrorResume((ex) -> {
			logTolerated(ex, invocation);
			return Mono.empty();
		}).then();
	}

	/** Failures that a client must not see are logged where they are translated. */
	private void logTolerated(Throwable ex, Invocation hook) {
		boolean meant = ex instanceof RivetException;
		RivetException told = (ex instanceof RivetException known) ? known
				: this.type.translate(ex, hook, hook.caller());
		if (meant || !told.code().equals(ErrorCode.INTERNAL_ERROR.code())) {
			failures.warn("%s.%s %s".formatted(this.type.name(), hook.name(), told.code()),
					() -> "%s failed: %s".formatted(hook, told));
		}
	}

	/**
	 * Calls a method on this thread, with a time limit.
	 * @param pending the client's call, which can be cancelled; {@code null} if it cannot
	 * @param onBegin called when the method begins; not called if it was cancelled before
	 * @return its result. If the timeout passes or the client cancels while the method is
	 * running, another thread signals the error
	 */
	Mono<Optional<Object>> call(Invocation invocation, Duration limit, ErrorCode onTimeout,
			@Nullable PendingCall pending, Runnable onBegin) {
		return Mono.create((sink) -> {
			long deadline = this.instance.now() + limit.toNanos();
			Progress progress = new Progress() {

				@Override
				public void begun() {
					onBegin.run();
				}

				@Override
				public void late(ErrorCode why) {
					sink.error(new RivetException(why));
				}

			};
			CallContext context = CallContext.carried(sink.contextView());
			LoggedTurn turn = this.instance.loggedTurn();
			Object result;
			try (CallContext.Scope scope = context.enter()) {
				result = invoke(invocation, deadline, onTimeout, pending, progress);
			}
			catch (Throwable ex) {
				sink.error(ex);
				return;
			}
			if (result instanceof Mono<?> later) {
				sink.onDispose(Guarded.defer(() -> await(context.around(later), deadline, onTimeout))
					.doOnError(turn::fails)
					.subscribe(sink::success, sink::error));
			}
			else if (result != LATE) {
				sink.success(Optional.ofNullable(result));
			}
		});
	}

	/** Receives the progress of a method call. */
	interface Progress {

		/**
		 * Called on the thread of the method immediately before the method, unless the
		 * deadline has passed.
		 */
		default void begun() {
		}

		/**
		 * Called if the deadline passes or the client cancels while the method is running
		 * or its result is pending. Called by another thread unless the client had
		 * cancelled before the method could begin.
		 * @param why error code of the answer
		 */
		void late(ErrorCode why);

	}

	/**
	 * Calls a method on this thread and waits for it.
	 * @param deadline deadline in nanoseconds
	 * @param onTimeout error code after the deadline
	 * @param pending the client's call, which can be cancelled; {@code null} if it cannot
	 * @param progress notified when the method begins and when the deadline passes
	 * @return its result, a {@code Mono} if the result is asynchronous; {@link #LATE} if
	 * the deadline has passed and {@code progress} has been notified. If the deadline
	 * passed before the method could begin, it has not been called
	 * @throws Throwable exception of the method, if the deadline has not passed
	 */
	@Nullable Object invoke(Invocation invocation, long deadline, ErrorCode onTimeout, @Nullable PendingCall pending,
			Progress progress) throws Throwable {
		return invoke(this.methods, invocation, deadline, onTimeout, pending, progress);
	}

	private @Nullable Object invoke(Body body, Invocation invocation, long deadline, ErrorCode onTimeout,
			@Nullable PendingCall pending, Progress progress) throws Throwable {
		LoggedTurn turn = this.instance.loggedTurn();
		try {
			Object result = invokeInTime(body, invocation, deadline, onTimeout, pending, progress);
			if (result == LATE) {
				turn.fails(new RivetException(onTimeout));
			}
			return result;
		}
		catch (Throwable ex) {
			turn.fails(ex);
			throw ex;
		}
	}

	private @Nullable Object invokeInTime(Body body, Invocation invocation, long deadline, ErrorCode onTimeout,
			@Nullable PendingCall pending, Progress progress) throws Throwable {
		// first: a later interrupt of this call must not be mistaken for an older one
		boolean interrupted = Thread.interrupted();
		MethodTimeout watch = new MethodTimeout(deadline, () -> progress.late(onTimeout));
		if (pending != null) {
			endOnCancel(pending, watch, progress);
		}
		boolean inTime;
		Object result = null;
		Throwable failure = null;
		this.running.incrementAndGet();
		this.watch = watch;
		this.due.arm(deadline);
		ActorContext<?, ?> before = CurrentContext.enter(invocation.context());
		try {
			if (watch.isInTime()) {
				progress.begun();
				// again: a concurrent cancellation may treat the call as not begun
				result = watch.isInTime() ? body.run(invocation) : null;
			}
		}
		catch (Throwable ex) {
			failure = ex;
		}
		finally {
			CurrentContext.leave(before);
			this.watch = null;
			inTime = watch.end();
			Thread.interrupted(); // the method may have left it set
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
			returned();
		}
		if (inTime && failure != null) {
			throw failure;
		}
		return inTime ? result : LATE;
	}

	private static void endOnCancel(PendingCall pending, MethodTimeout watch, Progress progress) {
		Runnable cancel = () -> progress.late(ErrorCode.CANCELLED);
		pending.onCancel(() -> {
			if (!watch.expire(cancel)) {
				cancel.run(); // the method has returned, its result is pending
			}
		});
	}

	/**
	 * Runs application code in a new turn. Safe for use by several threads.
	 * @param asked the call that submits the work
	 * @param work the work
	 * @return its result
	 */
	public <T extends @Nullable Object> CompletableFuture<T> turn(Invocation asked, Supplier<? extends T> work) {
		TurnWork<T> turn = new TurnWork<>(work, asked, this.instance.workers());
		this.instance.offerWork(() -> run(turn), turn::fail);
		return turn.result();
	}

	private void run(TurnWork<?> turn) {
		if (turn.result().isDone()) {
			return; // the work has been cancelled
		}
		long deadline = this.instance.now() + this.type.settings().actionTimeout().toNanos();
		try {
			this.instance.loggedTurn().calls(turn.asked());
			Object result = invoke((invocation) -> turn.work().get(), turn.asked(), deadline,
					ErrorCode.ACTION_TIMED_OUT, null, (why) -> turn.fail(new RivetException(why)));
			if (result != LATE) {
				turn.succeed(result);
			}
		}
		catch (Throwable ex) {
			turn.fail(ex);
		}
	}

	private void returned() {
		if (this.running.decrementAndGet() == 0) {
			runWaiting();
		}
	}

	/**
	 * Runs an action when no method is running any more. A method that has exceeded its
	 * time limit may still be running after it has been answered.
	 */
	public void onceReturned(Runnable next) {
		if (this.running.get() == 0) {
			next.run();
			return;
		}
		this.waiting.set(next);
		// the later of this call and the return sees the effect of the other
		if (this.running.get() == 0) {
			runWaiting();
		}
	}

	private void runWaiting() {
		Runnable next = this.waiting.getAndSet(null);
		if (next != null) {
			next.run();
		}
	}

	/** The steps after the result may block, so they continue on a worker. */
	Mono<Optional<Object>> await(Mono<?> result, long deadline, ErrorCode onTimeout) {
		long nanos = deadline - this.instance.now();
		Mono<Object> late = Mono.error(() -> new RivetException(onTimeout));
		return result.cast(Object.class)
			.timeout(Duration.ofNanos(Math.max(nanos, 0)), late, this.timers)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.publishOn(this.instance.workers());
	}

}
