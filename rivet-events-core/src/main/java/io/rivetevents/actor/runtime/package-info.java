/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The services that all instances of a node share. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.actor.runtime;

import org.jspecify.annotations.NullMarked;
