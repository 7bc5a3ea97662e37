package io.rivetevents.transport;

import java.util.Arrays;

import io.rivetevents.limit.Reception;

/**
 * A message of which a part has arrived. It takes as much memory as that needs, not what
 * has been announced, and counts it with what the node may take for such parts once it
 * has to wait for more.
 */
public final class PartialMessage {

	private static final int MIN_CAPACITY = 256;

	/** One byte more than it may have, by which one sees that it has too many. */
	private final int maxCapacity;

	private final Reception reception;

	private byte[] bytes = new byte[0];

	private int size;

	private int counted;

	/**
	 * Creates an empty message.
	 * @param maxSize most bytes that it may have
	 * @param reception what it may take, with other such messages
	 */
	public PartialMessage(int maxSize, Reception reception) {
		this.maxCapacity = maxSize + 1;
		this.reception = reception;
	}

	/**
	 * Returns how many bytes have arrived.
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Returns the array that holds them, until there has to be a larger one.
	 */
	public byte[] array() {
		return this.bytes;
	}

	/** Adds bytes that have been put into the array. */
	public void advance(int count) {
		this.size += count;
	}

	/**
	 * Returns how many bytes can be put into the array, behind those that are there. More
	 * are made if there are none; none are left only beyond the maximum.
	 */
	public int room() {
		if (this.size == this.bytes.length) {
			grow(this.size + 1);
		}
		return this.bytes.length - this.size;
	}

	/**
	 * Adds bytes that are to be put into the array.
	 * @param count how many; no more than the message may have
	 * @return position of the first of them in the array
	 */
	public int add(int count) {
		int start = this.size;
		if (start + count > this.bytes.length) {
			grow(start + count);
		}
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
	public boolean count() {
		int more = this.bytes.length - this.counted;
		if (more == 0 || this.reception.tryAcquire(more)) {
			this.counted += more;
			return true;
		}
		return false;
	}

	/**
	 * Returns the whole message, and counts it no more.
	 */
	public byte[] take() {
		release();
		return (this.bytes.length == this.size) ? this.bytes : Arrays.copyOf(this.bytes, this.size);
	}

	/** Counts it no more. */
	public void release() {
		this.reception.release();
		this.counted = 0;
	}

}
