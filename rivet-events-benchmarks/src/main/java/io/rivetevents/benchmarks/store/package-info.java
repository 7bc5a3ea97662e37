/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The server of the store run and of the kill run.
 */
@NullMarked
package io.rivetevents.benchmarks.store;

import org.jspecify.annotations.NullMarked;
