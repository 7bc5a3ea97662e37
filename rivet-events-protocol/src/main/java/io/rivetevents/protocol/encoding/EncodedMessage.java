/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;

/**
 * The bytes of a message in one encoding, shared by all queues that contain it. It does
 * not refer to the values from which it was created. Safe for use by several threads.
 */
public final class EncodedMessage {

	/** A placeholder without bytes. */
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
	 * Returns the bytes, which must not be changed.
	 */
	public byte[] bytes() {
		return this.bytes;
	}

	/**
	 * Returns the name of the event, {@code null} for other messages.
	 */
	public @Nullable String event() {
		return this.event;
	}

	/**
	 * Returns the position of the event, {@code null} if it has none.
	 */
	public @Nullable Position position() {
		return this.position;
	}

	/**
	 * Returns whether it may be dropped for a slow client.
	 */
	public boolean isDroppable() {
		return this.droppable;
	}

	/**
	 * Returns its heap in bytes.
	 */
	public int heapSize() {
		return this.bytes.length + OVERHEAD;
	}

	/**
	 * Counts another queue that is charged for the message.
	 * @return whether it is the first queue
	 */
	public boolean hold() {
		return HOLDERS.getAndIncrement(this) == 0;
	}

	/**
	 * Counts the release by a queue that was charged for the message.
	 * @return whether it was the last queue
	 */
	public boolean letGo() {
		return HOLDERS.decrementAndGet(this) == 0;
	}

}
