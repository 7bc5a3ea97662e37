/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * The state of the channel to one node: a number for each direction, and the frames that
 * wait. Not safe for use by several threads.
 * <p>
 * Each node numbers its own session and receives the number of the other by a greeting,
 * which also has the number that the other has received. Frames are sent only while each
 * of the two is known to have the number of the other, and are received only with both
 * current numbers. So a session that either node ends is over for both: what was sent in
 * it and is still under way is dropped, and the greeting with a higher number reports the
 * end.
 * <p>
 * A greeting is answered if it reports an old number or has a new one. Two nodes that
 * begin a session at once, or in any order, therefore agree after two greetings of each.
 */
final class Session {

	/** Memory of a waiting frame beside its bytes. */
	static final int OVERHEAD = 32;

	private final long maxBacklog;

	private final LongSupplier numbers;

	private final Deque<byte[]> queue = new ArrayDeque<>();

	private long backlog;

	/** Number of the own session. */
	private long own;

	/** Number of the other node's session, 0 if unknown. */
	private long known;

	/** Whether the other node has the own number. */
	private boolean agreed;

	private boolean greetingDue = true;

	/** Whether the end of the previous session is not reported yet. */
	private boolean lost;

	/** Whether the begin of the session is not reported yet. */
	private boolean met;

	/**
	 * Begins the first session.
	 * @param maxBacklog most bytes that wait
	 * @param numbers returns a higher number at each call
	 */
	Session(long maxBacklog, LongSupplier numbers) {
		this.maxBacklog = maxBacklog;
		this.numbers = numbers;
		this.own = numbers.getAsLong();
	}

	/** Memory of the frames that wait, in bytes. */
	long backlog() {
		return this.backlog;
	}

	/** Whether the end of a session must be reported. */
	boolean isLost() {
		return this.lost;
	}

	/**
	 * Returns whether the end of a session must be reported. From now on frames are
	 * accepted in the new one.
	 */
	boolean takeLost() {
		boolean due = this.lost;
		this.lost = false;
		return due;
	}

	/**
	 * Returns whether the begin of a session must be reported: each of the two nodes has
	 * the number of the other, and so has it in its view.
	 */
	boolean takeMet() {
		boolean due = this.met && this.agreed;
		this.met = false;
		return due;
	}

	/**
	 * Adds a frame. The only frame in the queue may be larger than the maximum.
	 * @return {@code false} if it was not added: the previous session's end is not
	 * reported yet, or too much waits, and this session has ended
	 */
	boolean add(byte[] frame) {
		if (this.lost) {
			return false;
		}
		long weight = frame.length + OVERHEAD;
		if (!this.queue.isEmpty() && this.backlog + weight > this.maxBacklog) {
			reset();
			return false;
		}
		this.queue.add(frame);
		this.backlog += weight;
		return true;
	}

	/** Ends the session, and begins a new one. */
	void reset() {
		this.own = this.numbers.getAsLong();
		this.agreed = false;
		this.greetingDue = true;
		lose();
	}

	private void lose() {
		this.lost = true;
		clear();
	}

	void clear() {
		this.queue.clear();
		this.backlog = 0;
	}

	/** Takes what is to be sent next, {@code null} for nothing at present. */
	@Nullable Envelope next() {
		if (this.greetingDue) {
			this.greetingDue = false;
			return Envelope.greeting(this.own, this.known);
		}
		return (this.agreed && !this.queue.isEmpty()) ? new Envelope(this.own, this.known, take(), 0) : null;
	}

	/** Takes the next frame, with those that follow as far as they fit in one message. */
	private byte[] take() {
		byte[] first = remove();
		JoinedFrames joined = new JoinedFrames();
		if (this.queue.isEmpty() || !joined.add(first)) {
			return first;
		}
		while (!this.queue.isEmpty() && joined.add(this.queue.element())) {
			remove();
		}
		return joined.toBytes();
	}

	private byte[] remove() {
		byte[] frame = this.queue.remove();
		this.backlog -= frame.length + OVERHEAD;
		return frame;
	}

	/** Whether {@link #next} has something. */
	boolean hasNext() {
		return this.greetingDue || this.agreed && !this.queue.isEmpty();
	}

	/** Handles a greeting. */
	void greeted(long session, long acknowledged) {
		if (session < this.known) {
			return;
		}
		if (session > this.known) {
			if (this.agreed) {
				// otherwise nothing was sent or received since the last end
				lose();
			}
			this.known = session;
			this.greetingDue = true;
			this.agreed = false;
		}
		boolean agreed = acknowledged == this.own;
		this.met |= agreed && !this.agreed;
		this.agreed = agreed;
		if (!this.agreed) {
			this.greetingDue = true;
		}
	}

	/** Returns whether a frame belongs to the current session. */
	boolean accepts(Envelope envelope) {
		return this.agreed && envelope.session() == this.known && envelope.acknowledged() == this.own;
	}

}
