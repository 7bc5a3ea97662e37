package io.rivetevents.actor;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One piece of work of an instance. It names no instance, so that what was sent to one
 * that has just gone to sleep can be given to the one that wakes.
 *
 * @param work what to do; never begun while another turn of the instance runs. It returns
 * what is left to do, {@code null} if it is over. It must not fail: who asked has been
 * answered within it
 * @param interleave whether the next turn may run before the work has ended
 * @param client whether a client asked for it, so that the bound of the mailbox counts
 * @param blocking whether it may block its thread
 */
record Turn(Function<ActorInstance, @Nullable Mono<Void>> work, boolean interleave, boolean client, boolean blocking) {

	static Turn ofClient(Function<ActorInstance, @Nullable Mono<Void>> work, boolean interleave) {
		return new Turn(work, interleave, true, true);
	}

	/** It is begun on the thread that brings it if no other turn waits or runs. */
	static Turn ofClientWithoutBlocking(Function<ActorInstance, @Nullable Mono<Void>> work) {
		return new Turn(work, false, true, false);
	}

	static Turn ofRuntime(Function<ActorInstance, @Nullable Mono<Void>> work) {
		return new Turn(work, false, false, true);
	}

	/** Do it at once, outside any mailbox. */
	void doNow(ActorInstance instance) {
		Mono<Void> rest = this.work.apply(instance);
		if (rest != null) {
			rest.subscribe();
		}
	}

}
