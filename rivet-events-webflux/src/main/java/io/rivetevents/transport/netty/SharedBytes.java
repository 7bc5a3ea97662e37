/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.outbound.OutboundQueue;

/**
 * The encoded bytes of the messages that were last taken from queues. The next writer
 * that takes the same messages gets the same bytes: a broadcast, or several of them, are
 * copied to a buffer once for all connections that an event loop serves together. Not
 * thread-safe.
 */
final class SharedBytes {

	/**
	 * Number of buffers that a connection takes in sequence while its socket accepts
	 * them.
	 */
	private static final int MAX_KEPT = 4;

	private final List<Kept> kept = new ArrayList<>(MAX_KEPT);

	private final ByteBudget sending;

	/** Bytes that are no longer shared, and that sockets have not accepted. */
	private final List<ByteBuf> held = new ArrayList<>();

	private long heldBytes;

	/** Index of the entry to replace next. */
	private int oldest;

	private List<byte[]> messages = new ArrayList<>();

	/**
	 * Creates shared bytes.
	 * @param sending counts the bytes that sockets have not accepted
	 */
	SharedBytes(ByteBudget sending) {
		this.sending = sending;
	}

	/** Messages, and their bytes with one framing. */
	private record Kept(List<byte[]> messages, Framing framing, ByteBuf bytes) {

		boolean isOf(List<byte[]> others, Framing otherFraming) {
			int size = this.messages.size();
			if (size != others.size() || this.framing != otherFraming) {
				return false;
			}
			for (int i = 0; i < size; i++) {
				if (this.messages.get(i) != others.get(i)) {
					return false;
				}
			}
			return true;
		}

	}

	/**
	 * Takes messages from a queue.
	 * @param queue the queue
	 * @param framing framing of the messages
	 * @param maxBytes maximum number of bytes; exceeded by at most one message
	 * @param allocator allocates the buffer
	 * @return their bytes, to be released by the caller; {@code null} if the queue is
	 * empty
	 */
	@Nullable ByteBuf take(OutboundQueue queue, Framing framing, long maxBytes, ByteBufAllocator allocator) {
		this.messages.clear();
		if (queue.drainTo(this.messages, maxBytes) == 0) {
			return null;
		}
		for (Kept each : this.kept) {
			if (each.isOf(this.messages, framing)) {
				// a slice, because reading moves the index: the next writer must get all
				// bytes
				return each.bytes().retainedSlice();
			}
		}
		return keep(framing, allocator).retainedSlice();
	}

	private ByteBuf keep(Framing framing, ByteBufAllocator allocator) {
		Kept fresh = new Kept(this.messages, framing, frame(this.messages, framing, allocator));
		this.messages = new ArrayList<>();
		if (this.kept.size() < MAX_KEPT) {
			this.kept.add(fresh);
		}
		else {
			Kept before = this.kept.set(this.oldest, fresh);
			this.oldest = (this.oldest + 1) % MAX_KEPT;
			letGo(before.bytes());
		}
		return fresh.bytes();
	}

	/** Returns the bytes of messages, to be released by the caller. */
	static ByteBuf frame(List<byte[]> messages, Framing framing, ByteBufAllocator allocator) {
		int size = 0;
		for (byte[] message : messages) {
			size += framing.size(message);
		}
		ByteBuf bytes = allocator.directBuffer(size, size);
		try {
			for (byte[] message : messages) {
				framing.write(message, bytes);
			}
			return bytes;
		}
		catch (Throwable ex) {
			bytes.release();
			throw ex;
		}
	}

	/**
	 * Stops sharing bytes. If sockets still hold them, they count until the sockets have
	 * accepted them; the reference that is kept shows when that is.
	 */
	private void letGo(ByteBuf bytes) {
		if (bytes.refCnt() == 1) {
			bytes.release();
			return;
		}
		try {
			this.held.add(bytes);
		}
		catch (Throwable ex) {
			bytes.release();
			throw ex;
		}
		this.heldBytes += bytes.capacity();
		this.sending.acquire(bytes.capacity());
	}

	/**
	 * Releases bytes that sockets have accepted.
	 */
	void sweep() {
		this.held.removeIf((bytes) -> {
			if (bytes.refCnt() > 1) {
				return false;
			}
			this.heldBytes -= bytes.capacity();
			this.sending.release(bytes.capacity());
			bytes.release();
			return true;
		});
	}

	/**
	 * Releases all bytes, which no longer count.
	 */
	void releaseAll() {
		this.kept.forEach((each) -> each.bytes().release());
		this.kept.clear();
		this.held.forEach(ByteBuf::release);
		this.held.clear();
		this.sending.release(this.heldBytes);
		this.heldBytes = 0;
	}

	/**
	 * Returns how many bytes sockets hold that are no longer shared.
	 */
	long heldBytes() {
		return this.heldBytes;
	}

	/**
	 * Stops sharing bytes.
	 * @param size buffers smaller than this are removed
	 * @return whether none are left
	 */
	boolean releaseBelow(int size) {
		this.oldest = 0;
		Iterator<Kept> each = this.kept.iterator();
		while (each.hasNext()) {
			ByteBuf bytes = each.next().bytes();
			if (bytes.capacity() < size) {
				each.remove();
				letGo(bytes);
			}
		}
		return this.kept.isEmpty();
	}

}
