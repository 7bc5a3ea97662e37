package io.rivetevents.transport.websocket;

import java.util.Arrays;

import io.netty.buffer.ByteBuf;

import io.rivetevents.limit.ByteBudget;

/**
 * A message of which a part has arrived. It takes as much memory as that needs, not what
 * has been announced, and counts it with what the node may take for such parts once it
 * has to wait for more.
 */
final class PartialMessage {

	private static final int MIN_CAPACITY = 256;

	/** One byte more than it may have, by which one sees that it has too many. */
	private final int maxCapacity;

	private final ByteBudget budget;

	private byte[] bytes = new byte[0];

	private int size;

	private int counted;

	/**
	 * Creates an empty message.
	 * @param maxSize most bytes that it may have
	 * @param budget what such messages may take together
	 */
	PartialMessage(int maxSize, ByteBudget budget) {
		this.maxCapacity = maxSize + 1;
		this.budget = budget;
	}

	int size() {
		return this.size;
	}

	byte[] array() {
		return this.bytes;
	}

	void advance(int count) {
		this.size += count;
	}

	/**
	 * Returns how many bytes can be put into the array, behind those that are there. More
	 * are made if there are none; none are left only beyond the maximum.
	 */
	int room() {
		if (this.size == this.bytes.length) {
			grow(this.size + 1);
		}
		return this.bytes.length - this.size;
	}

	/**
	 * Reads bytes that have room.
	 * @return position of the first of them in the array
	 */
	int read(ByteBuf in, int count) {
		int start = this.size;
		if (start + count > this.bytes.length) {
			grow(start + count);
		}
		in.readBytes(this.bytes, start, count);
		this.size += count;
		return start;
	}

	private void grow(int needed) {
		int capacity = Math.max(Math.max(needed, MIN_CAPACITY), this.bytes.length * 2);
		this.bytes = Arrays.copyOf(this.bytes, Math.min(capacity, this.maxCapacity));
	}

	/**
	 * Counts what it takes, since it has to wait.
	 * @return whether the node has room for it
	 */
	boolean count() {
		int more = this.bytes.length - this.counted;
		if (more == 0 || this.budget.tryAcquire(more)) {
			this.counted += more;
			return true;
		}
		return false;
	}

	/**
	 * Returns the whole message, and counts it no more.
	 */
	byte[] take() {
		release();
		return (this.bytes.length == this.size) ? this.bytes : Arrays.copyOf(this.bytes, this.size);
	}

	/** Counts it no more. */
	void release() {
		this.budget.release(this.counted);
		this.counted = 0;
	}

}
