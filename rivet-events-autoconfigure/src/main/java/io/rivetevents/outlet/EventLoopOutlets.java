package io.rivetevents.outlet;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Bursts;
import io.rivetevents.connection.Wakeup;

/**
 * The outlets of one event loop that have something to do. They are served in one go, so
 * that those for whom the same waits can share the bytes of it, and that the loop is
 * woken once for all of them.
 */
final class EventLoopOutlets implements Wakeup, Runnable {

	private static final Log logger = LogFactory.getLog(EventLoopOutlets.class);

	/** Bytes that are worth keeping. */
	private static final int LONG = 8 * 1024;

	private static final int KEEP_MILLIS = 50;

	private final EventLoop eventLoop;

	/** The last that came, and behind it those that came before. */
	private final AtomicReference<@Nullable ChannelOutlet> ready = new AtomicReference<>();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final SharedBytes bytes = new SharedBytes();

	private boolean releasing;

	EventLoopOutlets(EventLoop eventLoop) {
		this.eventLoop = eventLoop;
	}

	/**
	 * Add an outlet; it must not be in. By any thread.
	 */
	void add(ChannelOutlet outlet) {
		ChannelOutlet before;
		do {
			before = this.ready.get();
			outlet.setNext(before);
		}
		while (!this.ready.compareAndSet(before, outlet));
		Bursts.wakeAtEnd(this);
	}

	@Override
	public void wake() {
		if (this.ready.get() != null && this.woken.compareAndSet(false, true)) {
			try {
				this.eventLoop.execute(this);
			}
			catch (RejectedExecutionException ex) {
				logger.debug("The event loop has ended, and its sockets with it", ex);
			}
		}
	}

	@Override
	public void run() {
		this.woken.set(false);
		ChannelOutlet outlet = inOrder(this.ready.getAndSet(null));
		try {
			while (outlet != null) {
				ChannelOutlet next = outlet.next();
				outlet.setNext(null);
				outlet.drain(); // from here on it may be added again
				outlet = next;
			}
		}
		finally {
			releaseBytes();
		}
	}

	/**
	 * Of long messages a socket takes a part, and the rest at another time than others
	 * do: it pays to keep their bytes for a moment.
	 */
	private void releaseBytes() {
		boolean empty = this.bytes.releaseBelow(this.eventLoop.isShuttingDown() ? Integer.MAX_VALUE : LONG);
		if (!empty && !this.releasing) {
			this.releasing = true;
			this.eventLoop.schedule(this::releaseLong, KEEP_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private void releaseLong() {
		this.releasing = false;
		this.bytes.releaseBelow(Integer.MAX_VALUE);
	}

	private static @Nullable ChannelOutlet inOrder(@Nullable ChannelOutlet last) {
		ChannelOutlet first = null;
		ChannelOutlet outlet = last;
		while (outlet != null) {
			ChannelOutlet before = outlet.next();
			outlet.setNext(first);
			first = outlet;
			outlet = before;
		}
		return first;
	}

	SharedBytes bytes() {
		return this.bytes;
	}

}
