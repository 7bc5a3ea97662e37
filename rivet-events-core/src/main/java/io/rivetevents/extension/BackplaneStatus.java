/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

/**
 * Status of a backplane, counted since its start. Commands count as events.
 *
 * @param connected whether events of other nodes arrive at present
 * @param published events that were sent
 * @param received events that arrived from other nodes or processes
 * @param notPublished events that could not be sent; other nodes miss them
 * @param lost events of other nodes that this node is known to have missed
 * @param interruptions number of interruptions in which this node may have missed events,
 * known or not
 * @param malformed messages that could not be read
 * @since 0.1.0
 */
public record BackplaneStatus(boolean connected, long published, long received, long notPublished, long lost,
		long interruptions, long malformed) {
}
