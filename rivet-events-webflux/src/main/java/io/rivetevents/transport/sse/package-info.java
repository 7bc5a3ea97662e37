/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Serves connections over Server-Sent Events.
 */
@NullMarked
package io.rivetevents.transport.sse;

import org.jspecify.annotations.NullMarked;
