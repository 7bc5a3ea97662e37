/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.time.Duration;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.Position;

/**
 * An event in the history of an instance.
 *
 * @param position its position
 * @param age time since it was sent
 * @param event its name
 * @param tags its tags
 * @param args its arguments as a JSON array in UTF-8, {@code null} if they are not kept;
 * must not be changed
 */
public record PastEvent(Position position, Duration age, String event, Set<String> tags, byte @Nullable [] args) {
}
