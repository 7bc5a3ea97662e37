package io.rivetevents.outlet;

import java.util.ArrayList;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.OutboundQueue;

/**
 * The bytes of the messages that were taken out of a queue last. Whoever comes next and
 * takes the same messages gets the same bytes: a broadcast, or some of them, are copied
 * to a buffer once for all connections that an event loop serves in one go. Not safe for
 * use by several threads.
 */
final class SharedBytes {

	private List<byte[]> messages = new ArrayList<>();

	private List<byte[]> previous = new ArrayList<>();

	private @Nullable Framing framing;

	private @Nullable ByteBuf buffer;

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
		if (this.buffer != null && this.framing == framing && isSameAsBefore()) {
			return this.buffer.retainedSlice();
		}
		return write(framing, allocator);
	}

	private boolean isSameAsBefore() {
		int size = this.messages.size();
		if (this.previous.size() != size) {
			return false;
		}
		for (int i = 0; i < size; i++) {
			if (this.messages.get(i) != this.previous.get(i)) {
				return false;
			}
		}
		return true;
	}

	private ByteBuf write(Framing framing, ByteBufAllocator allocator) {
		release();
		int size = 0;
		for (byte[] message : this.messages) {
			size += framing.size(message);
		}
		ByteBuf buffer = allocator.directBuffer(size, size);
		for (byte[] message : this.messages) {
			framing.write(message, buffer);
		}
		this.buffer = buffer;
		this.framing = framing;
		List<byte[]> free = this.previous;
		this.previous = this.messages;
		this.messages = free;
		// one that is read moves in it: who comes next must find it whole
		return buffer.retainedSlice();
	}

	/** Forget the last bytes. */
	void release() {
		if (this.buffer != null) {
			this.buffer.release();
			this.buffer = null;
			this.previous.clear();
		}
	}

}
