/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Membership and ordered messages between nodes, by an existing engine. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.cluster.engine;

import org.jspecify.annotations.NullMarked;
