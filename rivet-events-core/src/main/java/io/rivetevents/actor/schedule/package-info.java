/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Schedules of instances: when the actions of an instance run later.
 */
@NullMarked
package io.rivetevents.actor.schedule;

import org.jspecify.annotations.NullMarked;
