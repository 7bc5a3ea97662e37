/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Connections that stay open while their instance sleeps: their stored form, and what the
 * node keeps of them.
 */
@NullMarked
package io.rivetevents.actor.hibernation;

import org.jspecify.annotations.NullMarked;
