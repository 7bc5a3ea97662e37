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
 * Moves what waits for one client to its socket, on the thread of the socket: as much as
 * the socket takes. What it does not take stays in the queue, where it counts.
 */
public abstract class SocketWriter {

	/** More than a socket takes at once: to wait for more brings nothing. */
	private static final int PLENTY = 64 * 1024;

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(SocketWriter.class));

	private static final AtomicIntegerFieldUpdater<SocketWriter> WOKEN = AtomicIntegerFieldUpdater
		.newUpdater(SocketWriter.class, "woken");

	private final OutboundQueue queue;

	private final Ending ending;

	private volatile int woken;

	private boolean closed;

	/** Whether its event loop knows that its socket has not taken all. */
	private boolean listed;

	/** The one that its event loop serves next. */
	private @Nullable SocketWriter next;

	/** Ends the socket, in the way of its transport. */
	public interface Ending {

		/**
		 * End it after all that has been written. On the thread of the socket, once.
		 * @param reason why
		 * @param lastWord what is to be written before, {@code null} for nothing
		 */
		void end(CloseReason reason, byte @Nullable [] lastWord);

	}

	SocketWriter(Encoding encoding, OutboundQueue.Limits limits, Ending ending) {
		this.queue = new OutboundQueue(encoding, limits, this::changed);
		this.ending = ending;
	}

	/**
	 * Return the queue that is moved from.
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

	/** Something has changed in the queue, or the socket takes more. By any thread. */
	void wake() {
		if (WOKEN.compareAndSet(this, 0, 1)) {
			try {
				schedule();
			}
			catch (Throwable ex) {
				this.woken = 0; // or nothing would ever be written again
				throw ex;
			}
		}
	}

	/** Have {@link #drain} run on the thread of the socket. By any thread. */
	abstract void schedule();

	/**
	 * Move what waits. Whatever is thrown ends this socket, since what was taken out of
	 * the queue is lost, and no other.
	 */
	final void drain() {
		// before the queue is looked at: who puts in after that look wakes again
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
	 * Ends a socket that cannot be written to. On its thread.
	 * @param ex why not
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
				failures.error(ex, () -> "Closes a socket that cannot be written to: " + this);
			}
		}
	}

	/** Ends a socket that holds most of what sockets have not taken. */
	final void closeAsSlow() {
		try {
			this.queue.closeAsSlow();
			close();
		}
		finally {
			abort();
		}
	}

	/** End the socket at once. On its thread. */
	abstract void abort();

	/** Return how many bytes of memory its socket has not given back. */
	abstract long held();

	/** Looks again whether the socket takes more. On its thread, now and then. */
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

	/** Write as much as the socket takes. */
	abstract void moveMessages();

	/**
	 * Write a message that does not wait in the queue. On the thread of the socket.
	 * @param message its encoded bytes
	 */
	public abstract void write(byte[] message);

	/** Write nothing more, and forget what waits. On the thread of the socket. */
	public void close() {
		this.closed = true;
		this.queue.end();
	}

	/**
	 * Return whether nothing more is written.
	 */
	public boolean isClosed() {
		return this.closed;
	}

}
