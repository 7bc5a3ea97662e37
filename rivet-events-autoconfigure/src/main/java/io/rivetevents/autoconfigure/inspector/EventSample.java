/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import io.rivetevents.explain.SentEvent;
import io.rivetevents.protocol.MessageWeight;

/**
 * A sample of the events of one instance for one viewer: the first ones of each interval,
 * and the number of the others. Safe for use by several threads.
 */
final class EventSample implements Consumer<SentEvent> {

	/** Most events of an interval. */
	static final int MAX_EVENTS = 5;

	/** Most heap bytes of the arguments of an interval. */
	static final long MAX_BYTES = 64 * 1024;

	private final List<Sampled> kept = new ArrayList<>(MAX_EVENTS);

	private long bytes;

	private int leftOut;

	/**
	 * An event of the sample.
	 *
	 * @param event the event
	 * @param whole whether it has its arguments, which may be too long
	 */
	record Sampled(SentEvent event, boolean whole) {
	}

	/**
	 * The events of an interval.
	 *
	 * @param events the sample, in the order of sending
	 * @param leftOut number of the events that are not part of it
	 */
	record Batch(List<Sampled> events, int leftOut) {

		/** No events. */
		static final Batch EMPTY = new Batch(List.of(), 0);

	}

	@Override
	public synchronized void accept(SentEvent event) {
		if (this.kept.size() >= MAX_EVENTS) {
			this.leftOut++;
			return;
		}
		long weight = MessageWeight.of(event.args());
		boolean whole = this.bytes + weight <= MAX_BYTES;
		this.bytes += whole ? weight : 0;
		this.kept.add(new Sampled(whole ? event : withoutArgs(event), whole));
	}

	private static SentEvent withoutArgs(SentEvent event) {
		return new SentEvent(event.position(), event.event(), List.of(), event.tags(), event.targeted(),
				event.queued());
	}

	/** Returns the events since the last call, {@code null} if there were none. */
	synchronized @Nullable Batch take() {
		if (this.kept.isEmpty() && this.leftOut == 0) {
			return null;
		}
		Batch batch = new Batch(List.copyOf(this.kept), this.leftOut);
		this.kept.clear();
		this.bytes = 0;
		this.leftOut = 0;
		return batch;
	}

}
