/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Dispatches addressed events at once, or when a transaction commits. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.delivery.dispatch;

import org.jspecify.annotations.NullMarked;
