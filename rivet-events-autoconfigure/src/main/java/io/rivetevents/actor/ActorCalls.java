package io.rivetevents.actor;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.Invocation.Caller;
import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.PendingCall;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * The calls of the methods of one instance, each under a time limit.
 */
final class ActorCalls {

	private static final Log logger = LogFactory.getLog(ActorCalls.class);

	private final ActorInstance instance;

	private final ActorType type;

	private final ActorRuntime runtime;

	/** Methods that run: one at the most. */
	private final AtomicInteger running = new AtomicInteger();

	private final AtomicReference<@Nullable Runnable> waiting = new AtomicReference<>();

	private volatile @Nullable Watch watch;

	ActorCalls(ActorInstance instance, ActorRuntime runtime) {
		this.instance = instance;
		this.type = instance.type();
		this.runtime = runtime;
	}

	/** Look whether what runs has run too long. By any thread. */
	void check(long now) {
		Watch watch = this.watch;
		if (watch != null) {
			watch.check(now);
		}
	}

	/**
	 * Call a hook.
	 * @return its result, nothing if the actor does not have it; every failure is a
	 * {@code RivetException}
	 */
	Mono<Optional<Object>> hook(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		if (!this.type.hooks().contains(hook)) {
			return Mono.just(Optional.empty());
		}
		ClientConnection connection = (caller != null) ? caller.connection() : null;
		Invocation invocation = Invocation.ofHook(hook, new DefaultActorContext(this.instance, connection), caller,
				payload);
		ActorSettings settings = this.type.settings();
		Duration limit = (caller != null) ? settings.connectionHookTimeout() : settings.lifecycleHookTimeout();
		return call(invocation, limit, ErrorCode.CALLBACK_TIMED_OUT).onErrorMap((ex) -> !(ex instanceof RivetException),
				(ex) -> this.type.translate(ex, invocation));
	}

	/** Call a hook whose failure changes nothing; it has been logged. */
	Mono<Void> tolerant(Hook hook, @Nullable Caller caller, @Nullable Object... payload) {
		return hook(hook, caller, payload).onErrorResume((ex) -> {
			logger.warn("%s of %s failed: %s".formatted(hook, this.instance.address(), ex.getMessage()));
			return Mono.empty();
		}).then();
	}

	/**
	 * Call a method on this thread, under a time limit.
	 * @return its result. If the limit passes while the method still runs, the error
	 * comes from another thread
	 */
	Mono<Optional<Object>> call(Invocation invocation, Duration limit, ErrorCode onTimeout) {
		return call(invocation, limit, onTimeout, null);
	}

	/**
	 * Call a method on this thread, under a time limit.
	 * @param pending the client's call, by which it can be cancelled; {@code null} if it
	 * cannot
	 * @return its result. If the limit passes, or the client cancels, while the method
	 * still runs, the error comes from another thread
	 */
	Mono<Optional<Object>> call(Invocation invocation, Duration limit, ErrorCode onTimeout,
			@Nullable PendingCall pending) {
		return Mono.create((sink) -> {
			long deadline = this.instance.now() + limit.toNanos();
			Watch watch = new Watch(deadline, () -> sink.error(new RivetException(onTimeout)));
			if (pending != null) {
				Runnable cancel = () -> sink.error(new RivetException(ErrorCode.CANCELLED));
				pending.onCancel(() -> {
					if (!watch.expire(cancel)) {
						cancel.run(); // the method has returned, its result is awaited
					}
				});
			}
			Object result;
			this.running.incrementAndGet();
			this.watch = watch;
			DefaultActorContext.CURRENT.set(invocation.context());
			try {
				result = this.type.invoke(invocation);
			}
			catch (Throwable ex) {
				result = Mono.error(ex);
			}
			finally {
				DefaultActorContext.CURRENT.remove();
			}
			this.watch = null;
			boolean inTime = watch.end();
			returned();
			if (!inTime) {
				return; // it has been answered, and nobody waits for the result
			}
			if (result instanceof Mono<?> later) {
				sink.onDispose(
						await(later, deadline - this.instance.now(), onTimeout).subscribe(sink::success, sink::error));
			}
			else {
				sink.success(Optional.ofNullable(result));
			}
		});
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
	void onceReturned(Runnable next) {
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
	private Mono<Optional<Object>> await(Mono<?> result, long nanos, ErrorCode onTimeout) {
		Scheduler timers = this.runtime.timers();
		Mono<Object> late = Mono.error(() -> new RivetException(onTimeout));
		return result.cast(Object.class)
			.timeout(Duration.ofNanos(Math.max(nanos, 0)), late, timers)
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.publishOn(this.runtime.workers());
	}

}
