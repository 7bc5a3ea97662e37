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
import io.rivetevents.actor.turn.MethodTimeout;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Hook;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Invocation;
import io.rivetevents.failure.Guarded;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.DueQueue;

/**
 * The calls of the methods of one instance, each under a time limit. The way from here to
 * the method is {@link ActorType#invoke}.
 */
public final class MethodInvoker {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(MethodInvoker.class));

	/** What a method has returned that was too late. */
	static final Object LATE = new Object();

	private final CalledInstance instance;

	private final ActorType type;

	private final Scheduler timers;

	private final DueQueue.Entry due;

	private final Body methods;

	/** Methods that run: one at the most. */
	private final AtomicInteger running = new AtomicInteger();

	private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

	private volatile @Nullable MethodTimeout watch;

	/** What runs under a time limit. */
	@FunctionalInterface
	private interface Body {

		@Nullable Object run(Invocation invocation) throws Exception;

	}

	/**
	 * Creates calls.
	 * @param instance whose methods are called
	 * @param timers tell the time and end what takes too long
	 * @param due has {@link #check} called when a method has run too long
	 */
	public MethodInvoker(CalledInstance instance, Scheduler timers, DueQueue.Entry due) {
		this.instance = instance;
		this.type = instance.type();
		this.methods = this.type::invoke;
		this.timers = timers;
		this.due = due;
	}

	/** Look whether what runs has run too long. By any thread. */
	public void check(long now) {
		MethodTimeout watch = this.watch;
		if (watch != null && !watch.check(now)) {
			this.due.arm(watch.deadline());
		}
	}

	/**
	 * Call a hook.
	 * @return its result, nothing if the actor does not have it; every failure is a
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
	 * Calls a hook that does not hold the turn while it waits. A method with a parameter
	 * for the context begins in the current turn, and what it returns is awaited outside;
	 * one without runs outside turns altogether, so that it may block.
	 * @param client of whose share of the workers it is
	 * @return ends with it; every failure is a {@code RivetException}
	 */
	public Mono<Void> aside(Hook hook, Caller caller, Identity client) {
		if (this.type.usesContext(hook)) {
			return hook(hook, caller).then();
		}
		return outsideTurns(MethodInvocation.ofHook(hook, DefaultActorContext.outsideTurns(this.instance), caller),
				client);
	}

	/**
	 * Calls a hook without a parameter for the context before the instance exists, on a
	 * worker.
	 * @param draft what is to be created
	 * @param client of whose share of the workers it is
	 * @return ends with it; every failure is a {@code RivetException}
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
			Thread.interrupted(); // whatever was here before may have left it
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
			Thread.interrupted(); // the method may have left it
			if (!inTime) {
				return; // it has been told
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

	/** Call a hook whose failure changes nothing; it has been logged. */
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

	/** What is not meant for a client is logged where it is translated. */
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
	 * Call a method on this thread, under a time limit.
	 * @param pending the client's call, by which it can be cancelled; {@code null} if it
	 * cannot
	 * @param onBegin called once the method begins; not if it has been cancelled before
	 * @return its result. If the limit passes, or the client cancels, while the method
	 * still runs, the error comes from another thread
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
					.subscribe(sink::success, sink::error));
			}
			else if (result != LATE) {
				sink.success(Optional.ofNullable(result));
			}
		});
	}

	/** Told how the call of a method goes on. */
	interface Progress {

		/**
		 * Called on the thread of the method, right before it is called, unless it is too
		 * late by then.
		 */
		default void begun() {
		}

		/**
		 * Called if it is too late while the method still runs, or the client has
		 * cancelled, be it that the result is awaited. Called by another thread, unless
		 * the client had cancelled before the method could begin.
		 * @param why the error code of the answer
		 */
		void late(ErrorCode why);

	}

	/**
	 * Call a method on this thread, and wait for it.
	 * @param deadline time in nanoseconds at which it is too late
	 * @param onTimeout what is told then
	 * @param pending the client's call, by which it can be cancelled; {@code null} if it
	 * cannot
	 * @param progress told whether it begins, and if it is too late
	 * @return what it has returned, a {@code Mono} if its result comes later;
	 * {@link #LATE} if it was too late, and {@code progress} has been told; the method
	 * has not been called if that was before it could begin
	 * @throws Throwable what it has thrown, if it was not too late
	 */
	@Nullable Object invoke(Invocation invocation, long deadline, ErrorCode onTimeout, @Nullable PendingCall pending,
			Progress progress) throws Throwable {
		return invoke(this.methods, invocation, deadline, onTimeout, pending, progress);
	}

	private @Nullable Object invoke(Body body, Invocation invocation, long deadline, ErrorCode onTimeout,
			@Nullable PendingCall pending, Progress progress) throws Throwable {
		// before anything can interrupt this call, or its interrupt were taken for an
		// older one
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
				// again: who cancels meanwhile may take it for one that has not begun
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
			Thread.interrupted(); // the method may have left it
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
				cancel.run(); // the method has returned, its result is awaited
			}
		});
	}

	/**
	 * Does work of the application in a turn of its own. By any thread.
	 * @param asked what the work is a part of
	 * @param work what to do
	 * @return its result
	 */
	public <T extends @Nullable Object> CompletableFuture<T> turn(Invocation asked, Supplier<? extends T> work) {
		TurnWork<T> turn = new TurnWork<>(work, asked, this.instance.workers());
		this.instance.offerWork(() -> run(turn), turn::fail);
		return turn.result();
	}

	private void run(TurnWork<?> turn) {
		if (turn.result().isDone()) {
			return; // it has been cancelled
		}
		long deadline = this.instance.now() + this.type.settings().actionTimeout().toNanos();
		try {
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
	 * Do something once no method runs any more: one that is late may run on after it has
	 * been answered.
	 */
	public void onceReturned(Runnable next) {
		if (this.running.get() == 0) {
			next.run();
			return;
		}
		this.waiting.set(next);
		// whichever of this and the return comes second sees the other
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

	/** What comes after the result may block, so it goes on on a worker. */
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
