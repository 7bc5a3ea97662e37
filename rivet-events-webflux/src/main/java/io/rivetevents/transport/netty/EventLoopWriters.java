package io.rivetevents.transport.netty;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.channel.EventLoop;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.Wakeable;

/**
 * The outlets of one event loop that have something to do. They are served in one go, so
 * that those for whom the same waits can share the bytes of it, and that the loop is
 * woken once for all of them.
 */
final class EventLoopWriters implements Wakeable, Runnable {

	private static final Log logger = LogFactory.getLog(EventLoopWriters.class);

	/** Bytes that are worth keeping. */
	private static final int LONG = 8 * 1024;

	private static final int KEEP_MILLIS = 50;

	private static final int HEADROOM = 16;

	/** Sockets that are written to before any is read again: a millisecond or so. */
	private static final int STRETCH = 100;

	private final EventLoop eventLoop;

	/** The last that came, and behind it those that came before. */
	private final AtomicReference<@Nullable SocketWriter> ready = new AtomicReference<>();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final ByteBudget sending;

	private final Collection<EventLoopWriters> all;

	private final SharedBytes bytes;

	/** Outlets whose sockets had not taken all when they were looked at last. */
	private final List<SocketWriter> holding = new ArrayList<>();

	/** What those hold; for other loops to see. */
	private volatile long heldBytes;

	private final AtomicBoolean relieving = new AtomicBoolean();

	/** The loop that was to close sockets last. */
	private @Nullable EventLoopWriters asked;

	private boolean sweeping;

	/** Those to be served next, in the order they came. */
	private @Nullable SocketWriter first;

	private @Nullable SocketWriter last;

	/** Whether the rest of them is served later. */
	private boolean paused;

	private boolean releasing;

	/**
	 * Creates the outlets of an event loop.
	 * @param eventLoop the loop
	 * @param sending what the sockets of the node may hold
	 * @param all the outlets of all loops, these included
	 */
	EventLoopWriters(EventLoop eventLoop, ByteBudget sending, Collection<EventLoopWriters> all) {
		this.eventLoop = eventLoop;
		this.sending = sending;
		this.all = all;
		this.bytes = new SharedBytes(sending);
	}

	/**
	 * Add an outlet; it must not be in. By any thread.
	 */
	void add(SocketWriter outlet) {
		SocketWriter before;
		do {
			before = this.ready.get();
			outlet.setNext(before);
		}
		while (!this.ready.compareAndSet(before, outlet));
		WakeupBatches.wakeAtEnd(this);
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
		boolean later = false;
		while (this.first != null && !later) {
			for (int i = 0; this.first != null && (i < STRETCH || this.eventLoop.isShuttingDown()); i++) {
				serve(poll(this.first)); // from here on it may be added again
			}
			later = this.first != null && resumeLater();
		}
		if (this.first == null) {
			this.last = null;
			releaseBytes();
		}
	}

	/** Whatever is thrown, the others are served. */
	private void serve(SocketWriter outlet) {
		try {
			outlet.drain();
			if (this.sending.isExceeded()) {
				relieve();
			}
		}
		catch (Throwable ex) {
			logger.error("Could not serve " + outlet, ex);
		}
	}

	/**
	 * Have the rest served later.
	 * @return whether it is; if not, it has to be served at once
	 */
	private boolean resumeLater() {
		try {
			// unlike a task, which would run before the sockets are read
			this.eventLoop.schedule(this::resume, 0, TimeUnit.NANOSECONDS).addListener((pause) -> {
				if (pause.isCancelled()) {
					resume(); // the loop ends
				}
			});
			this.paused = true;
			return true;
		}
		catch (Throwable ex) {
			logger.debug("The event loop takes no task", ex);
			return false;
		}
	}

	private void resume() {
		this.paused = false;
		run();
	}

	private SocketWriter poll(SocketWriter outlet) {
		this.first = outlet.next();
		outlet.setNext(null);
		return outlet;
	}

