/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * Generates the index of actors, and registers what a native image must keep for actors:
 * their methods, contracts and payloads. Runs when an application is processed ahead of
 * time. Internal: applications do not use it.
 */
@NullMarked
package io.rivetevents.invocation.aot;

import org.jspecify.annotations.NullMarked;
