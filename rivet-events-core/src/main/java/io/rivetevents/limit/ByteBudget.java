package io.rivetevents.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that all clients of a node may take together for one purpose. Safe for use by
 * several threads.
 */
public final class ByteBudget {

	private final Limit limit;

	private final long max;

	private final LimitHits hits;

	private final AtomicLong used = new AtomicLong();

	ByteBudget(Limit limit, long max, LimitHits hits) {
		this.limit = limit;
		this.max = max;
		this.hits = hits;
	}

	/**
	 * Takes bytes if they are there; counts a refusal.
	 * @return whether they were taken
	 */
	public boolean tryAcquire(long bytes) {
		if (this.used.addAndGet(bytes) <= this.max) {
			return true;
		}
		this.used.addAndGet(-bytes);
		this.hits.add(this.limit);
		return false;
	}

	/**
	 * Takes bytes whether they are there or not.
	 * @return whether the bound still holds
	 */
	public boolean acquire(long bytes) {
		return this.used.addAndGet(bytes) <= this.max;
	}

	/**
	 * Gives bytes back.
	 */
	public void release(long bytes) {
		this.used.addAndGet(-bytes);
	}

	/**
	 * Counts something that was refused, dropped or closed at this bound.
	 */
	public void hit() {
		this.hits.add(this.limit);
	}

	/**
	 * Returns whether more is taken than may be.
	 */
	public boolean isExceeded() {
		return this.used.get() > this.max;
	}

	/**
	 * Returns whether more is taken than a part of what may be.
	 * @param eighths the part
	 */
	public boolean isBeyond(int eighths) {
		return this.used.get() > this.max / 8 * eighths;
	}

	/**
	 * Returns how many bytes are taken.
	 */
	public long used() {
		return this.used.get();
	}

	/**
	 * Returns how many bytes may be taken.
	 */
	public long max() {
		return this.max;
	}

}
