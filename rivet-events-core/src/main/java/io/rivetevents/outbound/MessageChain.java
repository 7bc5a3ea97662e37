/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * Encoded messages in the order of their arrival; removing one from the middle takes
 * constant time. Not safe for use by several threads.
 */
final class MessageChain {

	private @Nullable Item first;

	private @Nullable Item last;

	/** A message and its neighbours in the chain. */
	static final class Item {

		/** Heap bytes of an item besides its message. */
		static final int HEAP_SIZE = 32;

		private final EncodedMessage message;

		private @Nullable Item previous;

		private @Nullable Item next;

		/** Whether it is counted in the total of the node. */
		private boolean charged;

		Item(EncodedMessage message) {
			this.message = message;
		}

		EncodedMessage message() {
			return this.message;
		}

		long size() {
			return sizeOf(this.message);
		}

		static long sizeOf(EncodedMessage message) {
			return (long) message.heapSize() + HEAP_SIZE;
		}

		boolean isCharged() {
			return this.charged;
		}

		void setCharged(boolean charged) {
			this.charged = charged;
		}

	}

	void addFirst(Item item) {
		Item after = this.first;
		item.next = after;
		if (after != null) {
			after.previous = item;
		}
		else {
			this.last = item;
		}
		this.first = item;
	}

	/** Puts an item in the place of another. */
	void replace(Item old, Item item) {
		item.previous = old.previous;
		item.next = old;
		old.previous = item;
		if (item.previous != null) {
			item.previous.next = item;
		}
		else {
			this.first = item;
		}
		remove(old);
	}

	void add(Item item) {
		Item before = this.last;
		item.previous = before;
		if (before != null) {
			before.next = item;
		}
		else {
			this.first = item;
		}
		this.last = item;
	}

	boolean isEmpty() {
		return this.first == null;
	}

	@Nullable Item poll() {
		Item item = this.first;
		if (item != null) {
			remove(item);
		}
		return item;
	}

	void remove(Item item) {
		if (item.previous != null) {
			item.previous.next = item.next;
		}
		else {
			this.first = item.next;
		}
		if (item.next != null) {
			item.next.previous = item.previous;
		}
		else {
			this.last = item.previous;
		}
	}

	void clear() {
		this.first = null;
		this.last = null;
	}

}
