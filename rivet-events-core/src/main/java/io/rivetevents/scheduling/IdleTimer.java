/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;

/**
 * Detects that an object has not been used for some time, and counts the work that keeps
 * it awake. Safe for use by several threads.
 */
public final class IdleTimer {

	private static final long RELEASE_PATIENCE_NANOS = Duration.ofSeconds(3).toNanos();

	private final BooleanSupplier connected;

	private final Supplier<Duration> timeout;

	private final DueQueue.Entry due;

	private final AtomicInteger awaited = new AtomicInteger();

	private volatile long lastUsed;

	private boolean releasing;

	/** When it is released in any case, in nanoseconds. */
	private long releasedAt;

	/**
	 * Creates the timer of an object that has just been used.
	 * @param connected whether the object is used in ways that are not counted here
	 * @param timeout time without use after which the object is idle
	 * @param due visited when the object may be idle
	 * @param now the time in nanoseconds
	 */
	public IdleTimer(BooleanSupplier connected, Supplier<Duration> timeout, DueQueue.Entry due, long now) {
		this.connected = connected;
		this.timeout = timeout;
		this.due = due;
		this.lastUsed = now;
	}

	/**
	 * Notes that the object has been used.
	 * @param now the time in nanoseconds
	 */
	public void touch(long now) {
		this.lastUsed = now;
	}

	/** Returns when the object was last used, in nanoseconds. */
	public long lastUsed() {
		return this.lastUsed;
	}

	/** Keeps the object awake until the work has ended. */
	public <T> Mono<T> keepAwake(Mono<T> work) {
		// released before the signal, so that the code it causes finds the object unused
		return Mono.using(this.awaited::incrementAndGet, (count) -> work, (count) -> awaitNoMore());
	}

	/** Keeps the object awake until {@link #awaitNoMore}. */
	public void await() {
		this.awaited.incrementAndGet();
	}

	/** Ends a call of {@link #await}. */
	public void awaitNoMore() {
		if (this.awaited.decrementAndGet() == 0) {
			arm();
		}
	}

	/**
	 * Returns whether work that keeps the object awake delays its release, which it does
	 * for three seconds from the first call on. Used by one thread at a time.
	 * @param now the time in nanoseconds
	 */
	public boolean delaysRelease(long now) {
		if (!this.releasing) {
			this.releasing = true;
			this.releasedAt = now + RELEASE_PATIENCE_NANOS;
		}
		return this.awaited.get() != 0 && now - this.releasedAt < 0;
	}

	/** Notes that the object was not released. */
	public void stays() {
		this.releasing = false;
	}

	/** Returns whether nothing uses the object or keeps it awake. */
	public boolean isUnused() {
		return this.awaited.get() == 0 && !this.connected.getAsBoolean();
	}

	/**
	 * Returns whether the object has been unused for the timeout.
	 * @param now the time in nanoseconds
	 */
	public boolean isIdle(long now) {
		return isUnused() && now - this.lastUsed >= this.timeout.get().toNanos();
	}

	/**
	 * Schedules a visit for the time when the object may be idle. Must be called when a
	 * use ends and when the timeout becomes shorter.
	 */
	public void arm() {
		if (isUnused()) {
			this.due.arm(this.lastUsed + this.timeout.get().toNanos());
		}
	}

}
