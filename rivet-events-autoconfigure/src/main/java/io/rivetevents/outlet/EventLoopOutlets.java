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

	/** Sockets that are written to before any is read again: a millisecond or so. */
	private static final int STRETCH = 100;

	private final EventLoop eventLoop;

	/** The last that came, and behind it those that came before. */
	private final AtomicReference<@Nullable ChannelOutlet> ready = new AtomicReference<>();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final SharedBytes bytes = new SharedBytes();

	/** Those to be served next, in the order they came. */
	private @Nullable ChannelOutlet first;

	private @Nullable ChannelOutlet last;

	/** Whether the rest of them is served later. */
	private boolean paused;

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
		append(this.ready.getAndSet(null));
		if (!this.paused) {
			serve();
		}
	}

	/**
	 * Serve some. A room of thousands takes long, so the loop reads in between: who has
	 * something to say need not wait for all of them, and what comes of it goes to the
	 * rest in the same write.
	 */
	private void serve() {
		try {
			for (int i = 0; this.first != null && (i < STRETCH || this.eventLoop.isShuttingDown()); i++) {
				poll(this.first).drain(); // from here on it may be added again
			}
		}
		finally {
			if (this.first != null) {
				// unlike a task, which would run before the sockets are read
				this.eventLoop.schedule(this::resume, 0, TimeUnit.NANOSECONDS).addListener((pause) -> {
					if (pause.isCancelled()) {
						resume(); // the loop ends
					}
				});
				this.paused = true;
			}
			else {
				this.last = null;
				releaseBytes();
			}
		}
	}

	private void resume() {
		this.paused = false;
		run();
	}

	private ChannelOutlet poll(ChannelOutlet outlet) {
		this.first = outlet.next();
		outlet.setNext(null);
		return outlet;
	}

	/** Behind those that are there. */
	private void append(@Nullable ChannelOutlet newest) {
		if (newest == null) {
			return;
		}
		ChannelOutlet oldest = inOrder(newest);
		if (this.first == null) {
			this.first = oldest;
		}
		else if (this.last != null) {
			this.last.setNext(oldest);
		}
		this.last = newest;
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

	/** Return the oldest, behind which the newer ones follow. */
	private static ChannelOutlet inOrder(ChannelOutlet newest) {
		ChannelOutlet first = newest;
		ChannelOutlet outlet = newest.next();
		newest.setNext(null);
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
