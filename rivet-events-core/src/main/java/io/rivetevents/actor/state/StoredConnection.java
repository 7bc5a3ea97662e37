/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.state;

/**
 * The stored form of a connection of an instance that sleeps while its clients stay
 * connected.
 *
 * @param id id of the connection, unique within the instance and compared byte for byte:
 * at most 255 ASCII characters
 * @param body everything else, written by the runtime as JSON in UTF-8. It may contain
 * tokens: do not log it
 * @since 0.1.0
 */
public record StoredConnection(String id, byte[] body) {
}
