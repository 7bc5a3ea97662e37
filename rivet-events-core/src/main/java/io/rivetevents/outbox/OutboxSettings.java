/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.time.Duration;

/**
 * Settings of the outbox.
 *
 * @param enabled whether this node takes rows
 * @param pollInterval interval at which the table is checked for rows of other nodes and
 * rows that are due again
 * @param lease time for which a node takes a row
 * @param maxAge time after which an event is dropped if no connection has received it;
 * zero for at once
 * @param maxSize most bytes of a body
 */
public record OutboxSettings(boolean enabled, Duration pollInterval, Duration lease, Duration maxAge, int maxSize) {
}
