/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

/**
 * What has become of events and calls of the {@link Outbox} on one node since it started.
 *
 * @param sent events that have reached at least one connection of this node
 * @param executed calls whose action has ended
 * @param unreceived events that were dropped because no connection has received them
 * within {@code rivet.events.outbox.max-age}
 * @param postponed attempts that are repeated later, after a failure or because no
 * connection has received the event yet
 * @param failed events and calls that were dropped after ten failed attempts
 * @since 0.1.0
 */
public record OutboxStatus(long sent, long executed, long unreceived, long postponed, long failed) {
}
