/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The events that an instance sends, with the settings that its actor declares. Internal.
 */
@NullMarked
package io.rivetevents.actor.event;

import org.jspecify.annotations.NullMarked;
