package io.rivetevents.outlet;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Bursts;
import io.rivetevents.connection.Wakeup;

/**
 * The outlets of one event loop that have something to do. They are served in one go, so
 * that those for whom the same waits can share the bytes of it, and that the loop is
 * woken once for all of them.
 */
final class EventLoopOutlets implements Wakeup, Runnable {

	private final EventLoop eventLoop;

	/** The last that came, and behind it those that came before. */
	private final AtomicReference<@Nullable ChannelOutlet> ready = new AtomicReference<>();

	private final AtomicBoolean woken = new AtomicBoolean();

	private final SharedBytes bytes;

	EventLoopOutlets(EventLoop eventLoop) {
		this.eventLoop = eventLoop;
		this.bytes = new SharedBytes();
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
			this.eventLoop.execute(this);
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
			this.bytes.release();
		}
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
