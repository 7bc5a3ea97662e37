/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
 * The writers of one event loop that have work to do. They are served together, so that
 * writers with the same messages share the encoded bytes, and the loop is woken once for
 * all of them.
 */
final class EventLoopWriters implements Wakeable, Runnable {

	private static final Log logger = LogFactory.getLog(EventLoopWriters.class);

	/** Minimum size of a buffer that is kept for a moment, in bytes. */
	private static final int LONG = 8 * 1024;

	private static final int KEEP_MILLIS = 50;

	private static final int HEADROOM = 16;

	/**
	 * Number of sockets that are written before the loop reads again: about a
	 * millisecond.
	 */
	private static final int STRETCH = 100;

	private final EventLoop eventLoop;

	/** The newest writer; each one links to the one before it. */
	private final AtomicReference<@Nullable SocketWriter> ready = new AtomicReference<>();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final ByteBudget sending;

	private final Collection<EventLoopWriters> all;

	private final SharedBytes bytes;

	/** Writers whose sockets had not accepted everything at the last check. */
	private final List<SocketWriter> holding = new ArrayList<>();

	/** Number of bytes that those sockets hold; read by other loops. */
	private volatile long heldBytes;

	private final AtomicBoolean relieving = new AtomicBoolean();

	/** The loop that was last requested to close sockets. */
	private @Nullable EventLoopWriters asked;

	private boolean sweeping;

	/** Writers to be served next, in their order. */
	private @Nullable SocketWriter first;

	private @Nullable SocketWriter last;

	/** Whether the remaining writers are served later. */
	private boolean paused;

	private boolean releasing;

	/**
	 * Creates the writers of an event loop.
	 * @param eventLoop the loop
	 * @param sending memory limit of the node's sockets
	 * @param all the writers of all loops, including these
	 */
	EventLoopWriters(EventLoop eventLoop, ByteBudget sending, Collection<EventLoopWriters> all) {
		this.eventLoop = eventLoop;
		this.sending = sending;
		this.all = all;
		this.bytes = new SharedBytes(sending);
	}

	/**
	 * Adds a writer, which must not be in the list. Can be called by any thread.
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
				logger.debug("Nothing is written: the event loop and its sockets are closed", ex);
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
	 * Serves some writers. A broadcast to thousands of connections takes long, so the
	 * loop reads in between. Clients can send without waiting for all others, and the
	 * resulting events are sent to the remaining ones in the same write.
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

	/** A failure does not affect the other writers. */
	private void serve(SocketWriter outlet) {
		try {
			outlet.drain();
			if (this.sending.isExceeded()) {
				relieve();
			}
		}
		catch (Throwable ex) {
			logger.error("Messages could not be written to %s".formatted(outlet), ex);
		}
	}

	/**
	 * Schedules the remaining writers for later.
	 * @return whether they are scheduled; if not, they must be served at once
	 */
	private boolean resumeLater() {
		try {
			// a task without a delay would run before the sockets are read
			this.eventLoop.schedule(this::resume, 0, TimeUnit.NANOSECONDS).addListener((pause) -> {
				if (pause.isCancelled()) {
					resume(); // the loop ends
				}
			});
			this.paused = true;
			return true;
		}
		catch (Throwable ex) {
			logger.debug("The event loop does not accept tasks; it is shutting down", ex);
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

	/** Appends writers behind the present ones. */
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
	 * A socket accepts only a part of a long message, and the rest at another time than
	 * other sockets. It is cheaper to keep those bytes for a moment.
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
			logger.debug("The event loop does not accept tasks; it is shutting down", ex);
			return false; // it is tried again at the next write
		}
	}

	private void releaseLong() {
		this.releasing = false;
		this.bytes.releaseBelow(Integer.MAX_VALUE);
		sweepLater();
	}

	// Data that sockets have not accepted

	/**
	 * Adds a writer whose socket has not accepted everything, for a later check. Called
	 * on the event loop.
	 */
	void list(SocketWriter outlet) {
		if (!outlet.isListed()) {
			this.holding.add(outlet);
			outlet.setListed(true);
			sweepLater();
		}
	}

	/**
	 * Returns whether the sockets hold so much that each one is to get little at once.
	 */
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
	 * Closes the sockets that hold most, on the event loop whose sockets hold most. Stops
	 * when a sixteenth of the limit is free, so that the search does not run again for
	 * each message.
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
			logger.debug("Nothing is written: the event loop and its sockets are closed", ex);
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

	/** A writer, and the number of bytes that its socket held at one moment. */
	private record Size(SocketWriter outlet, long bytes) {
	}

	/**
	 * Reverses the links between writers.
	 * @return the oldest writer
	 */
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
