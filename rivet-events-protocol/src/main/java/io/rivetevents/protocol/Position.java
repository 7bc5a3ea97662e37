/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

/**
 * Position of a message among all messages that one instance of an actor sends.
 *
 * @param epoch time of the instance in memory; positions of two epochs have no order
 * @param sequence number of the message, starting at 1; 0 is before the first
 * @since 0.1.0
 */
public record Position(String epoch, long sequence) {
}
