/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The server that the attack run attacks.
 */
@NullMarked
package io.rivetevents.benchmarks.attack.victim;

import org.jspecify.annotations.NullMarked;
