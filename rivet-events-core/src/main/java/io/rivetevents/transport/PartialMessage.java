/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.Arrays;

import io.rivetevents.limit.Reception;

/**
 * A message of which a part has arrived. Allocates memory for the data that has arrived,
 * not for the announced length. The memory counts towards the limit of the node as soon
 * as the message waits for more data.
 */
public final class PartialMessage {

	private static final int MIN_CAPACITY = 256;

	/** One byte more than the maximum, to detect a message that is too long. */
	private final int maxCapacity;

	private final Reception reception;

	private byte[] bytes = new byte[0];

	private int size;

	private int counted;

	/**
	 * Creates an empty message.
	 * @param maxSize most bytes of the message
	 * @param reception budget shared with other partial messages
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
	 * Returns the array with these bytes; valid until a larger one is needed.
	 */
	public byte[] array() {
		return this.bytes;
	}

	/** Adds bytes that were written to the array. */
	public void advance(int count) {
		this.size += count;
	}

	/**
	 * Returns how many bytes can be written to the array after the present ones. Enlarges
	 * a full array; returns 0 only beyond the maximum.
	 */
	public int room() {
		if (this.size == this.bytes.length) {
			grow(this.size + 1);
		}
		return this.bytes.length - this.size;
	}

	/**
	 * Adds bytes that are written to the array afterwards.
	 * @param count number of bytes; at most what the message may have
	 * @return index of the first of them in the array
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
	 * Counts its memory towards the limit of the node, since it has to wait.
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
	 * Returns the whole message, which is no longer counted.
	 */
	public byte[] take() {
		release();
		return (this.bytes.length == this.size) ? this.bytes : Arrays.copyOf(this.bytes, this.size);
	}

	/** Stops counting it. */
	public void release() {
		this.reception.release();
		this.counted = 0;
	}

}
