/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

/**
 * The attack run: attacks over raw sockets on a server with little memory, with healthy
 * clients beside them. Uses the server only by its protocol.
 */
@NullMarked
package io.rivetevents.benchmarks.attack;

import org.jspecify.annotations.NullMarked;
