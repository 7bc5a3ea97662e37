/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The state of one instance, and when it is saved. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.persistence;

import org.jspecify.annotations.NullMarked;
