/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

import io.rivetevents.actor.ActorAddress;

/**
 * Awaits turns that wait for something outside of the node, such as an answer over HTTP,
 * before a virtual time moves on, so that no timeout overtakes them. A turn may also wait
 * for that time: it is awaited for a second, once. Used by the thread of the test.
 */
public final class OutsideWaits {

	/** Longer than a call on the same machine takes. It only delays a test. */
	private static final long GRACE_NANOS = Duration.ofSeconds(1).toNanos();

	private final Supplier<? extends Collection<ActorAddress>> turns;

	private final Runnable settle;

	/** Instances whose turns have been awaited and have not ended. */
	private final Set<ActorAddress> awaited = new HashSet<>();

	/**
	 * Creates an object that has awaited nothing.
	 * @param turns lists the instances with turns that wait or run
	 * @param settle returns when no worker has anything to do
	 */
	public OutsideWaits(Supplier<? extends Collection<ActorAddress>> turns, Runnable settle) {
		this.turns = turns;
		this.settle = settle;
	}

	/** Waits until no worker has anything to do. */
	public void settle() {
		this.settle.run();
		if (!this.awaited.isEmpty()) {
			this.awaited.retainAll(this.turns.get());
		}
	}

	/** Waits until all turns have ended, except those that were awaited before. */
	public void await() {
		long start = System.nanoTime();
		Collection<ActorAddress> present = this.turns.get();
		while (!this.awaited.containsAll(present) && System.nanoTime() - start < GRACE_NANOS) {
			pause();
			settle();
			present = this.turns.get();
		}
		this.awaited.addAll(present);
	}

	private static void pause() {
		try {
			Thread.sleep(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for a turn", ex);
		}
	}

}
