package io.rivetevents.connection;

import org.jspecify.annotations.Nullable;

/**
 * Encoded messages in the order in which they came, from the midst of which one can be
 * taken out at no cost. Not safe for use by several threads.
 */
final class Waiting {

	private @Nullable Item first;

	private @Nullable Item last;

	/** A message, and its neighbours. */
	static final class Item {

		private final byte[] bytes;

		private final boolean droppable;

		private @Nullable Item previous;

		private @Nullable Item next;

		private Item(byte[] bytes, boolean droppable) {
			this.bytes = bytes;
			this.droppable = droppable;
		}

		byte[] bytes() {
			return this.bytes;
		}

		boolean isDroppable() {
			return this.droppable;
		}

	}

	Item add(byte[] bytes, boolean droppable) {
		Item item = new Item(bytes, droppable);
		Item before = this.last;
		item.previous = before;
		if (before != null) {
			before.next = item;
		}
		else {
			this.first = item;
		}
		this.last = item;
		return item;
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