	/** Behind those that are there. */
	private void append(@Nullable SocketWriter newest) {
		if (newest == null) {
			return;
		}
		SocketWriter oldest = inOrder(newest);
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
		if (this.eventLoop.isShuttingDown()) {
			this.bytes.releaseAll();
			return;
		}
		boolean empty = this.bytes.releaseBelow(LONG);
		if (!empty && !this.releasing) {
			this.releasing = later(this::releaseLong);
		}
		sweepLater();
	}

	private boolean later(Runnable work) {
		try {
			this.eventLoop.schedule(work, KEEP_MILLIS, TimeUnit.MILLISECONDS).addListener((timer) -> {
				if (timer.isCancelled()) {
					this.bytes.releaseAll(); // the loop ends
				}
			});
			return true;
		}
		catch (Throwable ex) {
			logger.debug("The event loop takes no task", ex);
			return false; // it is tried again when something is written
		}
	}

	private void releaseLong() {
		this.releasing = false;
		this.bytes.releaseBelow(Integer.MAX_VALUE);
		sweepLater();
	}

	// What sockets have not taken

	/** Look at an outlet again, whose socket has not taken all. On the event loop. */
	void list(SocketWriter outlet) {
		if (!outlet.isListed()) {
			this.holding.add(outlet);
			outlet.setListed(true);
			sweepLater();
		}
	}

	/** Return whether sockets hold so much that they are to be given little. */
	boolean isPressed() {
		return this.sending.used() > this.sending.max() / 2;
	}

	private void sweepLater() {
		if (!this.sweeping && (this.bytes.heldBytes() > 0 || !this.holding.isEmpty())) {
			this.sweeping = later(this::sweepNow);
		}
	}

	private void sweepNow() {
		this.sweeping = false;
		sweep();
		if (this.sending.isExceeded()) {
			relieve();
		}
		sweepLater();
	}

	private void sweep() {
		this.bytes.sweep();
		long held = 0;
		Iterator<SocketWriter> each = this.holding.iterator();
		while (each.hasNext()) {
			SocketWriter outlet = each.next();
			long size = outlet.held();
			held += size;
			if (size == 0) {
				each.remove();
				outlet.setListed(false);
				outlet.look();
			}
		}
		this.heldBytes = held;
	}

	/**
	 * Closes the sockets that hold most: of the event loop that holds most, until a
	 * sixteenth of the bound is free again, so that one does not look for them at each
	 * message.
	 */
	void relieve() {
		EventLoopWriters asked = this.asked;
		if (asked != null && asked.relieving.get()) {
			return;
		}
		sweep();
		if (!this.sending.isExceeded()) {
			return;
		}
		EventLoopWriters most = this;
		for (EventLoopWriters other : this.all) {
			most = (other.heldBytes > most.heldBytes) ? other : most;
		}
		this.asked = most;
		if (most == this) {
			closeLargest();
		}
		else if (most.relieving.compareAndSet(false, true)) {
			most.relieveSoon();
		}
	}

	private void relieveSoon() {
		try {
			this.eventLoop.execute(() -> {
				this.relieving.set(false);
				sweep();
				closeLargest();
			});
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The event loop has ended, and its sockets with it", ex);
		}
	}

	private void closeLargest() {
		long wanted = this.sending.max() - this.sending.max() / HEADROOM;
		List<SocketWriter> largestFirst = this.holding.stream()
			.map((outlet) -> new Size(outlet, outlet.held()))
			.sorted(Comparator.comparingLong(Size::bytes).reversed())
			.map(Size::outlet)
			.toList();
		for (SocketWriter outlet : largestFirst) {
			if (this.sending.used() <= wanted) {
				break;
			}
			this.sending.hit();
			outlet.closeAsSlow();
			sweep();
		}
	}

	/** An outlet, and what it held at one moment. */
	private record Size(SocketWriter outlet, long bytes) {
	}

	/** Return the oldest, behind which the newer ones follow. */
	private static SocketWriter inOrder(SocketWriter newest) {
		SocketWriter first = newest;
		SocketWriter outlet = newest.next();
		newest.setNext(null);
		while (outlet != null) {
			SocketWriter before = outlet.next();
			outlet.setNext(first);
			first = outlet;
			outlet = before;
		}
		return first;
	}

	SharedBytes bytes() {
		return this.bytes;
	}

	ByteBudget sending() {
		return this.sending;
	}

}
