/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.explain.SentEvent;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.value.WireValues;

/**
 * A sample of the events of one instance for one viewer: the first ones of each interval,
 * and the number of the others. Safe for use by several threads.
 */
final class EventSample implements Consumer<SentEvent> {

	/** Most events of an interval. */
	static final int MAX_EVENTS = 5;

	/** Most heap bytes of the arguments of an interval, before they are encoded. */
	static final long MAX_BYTES = 64 * 1024;

	private static final Log logger = LogFactory.getLog(EventSample.class);

	private final String id = UUID.randomUUID().toString();

	private final List<Sampled> kept = new ArrayList<>(MAX_EVENTS);

	private long bytes;

	private int leftOut;

	private long total;

	/**
	 * An event of the sample.
	 *
	 * @param event the event without its arguments, which the application may change
	 * after it has sent them
	 * @param args its arguments as JSON in UTF-8, {@code null} if they are too long
	 */
	record Sampled(SentEvent event, byte @Nullable [] args) {
	}

	/**
	 * The events of an interval.
	 *
	 * @param events the sample, in the order of sending
	 * @param leftOut number of the events that are not part of it
	 * @param sample id of the sample
	 * @param total number of events of all intervals, with those that were left out
	 */
	record Batch(List<Sampled> events, int leftOut, String sample, long total) {
	}

	@Override
	public synchronized void accept(SentEvent event) {
		this.total++;
		if (this.kept.size() >= MAX_EVENTS) {
			this.leftOut++;
			return;
		}
		long weight = MessageWeight.of(event.args());
		byte[] args = (this.bytes + weight <= MAX_BYTES) ? encode(event.args()) : null;
		this.bytes += (args != null) ? weight : 0;
		this.kept.add(new Sampled(withoutArgs(event), args));
	}

	/**
	 * An event that no client receives may have arguments that cannot be encoded: they
	 * must not fail its sender here.
	 */
	private static byte @Nullable [] encode(List<JsonNode> args) {
		try {
			return WireValues.encodeJson(JsonNodeFactory.instance.arrayNode().addAll(args));
		}
		catch (RuntimeException ex) {
			logger.debug("The arguments of an event cannot be shown", ex);
			return null;
		}
	}

	private static SentEvent withoutArgs(SentEvent event) {
		return new SentEvent(event.position(), event.event(), List.of(), event.tags(), event.targeted(),
				event.queued());
	}

	/** Returns the events since the last call. */
	synchronized Batch take() {
		Batch batch = new Batch(List.copyOf(this.kept), this.leftOut, this.id, this.total);
		this.kept.clear();
		this.bytes = 0;
		this.leftOut = 0;
		return batch;
	}

}
