/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The batches of one feed. An answer of another node may be lost with its events: they
 * count as left out of the next batch. Not safe for use by several threads at the same
 * time.
 */
final class ReceivedBatches {

	private @Nullable String sample;

	private long total;

	private boolean continued = true;

	/**
	 * Adds a batch, and counts in it what was lost before.
	 * @param batch from {@link EventJson#batch}, on this or another node
	 */
	void add(JsonNode batch) {
		String sample = batch.path("sample").asString("");
		long total = batch.path("total").asLong();
		this.continued &= this.sample == null || this.sample.equals(sample);
		long before = (this.sample != null) ? this.total : 0;
		this.sample = sample;
		this.total = total;
		int leftOut = batch.path("leftOut").asInt();
		long lost = total - before - leftOut - batch.path("events").size();
		if (this.continued && lost > 0) {
			((ObjectNode) batch).put("leftOut", leftOut + lost);
		}
	}

	/**
	 * Returns whether each batch follows the one before. Otherwise the other node has
	 * removed the viewer after {@link RemotePages#KEPT}, and the number of the events
	 * since then is unknown.
	 */
	boolean isContinued() {
		return this.continued;
	}

}
