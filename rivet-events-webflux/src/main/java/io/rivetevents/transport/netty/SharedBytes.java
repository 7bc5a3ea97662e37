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
 * The bytes of the messages that were taken out of queues last. Whoever comes next and
 * takes the same messages gets the same bytes: a broadcast, or some of them, are copied
 * to a buffer once for all connections that an event loop serves in one go. Not safe for
 * use by several threads.
 */
final class SharedBytes {

	/** What a connection takes one after the other while its socket takes it. */
	private static final int MAX_KEPT = 4;

	private final List<Kept> kept = new ArrayList<>(MAX_KEPT);

	private final ByteBudget sending;

	/** Bytes that nobody else gets, and that sockets have not taken. */
	private final List<ByteBuf> held = new ArrayList<>();

	private long heldBytes;

	/** Where the next that is kept replaces another. */
	private int oldest;

	private List<byte[]> messages = new ArrayList<>();

	/**
	 * Creates shared bytes.
	 * @param sending counts those that sockets have not taken
	 */
	SharedBytes(ByteBudget sending) {
		this.sending = sending;
	}

	/** Messages, and the bytes that they are in one kind of stream. */
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
	 * Take messages out of a queue.
	 * @param queue the queue
	 * @param framing how they stand in the stream
	 * @param maxBytes how many to take; one message more than that, but not a second
	 * @param allocator where the buffer comes from
	 * @return their bytes, to be released by whoever gets them; {@code null} if nothing
	 * waits
	 */
	@Nullable ByteBuf take(OutboundQueue queue, Framing framing, long maxBytes, ByteBufAllocator allocator) {
		this.messages.clear();
		if (queue.drainTo(this.messages, maxBytes) == 0) {
			return null;
		}
		for (Kept each : this.kept) {
			if (each.isOf(this.messages, framing)) {
				// one that is read moves in it: who comes next must find it whole
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
	 * Forget bytes. What sockets still hold is counted until they have taken it; the
	 * reference that is kept to it is how one sees.
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
	 * Gives back what sockets have taken meanwhile.
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
	 * Forgets all bytes, which are no longer counted.
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
	 * Returns how many bytes sockets hold that are forgotten here.
	 */
	long heldBytes() {
		return this.heldBytes;
	}

	/**
	 * Forget bytes.
	 * @param size those of fewer bytes than this
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
