package io.rivetevents.actor.turn;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.limit.PendingCall;
import io.rivetevents.observation.CallContext;

/**
 * One piece of work of an instance. It names no instance, so that what was sent to one
 * that has just gone to sleep can be given to the one that wakes.
 *
 * @param <I> type of the instance
 * @param work what to do; never begun while another turn of the instance runs. It returns
 * what is left to do, {@code null} if it is over. It must not fail: who asked has been
 * answered within it
 * @param interleave whether the next turn may run before the work has ended
 * @param client whether a client asked for it, so that the bound of the mailbox counts
 * @param blocking whether it may block its thread
 * @param call the call that it is for, which may time out while it waits; {@code null} if
 * it is for none
 * @param context what its caller holds for traces and logs, in which the work runs
 */
public record Turn<I>(Function<I, @Nullable Mono<Void>> work, boolean interleave, boolean client, boolean blocking,
		@Nullable PendingCall call, CallContext context) {

	public static <I> Turn<I> ofClient(Function<I, @Nullable Mono<Void>> work, boolean interleave) {
		return new Turn<>(work, interleave, true, true, null, CallContext.NONE);
	}

	/** Whatever comes of the work, the call is over with it. */
	public static <I> Turn<I> ofCall(PendingCall call, Function<I, @Nullable Mono<Void>> work, boolean interleave,
			boolean blocking) {
		return new Turn<>((instance) -> run(call, work, instance), interleave, true, blocking, call, CallContext.NONE);
	}

	private static <I> @Nullable Mono<Void> run(PendingCall call, Function<I, @Nullable Mono<Void>> work, I instance) {
		Mono<Void> rest = null;
		try {
			rest = call.start() ? work.apply(instance) : null;
		}
		finally {
			if (rest == null) {
				call.end();
			}
		}
		return (rest != null) ? rest.doFinally((signal) -> call.end()) : null;
	}

	public static <I> Turn<I> ofRuntime(Function<I, @Nullable Mono<Void>> work) {
		return new Turn<>(work, false, false, true, null, CallContext.NONE);
	}

	/**
	 * Returns the same turn for a caller that holds something.
	 * @param context what it holds for traces and logs
	 */
	public Turn<I> within(CallContext context) {
		return (context == this.context) ? this
				: new Turn<>(this.work, this.interleave, this.client, this.blocking, this.call, context);
	}

	/**
	 * Returns the same turn, which does something else before its work. One that is put
	 * into a second mailbox does that once, too.
	 * @param first what to do; must not fail
	 */
	public Turn<I> whenBegun(Runnable first) {
		return (this.work instanceof Begun) ? this : new Turn<>(new Begun<>(first, this.work), this.interleave,
				this.client, this.blocking, this.call, this.context);
	}

	private record Begun<I>(Runnable first,
			Function<I, @Nullable Mono<Void>> work) implements Function<I, @Nullable Mono<Void>> {

		@Override
		public @Nullable Mono<Void> apply(I instance) {
			this.first.run();
			return this.work.apply(instance);
		}

	}

	/** Do it at once, outside any mailbox. */
	public void doNow(I instance) {
		Mono<Void> rest = this.work.apply(instance);
		if (rest != null) {
			this.context.around(rest).subscribe();
		}
	}

}
