/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * Moves the queued messages of one client to its socket, on the thread of the socket, as
 * far as the socket accepts them. The rest stays in the queue and counts there.
 */
public abstract class SocketWriter {

	/** More bytes than a socket accepts at once, so waiting for more has no advantage. */
	private static final int PLENTY = 64 * 1024;

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(SocketWriter.class));

	private static final AtomicIntegerFieldUpdater<SocketWriter> WOKEN = AtomicIntegerFieldUpdater
		.newUpdater(SocketWriter.class, "woken");

	private final OutboundQueue queue;

	private final Ending ending;

	private volatile int woken;

	private boolean closed;

	/**
	 * Whether its event loop checks it because its socket has not accepted everything.
	 */
	private boolean listed;

	/** The writer that its event loop serves next. */
	private @Nullable SocketWriter next;

	/** Ends a socket in the way of its transport. */
	public interface Ending {

		/**
		 * Ends the socket after all that has been written. Called once, on the thread of
		 * the socket.
		 * @param reason reason of the close
		 * @param lastWord message to write before the end, {@code null} for none
		 */
		void end(CloseReason reason, byte @Nullable [] lastWord);

	}

	SocketWriter(Encoding encoding, OutboundQueue.Limits limits, Ending ending) {
		this.queue = new OutboundQueue(encoding, limits, this::changed);
		this.ending = ending;
	}

	/**
	 * Returns the queue from which messages are moved.
	 */
	public OutboundQueue queue() {
		return this.queue;
	}

	private void changed(long queuedBytes) {
		wake();
		if (queuedBytes >= PLENTY) {
			WakeupBatches.wakeNow();
		}
	}

	/**
	 * Schedules the writer, because the queue has changed or the socket accepts more. Can
	 * be called by any thread.
	 */
	void wake() {
		if (WOKEN.compareAndSet(this, 0, 1)) {
			try {
				schedule();
			}
			catch (Throwable ex) {
				this.woken = 0; // otherwise nothing would ever be written again
				throw ex;
			}
		}
	}

	/**
	 * Schedules {@link #drain} on the thread of the socket. Can be called by any thread.
	 */
	abstract void schedule();

	/**
	 * Moves the queued messages. A failure closes this socket, since messages taken from
	 * the queue are lost; it does not affect other sockets.
	 */
	final void drain() {
		// reset before the queue is read: messages added after the read schedule the
		// writer again
		this.woken = 0;
		if (this.closed) {
			return;
		}
		try {
			moveMessages();
			CloseReason reason = this.queue.closeReason();
			if (reason != null && (this.queue.isOverrun() || this.queue.isEmpty())) {
				close();
				this.ending.end(reason, this.queue.lastWord());
			}
		}
		catch (Throwable ex) {
			fail(ex);
		}
	}

	/**
	 * Closes a socket that cannot be written to. Called on its thread.
	 * @param ex the failure
	 */
	public final void fail(Throwable ex) {
		try {
			this.queue.close(CloseReason.of(ErrorCode.INTERNAL_ERROR));
			close();
		}
		finally {
			try {
				abort();
			}
			finally {
				failures.error(ex, () -> "Closing connection %s: messages could not be written".formatted(this));
			}
		}
	}

	/** Closes a socket that holds most of the data that sockets have not accepted. */
	final void closeAsSlow() {
		try {
			this.queue.closeAsSlow();
			close();
		}
		finally {
			abort();
		}
	}

	/** Closes the socket at once. Called on its thread. */
	abstract void abort();

	/** Returns how many bytes of memory its socket has not released. */
	abstract long held();

	/** Checks whether the socket accepts more. Called on its thread from time to time. */
	abstract void look();

	@Nullable SocketWriter next() {
		return this.next;
	}

	void setNext(@Nullable SocketWriter next) {
		this.next = next;
	}

	boolean isListed() {
		return this.listed;
	}

	void setListed(boolean listed) {
		this.listed = listed;
	}

	/** Writes as much as the socket accepts. */
	abstract void moveMessages();

	/**
	 * Writes a message ahead of the queue. Called on the thread of the socket.
	 * @param message its encoded bytes
	 */
	public abstract void write(byte[] message);

	/** Stops writing and discards the queue. Called on the thread of the socket. */
	public void close() {
		this.closed = true;
		this.queue.end();
	}

	/**
	 * Returns whether the writer is closed.
	 */
	public boolean isClosed() {
		return this.closed;
	}

}
