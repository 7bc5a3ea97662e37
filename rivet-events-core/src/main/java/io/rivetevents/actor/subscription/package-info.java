/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Checks and changes the subscriptions of the clients of one instance. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.subscription;

import org.jspecify.annotations.NullMarked;
