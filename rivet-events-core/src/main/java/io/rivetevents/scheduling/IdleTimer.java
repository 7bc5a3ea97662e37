package io.rivetevents.scheduling;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import reactor.core.publisher.Mono;

/**
 * Finds that something has not been used for some time, and counts what keeps it awake
 * meanwhile. Safe for use by several threads.
 */
public final class IdleTimer {

	private final BooleanSupplier connected;

	private final Supplier<Duration> timeout;

	private final DueQueue.Entry due;

	private final AtomicInteger awaited = new AtomicInteger();

	private volatile long lastUsed;

	/**
	 * Creates a timer of something that has just been used.
	 * @param connected whether it is in use by what is not counted here
	 * @param timeout time without use after which it is idle
	 * @param due is visited when it may be idle
	 * @param now the time in nanoseconds
	 */
	public IdleTimer(BooleanSupplier connected, Supplier<Duration> timeout, DueQueue.Entry due, long now) {
		this.connected = connected;
		this.timeout = timeout;
		this.due = due;
		this.lastUsed = now;
	}

	/**
	 * Notes that it has just been used.
	 * @param now the time in nanoseconds
	 */
	public void touch(long now) {
		this.lastUsed = now;
	}

	/** Keeps it awake until some work has ended. */
	public <T> Mono<T> keepAwake(Mono<T> work) {
		// before the signal, so that whatever it causes finds it unused
		return Mono.using(this.awaited::incrementAndGet, (count) -> work, (count) -> awaitNoMore());
	}

	/** Keeps it awake from now on, until {@link #awaitNoMore}. */
	public void await() {
		this.awaited.incrementAndGet();
	}

	/** Ends what {@link #await} has begun. */
	public void awaitNoMore() {
		if (this.awaited.decrementAndGet() == 0) {
			arm();
		}
	}

	/** Returns whether nothing uses it or keeps it awake. */
	public boolean isUnused() {
		return this.awaited.get() == 0 && !this.connected.getAsBoolean();
	}

	/**
	 * Returns whether it has not been used for so long that it is idle.
	 * @param now the time in nanoseconds
	 */
	public boolean isIdle(long now) {
		return isUnused() && now - this.lastUsed >= this.timeout.get().toNanos();
	}

	/**
	 * Has it visited when it may be idle. To be called whenever its use has ended, or its
	 * timeout is shorter than before.
	 */
	public void arm() {
		if (isUnused()) {
			this.due.arm(this.lastUsed + this.timeout.get().toNanos());
		}
	}

}
