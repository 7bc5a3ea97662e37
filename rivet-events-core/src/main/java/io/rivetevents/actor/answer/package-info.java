/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Stores the answers of calls that must not run twice. Internal: applications do not use
 * it.
 */
@NullMarked
package io.rivetevents.actor.answer;

import org.jspecify.annotations.NullMarked;
