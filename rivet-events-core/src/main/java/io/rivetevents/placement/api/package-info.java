/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Objects that implement an interface of an actor, and call its actions. Internal:
 * applications do not use it.
 */
@NullMarked
package io.rivetevents.placement.api;

import org.jspecify.annotations.NullMarked;
