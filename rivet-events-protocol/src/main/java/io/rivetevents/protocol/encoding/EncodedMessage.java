package io.rivetevents.protocol.encoding;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;

/**
 * The bytes of a message in one encoding, shared by all queues in which it waits. It does
 * not refer to the values it was made of. Safe for use by several threads.
 */
public final class EncodedMessage {

	/** Has no bytes: keeps a place. */
	public static final EncodedMessage NOTHING = new EncodedMessage(new byte[0], null, null, false);

	/** Heap of this object and of the header of the bytes. */
	private static final int OVERHEAD = 32 + 16;

	private static final AtomicIntegerFieldUpdater<EncodedMessage> HOLDERS = AtomicIntegerFieldUpdater
		.newUpdater(EncodedMessage.class, "holders");

	private final byte[] bytes;

	private final @Nullable String event;

	private final @Nullable Position position;

	private final boolean droppable;

	private volatile int holders;

	private EncodedMessage(byte[] bytes, @Nullable String event, @Nullable Position position, boolean droppable) {
		this.bytes = bytes;
		this.event = event;
		this.position = position;
		this.droppable = droppable;
	}

	static EncodedMessage of(byte[] bytes, ToClient message, boolean droppable) {
		return (message instanceof ToClient.Event event)
				? new EncodedMessage(bytes, event.name(), event.position(), droppable)
				: new EncodedMessage(bytes, null, null, droppable);
	}

	/**
	 * Returns the bytes, not to be changed.
	 */
	public byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Returns the name of the event, {@code null} if it is none.
	 */
	public @Nullable String event() {
		return this.event;
	}

	/**
	 * Returns where the event stands, {@code null} if it has no position.
	 */
	public @Nullable Position position() {
		return this.position;
	}

	/**
	 * Returns whether it may be dropped for a client that is slow.
	 */
	public boolean isDroppable() {
		return this.droppable;
	}

	/**
	 * Returns the bytes of heap that it takes.
	 */
	public int heapSize() {
		return this.bytes.length + OVERHEAD;
	}

	/**
	 * Counts one more queue that is charged for it.
	 * @return whether it is the first
	 */
	public boolean hold() {
		return HOLDERS.getAndIncrement(this) == 0;
	}

	/**
	 * Counts one less queue that is charged for it.
	 * @return whether it was the last
	 */
	public boolean letGo() {
		return HOLDERS.decrementAndGet(this) == 0;
	}

}
